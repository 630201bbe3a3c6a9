/**
 * A message template: an ActivityDefinition (profile message-template) with words that staff put into what they write to a
 * patient. Plain text with parameters: no markup, no logic.
 */
import type { ActivityDefinition } from 'fhir/r4.js';
import type { Issue } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { languageIssues, sampleScope } from './check.js';
import { textFor } from './renderer.js';
import { compileTemplate, templateFault, type CompiledTemplate, type TemplateFault } from './template.js';
import { templateParameters, type TemplateScope } from './template-parameters.table.js';
import { extensionsOf, partAt, partOf, type Placed } from './wording.js';

/** Name of the profile. */
export const TEMPLATE = 'message-template';
const TEXT = 'template-text';
/** Characters of the text that staff get. */
const LONGEST = 10_000;

export interface TemplateText {
  /** BCP 47. */
  readonly language: string;
  readonly text: string;
}

export const isTemplate = ({ code }: ActivityDefinition, own: OwnCanonicals): boolean =>
  own.hasCode(code && [code], 'activity-type', TEMPLATE);

/** The groups whose staff use it, `Organization/1`; none: all. */
export const groupsOf = ({ useContext = [] }: ActivityDefinition): string[] =>
  useContext.flatMap(({ valueReference }) => valueReference?.reference ?? []);

const textsIn = (resource: ActivityDefinition, own: OwnCanonicals): Placed<TemplateText>[] =>
  extensionsOf(resource, own.structure(TEXT)).map(({ value: { extension = [] }, expression }) => ({
    value: {
      language: partOf(extension, 'language')?.valueCode ?? '',
      text: partOf(extension, 'text')?.valueString ?? '',
    },
    expression,
  }));

/** What is wrong with a template that holds to its profile. */
export function templateIssues(resource: ActivityDefinition, own: OwnCanonicals): Issue[] {
  const texts = textsIn(resource, own);
  const faults = texts.flatMap(({ value, expression }): Issue[] => {
    const { line, message } = faultOf(value) ?? {};
    if (message === undefined) return [];
    const diagnostics = `text, line ${line}: ${message}`;
    return [{ severity: 'error', code: 'invalid', diagnostics, expression: partAt(expression, 'text') }];
  });
  return [...languageIssues(texts), ...faults];
}

/** Marks of tags of the template language, and of HTML. */
const LOGIC = '{%';
const MARKUP = /<\/?[a-z!]/i;

function faultOf({ text, language }: TemplateText): TemplateFault | undefined {
  const lineAt = (at: number): number => text.slice(0, at).split('\n').length;
  if (text.includes(LOGIC)) return { message: 'a template holds no logic', line: lineAt(text.indexOf(LOGIC)) };
  if (MARKUP.test(text)) return { message: 'a template is plain text', line: lineAt(text.search(MARKUP)) };
  const template = compileTemplate(text, 'text');
  if ('line' in template) return template;
  const unknown = [...template.shows].find(([name]) => !Object.hasOwn(templateParameters, name));
  if (unknown) return { message: `there is no parameter ${unknown[0]}`, line: unknown[1] };
  return faultOfRendering(template, language);
}

function faultOfRendering(template: CompiledTemplate, language: string): TemplateFault | undefined {
  try {
    for (const bare of [false, true]) finished(template.render(sampleScope(language, templateParameters, bare)));
    return undefined;
  } catch (error) {
    return templateFault(error);
  }
}

function finished(text: string): string {
  if (text.trim() === '' || text.length > LONGEST)
    throw new Error(`it renders to nothing, or to more than ${LONGEST} characters`);
  return text;
}

/** The words for a reader: in the first of these languages that the template has, else in its own first one. */
export function filledIn(
  resource: ActivityDefinition,
  languages: readonly string[],
  scope: TemplateScope,
  own: OwnCanonicals,
): TemplateText {
  const found = textFor({ texts: textsIn(resource, own).map(({ value }) => value) }, languages);
  const template = found && compileTemplate(found.text, 'text');
  if (!template || 'line' in template) throw new Error('a stored template has a text that compiles');
  const { language } = found;
  return { language, text: finished(template.render({ ...scope, language, zone: 'UTC' })) };
}
