/**
 * A checked resource as a version to commit: meta stamped, its text written once, its index entries extracted.
 * https://hl7.org/fhir/R4/resource.html#Meta
 */
import type { Clock } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { instant } from '../fhir/instant.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { extract } from '../search/extract.js';
import type { IndexEntries } from '../search/query.js';
import { outOfBoxes } from './out-of-boxes.js';
import type { SearchRegistry } from '../search/registry.js';
import type { Draft, EndpointStore } from '../service.js';
import type { Put, Version } from '../store/port.js';

export interface StampParts {
  clock: Clock;
  /** The search parameters of a partition. */
  registryOf: (partition: string) => SearchRegistry;
  /** Internal postings (such as the patients to whose compartments a resource belongs), from access/. */
  internal: (resource: Resource, bases: readonly string[]) => string[];
  /** The postings that a deletion keeps, from access/. */
  tombstones: (resource: Resource, bases: readonly string[]) => string[];
}

/** The endpoint and the partition decide how a resource is indexed. */
type Indexing = Pick<EndpointStore, 'endpoint' | 'partition'>;

/** The next version of a resource that is valid. */
export function stamp(
  draft: Pick<Draft, 'resource' | 'previous' | 'method'>,
  target: Indexing,
  parts: StampParts,
): Put {
  const { resource, previous, method } = draft;
  const { resourceType: type, id } = resource;
  if (id === undefined) throw new Error('a draft needs an id');
  const key = { partition: target.partition, type, id };
  const version = (previous?.version ?? 0) + 1;
  const at = nextInstant(previous, parts);
  const stamped = withMeta(resource, version, at);
  const index = indexOf(stamped, at, target, parts);
  return { key, version, at, deleted: false, method, json: JSON.stringify(stamped), index };
}

/** The deletion of a resource, as its next version. */
export function deletion(previous: Version, { endpoint }: Indexing, parts: StampParts): Put {
  const at = nextInstant(previous, parts);
  const before = previous.deleted ? undefined : parseStored<Resource>(previous.json);
  const postings = before ? parts.tombstones(before, [endpoint.url]) : [];
  const index: IndexEntries = { postings, ranges: [], strings: [], main: at };
  const { key, version } = previous;
  return { key, version: version + 1, at, deleted: true, method: 'DELETE', json: '', index };
}

/** The instants of a resource's versions never go back, whatever the clock does. */
const nextInstant = (previous: Version | undefined, { clock }: StampParts): number =>
  Math.max(clock.now(), previous?.at ?? 0);

/** The index entries of a stored resource; `at` is the instant of its write. */
export function indexOf(
  resource: Resource,
  at: number,
  { endpoint, partition }: Indexing,
  { registryOf, internal }: Pick<StampParts, 'registryOf' | 'internal'>,
): IndexEntries {
  const bases = [endpoint.url];
  const declared = endpoint.resources.get(resource.resourceType)?.searchParams;
  const entries = extract(resource, registryOf(partition), {
    localBases: bases,
    updated: at,
    internal: one => internal(one, bases),
    serves: code => declared?.has(code) ?? true,
  });
  return endpoint.workflows ? outOfBoxes(resource, entries) : entries;
}

function withMeta(resource: Resource, version: number, at: number): Resource {
  const { resourceType, id, meta, ...rest } = resource;
  const stamped = { ...meta, versionId: String(version), lastUpdated: instant(at) };
  return { resourceType, ...defined({ id }), meta: stamped, ...rest };
}
