/** The name of a person or patient, as it is shown. */
import type { HumanName } from 'fhir/r4.js';
import type { Resource } from '../../fhir/resource.js';

/** @returns '' where there is none */
export function nameIn(resource: Resource | undefined): string {
  const names = ([resource?.['name'] ?? []].flat() as unknown as HumanName[]).filter(({ use }) => use !== 'old');
  const { text, given = [], family = '' } = names.find(({ use }) => use === 'official') ?? names[0] ?? {};
  return text ?? [...given, family].join(' ').trim();
}
