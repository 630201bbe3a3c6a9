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
import type { Context, Draft, Services } from '../service.js';
import type { Validator } from '../validate/validator.js';
import { defined } from '../fhir/defined.js';

export interface PutParts {
  clock: Clock;
  validator: Validator;
  /** What the resources of a partition are indexed by. */
  registryOf: (partition: string) => SearchRegistry;
  /** Internal postings (the patients whose own it is), from access/. */
  internal: (resource: Resource, bases: readonly string[]) => string[];
  /** What a deletion still answers to, from access/. */
  tombstones: (resource: Resource, bases: readonly string[]) => string[];
}

export function createPut(parts: PutParts): Services['put'] {
  return (draft, { endpoint, partition }) => {
    const { resource, previous, method, definitions } = draft;
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
    parts.validator.assertValid(resource, { profiles, ...(definitions && { definitions }) });
    const stamped = stamp(resource, version, at);
    const index = indexOf(stamped, at, { endpoint, partition }, parts);
    return { key, version, at, deleted: false, method, json: JSON.stringify(stamped), index };
  };
}

/** The index entries of a stored resource; `at` is the instant of its write. */
export function indexOf(
  resource: Resource,
  at: number,
  { endpoint, partition }: Pick<Context, 'endpoint' | 'partition'>,
  { registryOf, internal }: Pick<PutParts, 'registryOf' | 'internal'>,
): IndexEntries {
  const bases = [endpoint.url];
  const declared = endpoint.resources.get(resource.resourceType)?.searchParams;
  return extract(resource, registryOf(partition), {
    localBases: bases,
    updated: at,
    internal: one => internal(one, bases),
    serves: code => declared?.has(code) ?? true,
  });
}

function stamp(resource: Resource, version: number, at: number): Resource {
  const { resourceType, id, meta, ...rest } = resource;
  const stamped = { ...meta, versionId: String(version), lastUpdated: instant(at) };
  return { resourceType, ...defined({ id }), meta: stamped, ...rest };
}

function tombstone(parts: PutParts, { previous }: Draft, bases: readonly string[], main: number): IndexEntries {
  const before = previous && !previous.deleted ? parseStored<Resource>(previous.json) : undefined;
  const postings = before ? parts.tombstones(before, bases) : [];
  return { postings, ranges: [], strings: [], main };
}
