/** A page ends early where its resources are so large that nobody could take the answer: the rest is on the next page. */
import type { Page } from '../store/port.js';

/** Characters of resources beyond which an answer is not made any longer. */
export const MOST = 64 * 1024 * 1024;

/** @param ask a search or history of the store */
export async function boundedPage<Q extends { limit: number }>(
  ask: (query: Q) => Promise<Page>,
  query: Q,
): Promise<Page> {
  const page = await ask(query);
  const fitting = countFitting(page);
  return fitting < page.rows.length ? ask({ ...query, limit: fitting }) : page;
}

/** One at least. */
function countFitting({ rows }: Page): number {
  let size = 0;
  const first = rows.findIndex(({ json }) => (size += json.length) > MOST);
  return first < 0 ? rows.length : Math.max(first, 1);
}
