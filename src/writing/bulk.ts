/**
 * Many resources at once, with the server's own authority: checked and indexed like any write, committed together. What
 * is there already with the same content is left alone, so the same resources may come again.
 */
import type { Endpoint } from '../definitions/endpoint.js';
import { Fault } from '../fhir/fault.js';
import { mapReferences } from '../fhir/map-references.js';
import { ID } from '../fhir/reference.js';
import type { Resource } from '../fhir/resource.js';
import type { Services } from '../service.js';
import type { DocumentChange, Put, Store, Version } from '../store/port.js';
import { sameContent } from './same-content.js';
import { defined } from '../fhir/defined.js';

/** What became of one resource: a version to write, nothing to do, or the Fault that refuses it. */
export type Prepared = Put | 'unchanged' | Fault;

export interface Bulk {
  /** Checks these resources against what is stored; of two with one id, none. Ids are given where they are missing. */
  prepare(resources: readonly Resource[]): Promise<Prepared[]>;
  /** All of it or nothing. Fault `conflict` where something else was faster: prepare again then. */
  commit(prepared: readonly Prepared[], documents: readonly DocumentChange[]): Promise<void>;
}

export interface BulkParts {
  services: Pick<Services, 'put' | 'served' | 'ids'>;
  /** The bare store. */
  store: Store;
}

export function createBulk({ services, store }: BulkParts, endpoint: Endpoint): Bulk {
  const { partition } = endpoint;
  const prepareOne = (resource: Resource & { id: string }, previous: Version | undefined): Prepared => {
    try {
      checkIdentity(resource, endpoint);
      if (previous && !previous.deleted && sameContent(previous.json, resource)) return 'unchanged';
      return services.put({ resource, ...defined({ previous }), method: 'PUT' }, { endpoint, partition });
    } catch (error) {
      if (error instanceof Fault && error.kind !== 'unavailable') return error;
      throw error;
    }
  };
  return {
    async prepare(resources) {
      await services.served(endpoint);
      const named = resources.map(resource => ({ ...resource, id: resource.id ?? services.ids.next() }));
      const before = await store.read(named.map(({ resourceType: type, id }) => ({ partition, type, id })));
      return named.map((resource, i) => prepareOne(resource, before[i]));
    },
    async commit(prepared, documents) {
      const puts = prepared.filter(one => one !== 'unchanged' && !(one instanceof Fault)) as Put[];
      await store.commit({ puts, documents });
    },
  };
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

const URN = 'urn:uuid:';

/**
 * The resources of a Bundle of whatever type. References to `urn:uuid:` addresses of its entries become references to the
 * resources; one without an id takes that of its address.
 */
export function bundleResources(bundle: Resource): Resource[] {
  const entries = ((bundle['entry'] ?? []) as Entry[]).filter(({ resource }) => resource !== undefined);
  const resources = entries.map(({ fullUrl = '', resource }): Resource => {
    const id = resource!.id ?? (fullUrl.startsWith(URN) ? fullUrl.slice(URN.length) : undefined);
    return { ...resource!, ...defined({ id }) };
  });
  const names = new Map(
    entries.flatMap(({ fullUrl = '' }, i) => {
      const { resourceType, id } = resources[i]!;
      return fullUrl.startsWith(URN) && id !== undefined ? [[fullUrl, `${resourceType}/${id}`]] : [];
    }),
  );
  if (names.size === 0) return resources;
  return resources.map(resource => mapReferences(resource, text => names.get(text) ?? text) as Resource);
}
