/** Demo mode: loads the demo organization and its patients at the first start on a storage. */
import type { Endpoint } from '../definitions/endpoint.js';
import { Fault, unlessConflict } from '../fhir/fault.js';
import { projectRoot } from '../project-root.js';
import type { HandlerParts } from '../service.js';
import type { DocumentChange } from '../store/port.js';
import { createBulk, type BulkParts } from '../writing/bulk.js';
import { readDemo } from './read-demo.js';

const BATCH = 100;
const SETUP = { kind: 'setup', id: 'demo' };
const DONE: DocumentChange = { op: 'put', document: { ...SETUP, value: {}, keys: {} }, expect: 0 };

export type DemoParts = BulkParts & Pick<HandlerParts, 'records' | 'clock' | 'definitions'>;

/** Loads demo/ into this endpoint, once; of processes that start together one does it. */
export async function setUpDemo(parts: DemoParts, endpoint: Endpoint): Promise<void> {
  const { records, clock, definitions } = parts;
  if (await records.get(SETUP.kind, SETUP.id, clock.now())) return;
  const bulk = createBulk(parts, endpoint, 'demo data');
  const resources = readDemo(projectRoot(), definitions.own);
  try {
    for (let at = 0; at < resources.length; at += BATCH) {
      const prepared = await bulk.prepare(resources.slice(at, at + BATCH));
      const refused = prepared.find(one => one instanceof Fault);
      if (refused) throw refused;
      await bulk.commit(prepared, at + BATCH >= resources.length ? [DONE] : []);
    }
  } catch (error) {
    unlessConflict(error);
  }
}
