/** The name of a person or patient, as it is shown. */
import type { HumanName } from 'fhir/r4.js';
import { displayName } from '../../fhir/human-name.js';
import type { Resource } from '../../fhir/resource.js';

/** @returns '' where there is none */
export function nameIn(resource: Resource | undefined): string {
  const names = ([resource?.['name'] ?? []].flat() as unknown as HumanName[]).filter(({ use }) => use !== 'old');
  return displayName(names);
}
