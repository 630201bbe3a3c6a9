/** Keyset paging over rows in memory: every order is a list of values, and a position is the list of the last row. */
import { compareLists } from '../../search/order.js';
import type { Position, Search } from '../../search/query.js';
import { defined } from '../../fhir/defined.js';
import { countOnPage } from '../../search/page-end.js';
import type { Page, Put, Version } from '../port.js';

export interface Order {
  /** The values a row is ordered by; no two rows have all in common. */
  position: (put: Put) => Position;
  /** The direction of each value. */
  descending: readonly boolean[];
}

/** The public part of a stored version. */
export const versionOf = ({ index: _, ...version }: Put): Version => ({ ...version, key: { ...version.key } });

/** The first `limit` rows behind `after`, in order. */
export function pageOf(
  puts: readonly Put[],
  { position, descending }: Order,
  { limit, characters, after, positions }: Pick<Search, 'limit' | 'characters' | 'after' | 'positions'>,
): Page {
  const rows = puts
    .map(put => ({ put, at: position(put) }))
    .filter(row => after === undefined || compareLists(row.at, after, descending) > 0)
    .sort((a, b) => compareLists(a.at, b.at, descending));
  const shown = rows.slice(
    0,
    countOnPage(
      rows.map(({ put }) => put),
      { limit, ...defined({ characters }) },
    ),
  );
  const last = rows.length > shown.length ? shown.at(-1) : undefined;
  return {
    rows: shown.map(row => versionOf(row.put)),
    ...(last && { next: last.at }),
    ...(positions && { positions: shown.map(row => row.at) }),
  };
}
