/** Wordings of notices as administrators write them. */
import type { ActivityDefinition, Extension } from 'fhir/r4.js';

const OWN = 'https://portico.health/fhir';

export const manager = 'demo-agent as Practitioner/demo-configuration-manager';

export type Words = Readonly<Partial<Record<'subject' | 'text' | 'html' | 'sms', string>>>;

const part = (url: string, valueString: string): Extension => ({ url, valueString });

const textOf = ([language, words]: [string, Words]): Extension => ({
  url: `${OWN}/StructureDefinition/notice-text`,
  extension: [
    { url: 'language', valueCode: language },
    ...Object.entries({ subject: 'Subject', text: 'Text', ...words }).map(([name, text]) => part(name, text)),
  ],
});

/** @param texts by language */
export function wording(
  event: string,
  topic: string | undefined,
  texts: Readonly<Record<string, Words>>,
  more: Partial<ActivityDefinition> = {},
): ActivityDefinition {
  const concept = (system: string, code: string) => ({ coding: [{ system: `${OWN}/CodeSystem/${system}`, code }] });
  return {
    resourceType: 'ActivityDefinition',
    name: 'Worded',
    extension: Object.entries(texts).map(textOf),
    status: 'active',
    kind: 'CommunicationRequest',
    code: concept('notice-kind', event),
    ...(topic === undefined ? {} : { topic: [concept('notice-topic', topic)] }),
    ...more,
  };
}
