/** The tag of a resource that is a part of one. https://hl7.org/fhir/R4/search.html#summary */
import type { JsonObject, Meta, Resource } from './resource.js';

const tag = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'subsetted',
};

/** The resource's meta with the tag. */
export function subsetted({ meta }: Pick<Resource, 'meta'>): Meta {
  const tags = (meta?.['tag'] ?? []) as JsonObject[];
  return { ...meta, tag: [...tags.filter(one => one['system'] !== tag.system || one['code'] !== tag.code), tag] };
}
