/**
 * The wording of a notice: an ActivityDefinition (kind CommunicationRequest, profile notice-wording) for an event, or for a
 * topic of it, with the texts in each language. https://hl7.org/fhir/R4/activitydefinition.html
 */
import type { ActivityDefinition, CodeableConcept, Extension } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Query } from '../fhir/request.js';

/** Name of the profile. */
export const WORDING = 'notice-wording';
/** Name of the extension of the texts in one language. */
export const TEXT = 'notice-text';
/** Name of the extension that declares a parameter. */
export const PARAMETER = 'notice-parameter';
/** Code systems of events, and of topics. */
export const EVENTS = 'notice-kind';
export const TOPICS = 'notice-topic';

/** Active wordings that a portal has at most. */
export const MOST_WORDINGS = 500;

/** The search for the active ones, among all ActivityDefinitions. */
export const activeWordings = (own: OwnCanonicals): Query => [
  ['status', 'active'],
  ['_profile', own.structure(WORDING)],
];

export const isTopic = (topic: string): boolean => /^[a-z0-9-]{1,40}$/.test(topic);

export const PARTS = ['subject', 'text', 'html', 'sms'] as const;
export type Part = (typeof PARTS)[number];

/** The texts in one language: templates. */
export interface NoticeText extends Readonly<Partial<Record<Part, string>>> {
  /** BCP 47. */
  readonly language: string;
}

/** A piece of the resource with its FHIRPath. */
export interface Placed<Value> {
  readonly value: Value;
  readonly expression: string;
}

export interface Wording {
  readonly event: string;
  readonly topic?: string;
  readonly texts: readonly NoticeText[];
}

export function wordingOf(resource: ActivityDefinition, own: OwnCanonicals): Wording {
  const event = codeIn(resource.code && [resource.code], own.codeSystem(EVENTS)) ?? '';
  const topic = codeIn(resource.topic, own.codeSystem(TOPICS));
  return { event, ...defined({ topic }), texts: textsIn(resource, own).map(({ value }) => value) };
}

const codeIn = (concepts: readonly CodeableConcept[] = [], system: string): string | undefined =>
  concepts.flatMap(({ coding = [] }) => coding).find(coding => coding.system === system)?.code;

export const textsIn = (resource: ActivityDefinition, own: OwnCanonicals): Placed<NoticeText>[] =>
  extensionsOf(resource, own.structure(TEXT)).map(({ value: { extension = [] }, expression }) => {
    const said = (name: string): string | undefined => partOf(extension, name)?.valueString;
    const language = partOf(extension, 'language')?.valueCode ?? '';
    return { value: { language, ...Object.fromEntries(PARTS.map(part => [part, said(part)])) }, expression };
  });

export const partOf = (parts: readonly Extension[], name: string): Extension | undefined =>
  parts.find(({ url }) => url === name);

/** The names of the declared parameters. */
export const declaredIn = (resource: ActivityDefinition, own: OwnCanonicals): Placed<string>[] =>
  extensionsOf(resource, own.structure(PARAMETER)).map(({ value: { extension = [] }, expression }) => ({
    value: partOf(extension, 'name')?.valueCode ?? '',
    expression,
  }));

export const extensionsOf = ({ extension = [] }: ActivityDefinition, url: string): Placed<Extension>[] =>
  extension.flatMap((value, at) =>
    value.url === url ? [{ value, expression: `ActivityDefinition.extension[${at}]` }] : [],
  );

/** FHIRPath of a part of the texts in one language. */
export const partAt = (expression: string, part: Part): string =>
  `${expression}.extension.where(url = '${part}').value`;
