/** Reading versions: chains, filter and order of a query put together and run, within a deadline or a transaction. */
import type { ClientSession, Collection, Document } from 'mongodb';
import type { Clock } from '../../fhir/clock.js';
import { countOnPage, PageEnd, type PageBounds } from '../../search/page-end.js';
import type { Filter, Position, Search } from '../../search/query.js';
import { simplify } from '../../search/simplify.js';
import type { Criterion, Key, Page, Version } from '../port.js';
import { hasChain, loosened, resolveAmong, resolveChains, TooMany, type Chains, type FindRows } from './chains.js';
import { compileFilter, compileSearch, matchStages } from './compile.js';
import { behind, pagePipeline, planSort, positionOf, sortStage, type SortPlan } from './keyset.js';
import { keyFields, versionFields, versionOf, type VersionRow } from './collections.js';
import { timedOut } from './mongo-fault.js';

/** The longest time limit that the server and timers take, in milliseconds. */
const MAX_TIME = 2 ** 31 - 1 - 1000;
/** Milliseconds that the server has to say that the time is over, before we believe that it, or the line to it, hangs. */
const SLACK = 250;

/** How much is read at once; smaller in tests. */
export interface ReadLimits {
  /** The most that a chain may find to stand in a filter. */
  chain: number;
  /** The most resources whose histories are named in a filter. */
  few: number;
  /** Rows that are judged together where a filter cannot. */
  batch: number;
  /** Milliseconds for the criteria of a commit, whose locks others wait for. */
  criteria: number;
}

export interface BoundedRead {
  versions: Collection<VersionRow>;
  limits: ReadLimits;
  /** What each command is sent with. @throws Fault `timeout` past the deadline */
  options: () => { session?: ClientSession; maxTimeMS?: number; signal?: AbortSignal };
}

/** Reads that end by the deadline. */
export function readUntil(from: Pick<BoundedRead, 'versions' | 'limits'>, deadline: number, clock: Clock): BoundedRead {
  const options = () => {
    const left = deadline - clock.now();
    if (left <= 0) throw timedOut();
    const maxTimeMS = Math.min(Math.ceil(left), MAX_TIME);
    return { maxTimeMS, signal: AbortSignal.timeout(maxTimeMS + SLACK) };
  };
  return { ...from, options };
}

export const findRows =
  ({ versions, options }: BoundedRead): FindRows =>
  async (filter, projection, limit) => {
    if (limit === 0) return [];
    const stages = [...matchStages(filter), { $limit: limit }, { $project: projection }];
    return versions.aggregate<VersionRow>(stages, options()).toArray();
  };

const chainsIn = (reader: BoundedRead, partition: string): Chains => ({
  find: findRows(reader),
  partition,
  limit: reader.limits.chain,
});

/** A condition without its chains, ready to be compiled; undefined where they find more than a filter can hold. */
export async function resolved(reader: BoundedRead, partition: string, where: Filter): Promise<Filter | undefined> {
  try {
    return await resolveChains(chainsIn(reader, partition), where);
  } catch (error) {
    if (error instanceof TooMany) return undefined;
    throw error;
  }
}

/** The filter of a search; undefined where a chain finds more than it can hold. */
async function compiled(reader: BoundedRead, { partition, of }: Pick<Search, 'partition' | 'of'>) {
  const parts: { type: string; where: Filter }[] = [];
  for (const { type, where } of of) {
    const without = await resolved(reader, partition, where);
    if (!without) return undefined;
    parts.push({ type, where: without });
  }
  return compileSearch({ partition, of: parts }).filter;
}

/** The current versions among these ids that satisfy the condition, tombstones included. */
export async function currentAmong(
  reader: BoundedRead,
  { partition, type, where }: { partition: string; type: string; where: Filter },
  ids: readonly string[],
  projection: Document,
): Promise<VersionRow[]> {
  const find = findRows(reader);
  const scope = { partition, type, current: true, id: { $in: ids } };
  const near = hasChain(where) ? await find(scope, { id: 1, postings: 1 }, ids.length) : [];
  const condition = await resolveAmong(chainsIn(reader, partition), where, near);
  return find({ ...scope, $and: [compileFilter(condition)] }, projection, ids.length);
}

/** The server knows no infinite limit. */
const upTo = (limit: number): Document[] => (Number.isFinite(limit) ? [{ $limit: limit }] : []);

/** The rows of a page, and one behind it where there are more; the cursor is read no further. */
export async function rowsOfPage<T extends { json?: string }>(
  rows: AsyncIterable<T>,
  bounds: PageBounds,
): Promise<T[]> {
  const end = new PageEnd(bounds);
  const list: T[] = [];
  for await (const row of rows) {
    list.push(row);
    // Rows that are only counted have no text.
    if (end.reached(row.json?.length ?? 0)) break;
  }
  return list;
}

/** A page of `rowsOfPage`. */
export function pageOf(
  rows: readonly VersionRow[],
  { fields }: Pick<SortPlan, 'fields'>,
  { positions, ...bounds }: Pick<Search, 'limit' | 'characters' | 'positions'>,
): Page {
  const shown = rows.slice(0, countOnPage(rows, bounds));
  const last = rows.length > shown.length ? shown.at(-1) : undefined;
  return {
    rows: shown.map(versionOf),
    ...(last && { next: positionOf(fields, last) }),
    ...(positions && { positions: shown.map(row => positionOf(fields, row)) }),
  };
}

/** Matches in order, one after the other: rows are read by what a filter can hold, and each batch of them is judged whole. */
async function* sifted(reader: BoundedRead, { partition, of, sort, after }: Omit<Search, 'limit' | 'deadline'>) {
  const [plan, { batch }] = [planSort(sort), reader.limits];
  const parts = of.map(({ type, where }) => ({ partition, type, where: simplify(where) }));
  const loose = parts.map(({ type, where }) => ({ type, where: simplify(loosened(where)) }));
  const { filter } = compileSearch({ partition, of: loose });
  for (let position = after; ;) {
    const pipeline = pagePipeline(filter, plan, batch, position);
    const bounds = { limit: batch };
    const rows = await rowsOfPage(reader.versions.aggregate<VersionRow>(pipeline, reader.options()), bounds);
    const judged = rows.slice(0, countOnPage(rows, bounds));
    const matches = new Set<string>();
    for (const part of parts) {
      const ids = judged.filter(({ type }) => type === part.type).map(({ id }) => id);
      for (const row of await currentAmong(reader, part, ids, keyFields)) matches.add(pathOf(row));
    }
    yield* judged.filter(row => matches.has(pathOf(row)));
    if (rows.length === judged.length) return;
    position = positionOf(plan.fields, judged.at(-1)!);
  }
}

export async function firstOf<T>(rows: AsyncIterable<T>, limit: number): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) if (list.push(row) >= limit) break;
  return list;
}

export async function searchPage(reader: BoundedRead, search: Search): Promise<Page> {
  const plan = planSort(search.sort);
  const filter = await compiled(reader, search);
  const rows = filter
    ? reader.versions.aggregate<VersionRow>(pagePipeline(filter, plan, search.limit, search.after), reader.options())
    : sifted(reader, search);
  return pageOf(await rowsOfPage(rows, search), plan, search);
}

export async function countMatches(
  reader: BoundedRead,
  search: Pick<Search, 'partition' | 'of'>,
  limit: number,
): Promise<number> {
  const filter = await compiled(reader, search);
  if (filter) {
    const stages = [...matchStages(filter), ...upTo(limit), { $count: 'count' }];
    const [row] = await reader.versions.aggregate<{ count: number }>(stages, reader.options()).toArray();
    return row?.count ?? 0;
  }
  let count = 0;
  for await (const _row of sifted(reader, { ...search, sort: [] })) if (++count >= limit) break;
  return count;
}

/** Whether exactly the ids of the criterion match. */
export async function holds(reader: BoundedRead, { partition, type, where, ids }: Criterion): Promise<boolean> {
  const search = { partition, of: [{ type, where }] };
  const filter = await compiled(reader, search);
  const rows = filter
    ? await findRows(reader)(filter, { id: 1 }, ids.length + 1)
    : await firstOf(sifted(reader, { ...search, sort: [] }), ids.length + 1);
  return rows.length === ids.length && rows.every(row => ids.includes(row.id));
}

/** The live resources of a type, in the order of ids. */
export async function scanPage(
  { versions, options }: BoundedRead,
  { partition, type, limit, after }: { partition: string; type: string; limit: number; after?: Position | undefined },
): Promise<Page> {
  const fields = [{ field: 'id', descending: false }];
  const filter = { partition, type, current: true, deleted: false, ...(after && behind(fields, after)) };
  const rows = versions.find(filter, {
    ...options(),
    ...{ projection: versionFields, sort: sortStage(fields), limit: limit + 1 },
  });
  return pageOf(await rowsOfPage(rows, { limit }), { fields }, { limit });
}

/** Current versions by key, tombstones included, where the condition of their type holds. */
export async function readCurrent(
  reader: BoundedRead,
  keys: readonly Key[],
  where?: (type: string) => Filter,
): Promise<Map<string, Version>> {
  const groups = Map.groupBy(keys, ({ partition, type }) => `${partition}/${type}`);
  const found = await Array.fromAsync(groups.values(), async group => {
    const { partition, type } = group[0]!;
    const part = { partition, type, where: simplify(where?.(type) ?? { kind: 'all' }) };
    return currentAmong(reader, part, [...new Set(group.map(key => key.id))], versionFields);
  });
  return new Map(found.flat().map(row => [pathOf(row), versionOf(row)]));
}

export const pathOf = ({ partition, type, id }: Key): string => `${partition}/${type}/${id}`;
