/** The queries that may take long: the same code answers them on the main thread, within a bound, and on a reader thread. */
import type { HistoryQuery, Page, Tally } from '../port.js';
import type { Search } from '../../search/query.js';
import type { Connection } from './connection.js';
import { countMatches, findPage } from './find.js';
import { countVersions, historyPage } from './history.js';
import type { Effort } from './plan.js';
import { tallied } from './tally.js';

export type ReadQuery =
  | { op: 'search'; search: Search }
  | { op: 'count'; search: Pick<Search, 'partition' | 'of'>; limit: number }
  | { op: 'tally'; tally: Tally }
  | { op: 'history'; query: HistoryQuery }
  | { op: 'countHistory'; query: Omit<HistoryQuery, 'limit' | 'after'>; limit: number };

export type Answer<Q extends ReadQuery> = Q extends { op: 'search' | 'history' }
  ? Page
  : Q extends { op: 'tally' }
    ? ReadonlyMap<string, number>
    : number;

/** The answer; throws Exhausted where the connection's allowance does not suffice. */
export function answer(
  connection: Connection,
  query: ReadQuery,
  effort: Effort,
): Page | number | ReadonlyMap<string, number> {
  switch (query.op) {
    case 'search':
      return findPage(connection, query.search, effort);
    case 'count':
      return countMatches(connection, query.search, query.limit, effort);
    case 'tally':
      return tallied(connection, query.tally);
    case 'history':
      return historyPage(connection, query.query);
    case 'countHistory':
      return countVersions(connection, query.query, query.limit);
  }
}
