/**
 * What readiness depends on, tried for real: a record is written and read back, a resource is looked up, the audit log takes
 * bytes. A full disk, a file without its rights and a storage that fails to read all show.
 */
import type { World } from '../fhir/clock.js';
import type { Storage } from '../store/port.js';
import type { OpenAudit } from './audit/audit.js';

export type Checks = Readonly<Record<'store' | 'audit', boolean>>;

export interface ReadinessParts {
  stores: Storage;
  audit: Pick<OpenAudit, 'probe'>;
  world: Pick<World, 'clock' | 'ids'>;
}

/** Milliseconds that each check may take. */
const PATIENCE = 2000;

/** Milliseconds that an answer stands: anybody may ask, and each check is a write. */
const FRESH = 1000;

/** Milliseconds after which the record that was written may go. */
const KEPT = 60_000;

const PROBE = 'readiness';

export function createReadiness({ stores, audit, world }: ReadinessParts): () => Promise<Checks> {
  const { clock, ids } = world;
  const id = ids.next();
  let known: { at: number; checks: Promise<Checks> } | undefined;
  const check = async (): Promise<Checks> => {
    const [store, log] = await Promise.all([inTime(answers(stores, id, clock.now())), inTime(audit.probe())]);
    return { store, audit: log };
  };
  return () => {
    const at = performance.now();
    if (!known || at - known.at > FRESH) known = { at, checks: check() };
    return known.checks;
  };
}

/** Whether the work ends well, and in time. */
async function inTime(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), PATIENCE);
  });
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}

/** Rejects where the storage does not write, or does not read what was written. */
async function answers({ records, store }: Storage, id: string, now: number): Promise<void> {
  const document = { kind: PROBE, id, value: { at: now }, keys: {}, expires: now + KEPT };
  await records.write({ op: 'put', document });
  const read = await records.get(PROBE, id, now);
  if (read?.value['at'] !== now) throw new Error('the storage does not hold what was written');
  await store.read([{ partition: 'portal', type: 'Basic', id: PROBE }]);
}
