/** FHIR has no empty objects and lists: one that a patch empties is removed. https://hl7.org/fhir/R4/json.html */
import type { Json, Resource } from '../../fhir/resource.js';

/** The resource without empty objects and lists. */
export const withoutEmptied = (resource: Resource): Resource => kept(resource) as Resource;

function kept(value: Json): Json | undefined {
  if (typeof value !== 'object' || value === null || 'rawJSON' in value) return value;
  if (Array.isArray(value)) {
    const list = value.map(kept).filter(one => one !== undefined);
    return list.length === 0 ? undefined : list;
  }
  const entries = Object.entries(value).map(([name, one]) => [name, kept(one as Json)] as const);
  const full = entries.filter(([, one]) => one !== undefined);
  return full.length === 0 ? undefined : Object.fromEntries(full);
}
