/** Whether an update changes anything. https://hl7.org/fhir/R4/http.html#update */
import { isDeepStrictEqual } from 'node:util';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { withDigest } from '../content/keep.js';

/** True if the two differ in nothing but what the server sets itself, and the order of properties, which says nothing. */
export function sameContent(before: string, after: Resource): boolean {
  return isDeepStrictEqual(comparable(parseStored<Resource>(before)), comparable(after));
}

function comparable(resource: Resource): unknown {
  const { versionId: _version, lastUpdated: _updated, ...meta } = resource.meta ?? {};
  return { ...withDigest(resource), meta };
}
