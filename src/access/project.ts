/** Cuts elements out of a resource that the caller may not see. */
import type { Resource } from '../fhir/resource.js';

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

/**
 * A copy without the hidden top-level elements (and the `_element` beside each), tagged SUBSETTED as the specification
 * asks (https://hl7.org/fhir/R4/search.html#elements); the resource itself where it has none of them.
 */
export function project(resource: Resource, hidden: ReadonlySet<string>): Resource {
  const names = Object.keys(resource);
  const kept = names.filter(name => !hidden.has(name.startsWith('_') ? name.slice(1) : name));
  if (kept.length === names.length) return resource;
  const copy = Object.fromEntries(kept.map(name => [name, resource[name]])) as Resource;
  const tag = Array.isArray(resource.meta?.['tag']) ? resource.meta['tag'] : [];
  return { ...copy, meta: { ...resource.meta, tag: [...tag, SUBSETTED] } };
}
