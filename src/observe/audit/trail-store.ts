/**
 * The audit trail as a Store: AuditEvents of one partition, made when they are read. They have one version each, and no
 * history. Filters that lead to other types are answered before they come here (store/views/by-type.ts).
 */
import { defined } from '../../fhir/defined.js';
import type { Filter, Search } from '../../search/query.js';
import type { Key, Page, Store, Version } from '../../store/port.js';
import { auditEvent } from './audit-event.js';
import { instantOf, type LoggedEntry } from './entry.js';
import { countTrail } from './trail-count.js';
import type { TrailParts } from './trail-entries.js';
import { searchTrail, type TrailPage } from './trail-search.js';

const TYPE = 'AuditEvent';
/** Milliseconds to find a single event. */
const PATIENCE = 10_000;
const INCOMPLETE = 'Some of the audit trail cannot be read; its events are left out.';

export function createTrailStore(parts: TrailParts, partition: string): Store {
  const versionOf = ({ id, entry }: LoggedEntry): Version => {
    const json = JSON.stringify(auditEvent(id, entry));
    return { key: { partition, type: TYPE, id }, version: 1, at: entry.at, deleted: false, method: 'POST', json };
  };
  const pageOf = ({ entries, next, incomplete }: TrailPage): Page => ({
    rows: entries.map(versionOf),
    ...defined({ next, warnings: incomplete ? [INCOMPLETE] : undefined }),
  });
  const readOne = async ({ id }: Key, where: Filter): Promise<Version | undefined> => {
    if (instantOf(id) === undefined) return undefined;
    const both: Filter = { kind: 'and', of: [{ kind: 'id', ids: [id] }, where] };
    const query = { where: both, sort: [], limit: 1, deadline: parts.now() + PATIENCE };
    const [found] = (await searchTrail(parts, query)).entries;
    return found && versionOf(found);
  };
  const read: Store['read'] = async (keys, where = () => ({ kind: 'all' })) => {
    const versions: (Version | undefined)[] = [];
    for (const key of keys) versions.push(await readOne(key, where(key.type)));
    return versions;
  };
  return {
    read,
    version: async (key, version) => (version === 1 ? (await read([key]))[0] : undefined),
    search: async search => pageOf(await searchTrail(parts, { ...search, where: whereOf(search) })),
    count: (search, limit) => countTrail(parts, { ...search, where: whereOf(search) }, limit),
    tally: () =>
      Promise.reject(new Error('events of the audit trail are made when they are read, and carry no postings')),
    history: () => Promise.resolve({ rows: [] }),
    countHistory: () => Promise.resolve(0),
    scan: async (_partition, _type, limit, after) =>
      pageOf(
        await searchTrail(parts, {
          where: { kind: 'all' },
          sort: OLDEST_FIRST,
          limit,
          ...defined({ after }),
          deadline: Infinity,
        }),
      ),
    commit: () => Promise.reject(new Error('the audit trail is written by the server alone')),
    close: () => Promise.reject(new Error('the audit trail is closed with the audit')),
  };
}

const OLDEST_FIRST: Search['sort'] = [{ by: 'main', descending: false }];

function whereOf({ of }: Pick<Search, 'of'>): Filter {
  const filters = of.map(({ where }) => where);
  return filters.length === 1 ? filters[0]! : { kind: 'or', of: filters };
}
