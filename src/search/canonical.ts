/**
 * References by canonical URL, to whatever resource of a type has it: `url` for any version, `url|version` for one.
 * https://hl7.org/fhir/R4/references.html#canonical
 */
import { splitCanonical } from '../fhir/canonical.js';
import type { Resource } from '../fhir/resource.js';
import { and } from './filters.js';
import { anyForm, baseKey } from './keys.js';
import type { Filter } from './query.js';

/** What the references to a resource may say, as they are indexed: `url|` without version, `url|version`. */
export function namesOf(resource: Resource): string[] {
  const { url, version } = resource as { url?: unknown; version?: unknown };
  if (typeof url !== 'string') return [];
  return [`${url}|`, ...(typeof version === 'string' ? [`${url}|${version}`] : [])];
}

/** The resources of a type that a canonical reference names. */
export function canonicalFilter(type: string, canonical: string): Filter {
  const { url, version } = splitCanonical(canonical);
  const has = (code: string, value: string): Filter => ({ kind: 'posting', key: baseKey(type, code) + anyForm(value) });
  return and([has('url', url), ...(version === '' ? [] : [has('version', version)])]);
}
