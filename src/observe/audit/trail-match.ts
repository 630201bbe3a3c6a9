/** Whether an entry's AuditEvent matches, and what it is sorted by: from the entry alone where that decides. */
import { matches } from '../../search/match.js';
import { sortValue, type SortValue } from '../../search/order.js';
import type { Filter, IndexEntries, Sort } from '../../search/query.js';
import { auditEvent } from './audit-event.js';
import { createDecide } from './decide.js';
import type { LoggedEntry } from './entry.js';
import { DATE } from './narrow.js';
import type { TrailParts } from './trail-entries.js';

type Indexing = Pick<TrailParts, 'index'>;

/** The filter as a function of entries. */
export function matcher(parts: Indexing, where: Filter): (logged: LoggedEntry) => boolean {
  const decide = createDecide(where);
  return logged => {
    const verdict = decide(logged);
    if (verdict !== undefined) return verdict;
    const { id, entry } = logged;
    const event = { type: 'AuditEvent', id, updated: entry.at, index: indexOf(parts, logged) };
    return matches(where, event, { live: () => [] });
  };
}

const indexOf = (parts: Indexing, { id, entry }: LoggedEntry): IndexEntries =>
  parts.index(auditEvent(id, entry), entry.at);

/** Whether the order is that of time; ids begin with the instant. */
export const isByTime = (sort: Sort): boolean =>
  sort.by === 'main' || sort.by === 'updated' || sort.by === 'id' || (sort.by === 'range' && sort.key === DATE);

export function valueOf(parts: Indexing, sort: Sort, logged: LoggedEntry): SortValue {
  const { id, entry } = logged;
  if (sort.by === 'id') return id;
  if (isByTime(sort)) return entry.at;
  return sortValue({ key: { type: 'AuditEvent', id }, at: entry.at, index: indexOf(parts, logged) }, sort);
}
