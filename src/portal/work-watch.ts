/** Which workflow groups have work items that changed: read from the store, so that every process learns of the work of all. */
import type { Task } from 'fhir/r4.js';
import type { Clock } from '../fhir/clock.js';
import { parseStored } from '../fhir/json.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Store, Version } from '../store/port.js';
import { workflowGroupOf } from './work-item.js';

/** `Organization/2`, or all of them where more changed than is looked at. */
export type ChangedGroups = ReadonlySet<string> | 'all';

/** The groups whose work items changed since it was called before, or since it was made: rather too many than too few. */
export type WorkWatch = () => Promise<ChangedGroups>;

export interface WorkWatchParts {
  readonly store: Pick<Store, 'history' | 'version'>;
  /** Where work items are. */
  readonly partition: string;
  readonly own: OwnCanonicals;
  readonly clock: Clock;
}

/** Versions looked at in one call. */
const MOST = 100;
/** A commit takes its instant before it is there for others to see: milliseconds that it may take, clocks of other machines included. */
const LATE = 5000;
const DEADLINE = 2000;
const ALL = { kind: 'all' } as const;

export function createWorkWatch(parts: WorkWatchParts): WorkWatch {
  const { store, partition, clock } = parts;
  let known: ReadonlySet<string> = new Set();
  let looked = clock.now();
  return async () => {
    const now = clock.now();
    const { rows } = await store.history({
      ...{ partition, of: [{ type: 'Task', where: ALL }], past: { Task: ALL } },
      ...{ since: looked - LATE, limit: MOST, deadline: now + DEADLINE },
    });
    const before = known;
    looked = now;
    known = new Set(rows.map(nameOf));
    const fresh = rows.filter(row => !before.has(nameOf(row)));
    if (fresh.length === MOST) return 'all';
    return new Set((await Promise.all(fresh.map(row => groupsOf(row, parts)))).flat());
  };
}

const nameOf = ({ key: { id }, version }: Pick<Version, 'key' | 'version'>): string => `${id}/${version}`;

/** Where it is, and where it was before: a transfer changes two queues. */
async function groupsOf({ key, version, ...row }: Version, { store, own }: WorkWatchParts): Promise<string[]> {
  const before = version > 1 ? await store.version(key, version - 1, ALL) : undefined;
  return [row, before].flatMap(one => (one ? (groupOf(one, own) ?? []) : []));
}

function groupOf({ json, deleted }: Pick<Version, 'json' | 'deleted'>, own: OwnCanonicals): string | undefined {
  return deleted ? undefined : workflowGroupOf(parseStored<Task>(json), own)?.reference;
}
