/** A page ends early where its resources are so large that nobody could take the answer: the rest is on the next page. */
import type { Page, Version } from '../store/port.js';
import { textLength } from './text.js';

/** Characters of resources, their content included, beyond which an answer is not made any longer. */
export const MOST = 64 * 1024 * 1024;

/** @param ask a search or history of the store */
export async function boundedPage<Q extends { limit: number }>(
  ask: (query: Q) => Promise<Page>,
  query: Q,
): Promise<Page> {
  const page = await ask(query);
  const fitting = Math.max(1, countFitting(page.rows));
  return fitting < page.rows.length ? ask({ ...query, limit: fitting }) : page;
}

/** How many of these an answer still takes that has so many characters already. */
export function countFitting(rows: readonly Version[], size = 0): number {
  let total = size;
  for (const [at, row] of rows.entries()) {
    total += textLength(row);
    if (total > MOST) return at;
  }
  return rows.length;
}

/** Characters that these add to an answer. */
export const charactersOf = (rows: readonly Version[]): number => rows.reduce((sum, row) => sum + textLength(row), 0);
