/**
 * A page ends early where its resources are so large that nobody could take the answer: the rest is on the next page. What is
 * large is read once the request has its share of the memory for that.
 */
import type { Filter } from '../search/query.js';
import type { FhirRequest } from '../fhir/request.js';
import type { Key, Page, Store, Version } from '../store/port.js';
import { textLength } from './text.js';

/** Characters of resources, their content included, beyond which an answer is not made any longer. */
export const MOST = 8 * 1024 * 1024;

/** Characters that any answer may have. */
const SMALL = 1024 * 1024;

/** Resources that are read at once, as long as they are small. */
const ALL = 200;

type Holding = Pick<FhirRequest, 'holdLarge'>;

/** @param ask a search or history of the store */
export async function boundedPage<Q extends { limit: number; characters?: number }>(
  ask: (query: Q) => Promise<Page>,
  query: Q,
  holding: Holding,
): Promise<Page> {
  const small = await ask({ ...query, characters: SMALL });
  const isWhole = small.rows.length === query.limit || small.next === undefined;
  if (isWhole && !isLarge(small.rows)) return small;
  return largePage(ask, query, holding);
}

/** The rows of the first look are gone by then: requests that wait hold nothing. */
async function largePage<Q extends { limit: number; characters?: number }>(
  ask: (query: Q) => Promise<Page>,
  query: Q,
  { holdLarge }: Holding,
): Promise<Page> {
  await holdLarge?.();
  const page = await ask({ ...query, characters: MOST });
  const fitting = Math.max(1, countFitting(page.rows));
  return fitting < page.rows.length ? ask({ ...query, limit: fitting }) : page;
}

/** Reads a version; where it is large, once more after the request has its share of the memory. */
export async function boundedRead(
  ask: () => Promise<Version | undefined>,
  { holdLarge }: Holding,
): Promise<Version | undefined> {
  const version = await ask();
  if (!holdLarge || !version || !isLarge([version])) return version;
  return holdLarge().then(ask);
}

const isLarge = (rows: readonly Version[]): boolean => charactersOf(rows) > SMALL;

/**
 * Current versions by key, part after part; the caller ends the reading where the answer is full.
 * @param where as the store's `read` takes it
 */
export async function* readParts(
  store: Pick<Store, 'read'>,
  keys: readonly Key[],
  { holdLarge }: Holding,
  where?: (type: string) => Filter,
): AsyncGenerator<(Version | undefined)[]> {
  let size = 2;
  for (let at = 0; at < keys.length;) {
    const part = keys.slice(at, at + size);
    const found = await store.read(part, where);
    at += part.length;
    const large = isLarge(found.filter(version => version !== undefined));
    if (large) await holdLarge?.();
    size = large ? 1 : ALL;
    yield found;
  }
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
