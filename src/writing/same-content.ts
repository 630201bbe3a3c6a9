/** Whether an update changes anything. https://hl7.org/fhir/R4/http.html#update */
import { isDeepStrictEqual } from 'node:util';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { withDigest } from '../content/keep.js';

/** True if the two differ only in elements that the server sets, or in the order of properties. */
export function sameContent(before: string, after: Resource): boolean {
  return isDeepStrictEqual(comparable(parseStored<Resource>(before)), comparable(after));
}

function comparable(resource: Resource): unknown {
  const { versionId: _version, lastUpdated: _updated, ...meta } = resource.meta ?? {};
  return { ...withDigest(resource), meta };
}
