/** What people are called on the Workbench: patients, proxies, staff and groups, from the resources of a page. */
import type { HumanName } from 'fhir/r4.js';
import { displayName } from '../../fhir/human-name.js';
import type { Resource } from '../../fhir/resource.js';

export type NameOf = (reference: string | undefined) => string | undefined;

/** Names by `Type/id`; what is not among the resources has none. */
export function namesOf(resources: readonly Resource[]): NameOf {
  const names = new Map(resources.map(one => [`${one.resourceType}/${one.id ?? ''}`, nameOf(one)]));
  return reference => (reference === undefined ? undefined : names.get(reference));
}

export function nameOf({ name }: Resource): string | undefined {
  if (typeof name === 'string') return name;
  const text = displayName(name as unknown as HumanName[] | undefined);
  return text === '' ? undefined : text;
}
