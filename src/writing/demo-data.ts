/** Demo mode: the demo organization and its patients go in at the first start on a storage. */
import type { Resource } from '../fhir/resource.js';
import { unlessConflict } from '../fhir/fault.js';
import { projectRoot } from '../project-root.js';
import type { Services } from '../service.js';
import type { Store } from '../store/port.js';
import { readDemo } from './demo-files.js';

const BATCH = 100;
const SETUP = { kind: 'setup', id: 'demo' };

/** Loads demo/ into the portal, once; processes that start together agree on who does it. */
export async function setUpDemo(services: Services, store: Store): Promise<void> {
  const { records, clock } = services;
  if (await records.get(SETUP.kind, SETUP.id, clock.now())) return;
  const resources = readDemo(projectRoot());
  try {
    for (let at = 0; at < resources.length; at += BATCH) {
      await commit(services, store, resources.slice(at, at + BATCH), at + BATCH >= resources.length);
    }
  } catch (error) {
    unlessConflict(error);
  }
}

async function commit(services: Services, store: Store, resources: readonly Resource[], last: boolean): Promise<void> {
  const endpoint = services.endpoints.find(({ name }) => name === 'portal');
  if (!endpoint) throw new Error('capability/portal.json is missing');
  const { partition } = endpoint;
  await store.commit({
    puts: resources.map(resource => services.put({ resource, method: 'PUT' }, { endpoint, partition })),
    documents: last ? [{ op: 'put', document: { ...SETUP, value: {}, keys: {} }, expect: 0 }] : [],
  });
}
