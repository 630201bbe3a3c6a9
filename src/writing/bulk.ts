/**
 * Many resources at once, by the server's own authority: through the write pipeline, committed together. A resource with the
 * content that is stored already makes no version, so the same load may be repeated.
 */
import type { Endpoint } from '../definitions/endpoint.js';
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import { mapReferences } from '../fhir/map-references.js';
import { ID } from '../fhir/reference.js';
import type { Resource } from '../fhir/resource.js';
import { inOneCase, isUuidUrl, uuidOf } from '../fhir/uuid-url.js';
import type { Changes, EndpointStore, HandlerParts } from '../service.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { ChangeSet, DocumentChange, Store, Version } from '../store/port.js';
import { byServer } from './draft.js';
import type { ConsequencesOfLoad } from './loaded-patients.js';
import { mergeChanges } from './merge-changes.js';
import { sameContent } from './same-content.js';
import { defined } from '../fhir/defined.js';

/** The changes that write a resource, `unchanged` if there is nothing to write, or the Fault that refuses it. */
export type Prepared = Changes | 'unchanged' | Fault;

export interface Bulk {
  /** Checks these resources against what is stored; of two with one id, none. Ids are given where they are missing. */
  prepare(resources: readonly Resource[]): Promise<Prepared[]>;
  /** All or nothing. Fault `conflict` if another write came first: prepare again then. */
  commit(prepared: readonly Prepared[], documents: readonly DocumentChange[]): Promise<void>;
}

export interface BulkParts extends Pick<HandlerParts, 'writing' | 'served' | 'ids' | 'auditOwn'> {
  /** The bare store. */
  store: Store;
  /** What is written along with a resource. */
  readonly consequences?: ConsequencesOfLoad;
}

/** @param reason why the server writes, for the audit */
export function createBulk(
  { writing, served, ids, auditOwn, store, consequences }: BulkParts,
  endpoint: Endpoint,
  reason: string,
): Bulk {
  const { partition } = endpoint;
  const target: EndpointStore = { endpoint, partition, store, request: { deadline: Infinity } };
  const changesOf = async (resource: Resource, previous: Version | undefined): Promise<Changes | 'unchanged'> => {
    checkIdentity(resource, endpoint);
    if (previous && !previous.deleted && sameContent(previous.json, resource)) return 'unchanged';
    const { changes } = await writing.write(byServer({ resource, previous, method: 'PUT' }), target);
    const before = previous && !previous.deleted ? parseStored<Resource>(previous.json) : undefined;
    const step = await consequences?.(resource, before);
    return step ? { ...changes, consequences: await writing.changesOf(step, target) } : changes;
  };
  return {
    async prepare(resources) {
      await served(endpoint);
      const named = resources.map(resource => ({ ...resource, id: resource.id ?? ids.next() }));
      const before = await store.read(named.map(({ resourceType: type, id }) => ({ partition, type, id })));
      const prepared: Prepared[] = [];
      for (const [at, resource] of named.entries()) {
        prepared.push(await changesOf(resource, before[at]).catch(refusalOf));
      }
      return prepared;
    },
    async commit(prepared, documents) {
      const changes = prepared.filter(one => one !== 'unchanged' && !(one instanceof Fault)) as Changes[];
      const written = toCommit(changes, documents);
      const audit = changes.length === 0 ? [] : [auditOwn(reason, written, endpoint)];
      await store.commit({ ...written, documents: [...(written.documents ?? []), ...audit] });
    },
  };
}

/** Writes of the server itself have no effects: nobody is told of them. */
function toCommit(changes: readonly Changes[], added: readonly DocumentChange[]): ChangeSet {
  const { consequences = {}, ...own } = mergeChanges(changes);
  const { puts, criteria, documents = [] } = mergeChangeSets(own, consequences);
  return { ...defined({ puts, criteria }), documents: [...documents, ...added] };
}

/** A refusal concerns one resource; an unreachable storage fails the whole load. */
function refusalOf(error: unknown): Fault {
  if (error instanceof Fault && error.kind !== 'unavailable') return error;
  throw error;
}

function checkIdentity({ resourceType, id }: Resource, { resources, path }: Endpoint): void {
  if (!resources.has(resourceType)) {
    throw new Fault('not-supported', `${path} does not serve the type ${resourceType}.`, { expression: 'Resource' });
  }
  if (!ID.test(id ?? '')) throw new Fault('invalid', 'The id is not well-formed.', { expression: 'Resource.id' });
}

interface Entry {
  fullUrl?: string;
  resource?: Resource;
}

/**
 * The resources of a Bundle of whatever type. References to `urn:uuid:` addresses of its entries become references to the
 * resources; one without an id takes that of its address.
 */
export function bundleResources(bundle: Resource): Resource[] {
  const entries = ((bundle['entry'] ?? []) as Entry[]).filter(({ resource }) => resource !== undefined);
  const resources = entries.map(({ fullUrl = '', resource }): Resource => {
    const id = resource!.id ?? uuidOf(fullUrl);
    return { ...resource!, ...defined({ id }) };
  });
  const names = new Map(
    entries.flatMap(({ fullUrl = '' }, i) => {
      const { resourceType, id } = resources[i]!;
      return isUuidUrl(fullUrl) && id !== undefined ? [[inOneCase(fullUrl), `${resourceType}/${id}`]] : [];
    }),
  );
  if (names.size === 0) return resources;
  return resources.map(resource => mapReferences(resource, text => names.get(inOneCase(text)) ?? text) as Resource);
}
