/** The queries that may take long: the same code answers them on the main thread, within a bound, and on a reader thread. */
import type { HistoryQuery, Page } from '../port.js';
import type { Search } from '../../search/query.js';
import type { Connection } from './connection.js';
import { countMatches, findPage } from './find.js';
import { countVersions, historyPage } from './history.js';
import type { Effort } from './plan.js';

export type ReadQuery =
  | { op: 'search'; search: Search }
  | { op: 'count'; search: Pick<Search, 'partition' | 'of'>; limit: number }
  | { op: 'history'; query: HistoryQuery }
  | { op: 'countHistory'; query: Omit<HistoryQuery, 'limit' | 'after'>; limit: number };

export type Answer<Q extends ReadQuery> = Q extends { op: 'search' | 'history' } ? Page : number;

/** The answer; throws Exhausted where the connection's allowance does not suffice. */
export function answer(connection: Connection, query: ReadQuery, effort: Effort): Page | number {
  switch (query.op) {
    case 'search':
      return findPage(connection, query.search, effort);
    case 'count':
      return countMatches(connection, query.search, query.limit, effort);
    case 'history':
      return historyPage(connection, query.query);
    case 'countHistory':
      return countVersions(connection, query.query, query.limit);
  }
}
