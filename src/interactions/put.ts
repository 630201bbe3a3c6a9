/**
 * The one place where a resource becomes a version to write: checked, meta stamped, its text written once, its index
 * entries extracted. https://hl7.org/fhir/R4/resource.html#Meta
 */
import type { Clock } from '../fhir/clock.js';
import { instant } from '../fhir/instant.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { extract } from '../search/extract.js';
import type { IndexEntries } from '../search/query.js';
import type { SearchRegistry } from '../search/registry.js';
import type { Draft, Services, Validator } from '../service.js';

export interface PutParts {
  clock: Clock;
  validator: Validator;
  registry: SearchRegistry;
  /** Internal postings (the patients whose own it is), from access/. */
  internal: (resource: Resource, bases: readonly string[]) => string[];
  /** What a deletion still answers to, from access/. */
  tombstones: (resource: Resource, bases: readonly string[]) => string[];
}

export function createPut(parts: PutParts): Services['put'] {
  return (draft, { endpoint, partition }) => {
    const { resource, previous, method } = draft;
    const bases = [endpoint.url];
    const { resourceType: type, id } = resource;
    if (id === undefined) throw new Error('a draft needs an id');
    const key = { partition, type, id };
    const version = (previous?.version ?? 0) + 1;
    const at = Math.max(parts.clock.now(), previous?.at ?? 0);
    if (method === 'DELETE') {
      return { key, version, at, deleted: true, method, json: '', index: tombstone(parts, draft, bases, at) };
    }
    const profiles = endpoint.resources.get(type)?.profiles ?? [];
    parts.validator.assertValid(resource, { profiles });
    const stamped = stamp(resource, version, at);
    const internal = (one: Resource) => parts.internal(one, bases);
    const context = { localBases: bases, updated: at, internal };
    const index = extract(stamped, parts.registry, context);
    return { key, version, at, deleted: false, method, json: JSON.stringify(stamped), index };
  };
}

function stamp(resource: Resource, version: number, at: number): Resource {
  const { resourceType, id, meta, ...rest } = resource;
  const stamped = { ...meta, versionId: String(version), lastUpdated: instant(at) };
  return { resourceType, ...(id === undefined ? {} : { id }), meta: stamped, ...rest };
}

function tombstone(parts: PutParts, { previous }: Draft, bases: readonly string[], main: number): IndexEntries {
  const before = previous && !previous.deleted ? parseStored<Resource>(previous.json) : undefined;
  const postings = before ? parts.tombstones(before, bases) : [];
  return { postings, ranges: [], strings: [], main };
}
