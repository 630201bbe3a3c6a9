/** The includes that an endpoint declares. https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource.searchInclude */
import type { Endpoint } from './endpoint.js';

/** Whether this reference parameter of a type may be followed: from the resources that refer, or to them. */
export type DeclaresInclude = (direction: '_include' | '_revinclude', type: string, code: string) => boolean;

export function declaredIncludes({ resources }: Pick<Endpoint, 'resources'>): DeclaresInclude {
  return (direction, type, code) => {
    const reference = `${type}:${code}`;
    if (direction === '_include') return resources.get(type)?.includes.has(reference) ?? false;
    return revincludesOf(resources).has(reference);
  };
}

const revincludes = new WeakMap<Endpoint['resources'], ReadonlySet<string>>();

/** Those of all types: an iterated `_revinclude` starts from resources of any of them. */
function revincludesOf(resources: Endpoint['resources']): ReadonlySet<string> {
  const known = revincludes.get(resources);
  if (known) return known;
  const all = new Set([...resources.values()].flatMap(entry => [...entry.revincludes]));
  revincludes.set(resources, all);
  return all;
}
