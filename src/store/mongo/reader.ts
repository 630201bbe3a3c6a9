/** Reading versions: chains, filter and order of a query put together and run, within a deadline or a transaction. */
import type { ClientSession, Collection } from 'mongodb';
import type { Clock } from '../../fhir/clock.js';
import type { Filter, Position, Search } from '../../search/query.js';
import type { Criterion, Key, Page, Version } from '../port.js';
import { resolveChains, type FindRows } from './chains.js';
import { compileFilter, compileSearch } from './compile.js';
import { behind, pagePipeline, planSort, positionOf, sortStage, type SortPlan } from './keyset.js';
import { versionFields, versionOf, type VersionRow } from './layout.js';
import { timedOut } from './mongo-fault.js';

/** The longest time limit that the server and timers take, in milliseconds. */
const MAX_TIME = 2 ** 31 - 1 - 1000;
/** Milliseconds that the server has to say that the time is over, before we believe that it, or the line to it, hangs. */
const SLACK = 250;

export interface Reader {
  versions: Collection<VersionRow>;
  /** What each command is sent with. @throws Fault `timeout` past the deadline */
  options: () => { session?: ClientSession; maxTimeMS?: number; signal?: AbortSignal };
}

/** Reads that end by the deadline. */
export function readerUntil(versions: Collection<VersionRow>, deadline: number, clock: Clock): Reader {
  const options = () => {
    const left = deadline - clock.now();
    if (left <= 0) throw timedOut();
    const maxTimeMS = Math.min(Math.ceil(left), MAX_TIME);
    return { maxTimeMS, signal: AbortSignal.timeout(maxTimeMS + SLACK) };
  };
  return { versions, options };
}

export const findRows =
  ({ versions, options }: Reader): FindRows =>
  async (filter, projection, limit) =>
    versions.find<VersionRow>(filter, { ...options(), projection, limit }).toArray();

/** The parts of a search, ready to be compiled. */
export async function resolveParts<T extends { where: Filter }>(
  reader: Reader,
  partition: string,
  of: readonly T[],
): Promise<T[]> {
  const find = findRows(reader);
  return Array.fromAsync(of, async part => ({ ...part, where: await resolveChains(find, partition, part.where) }));
}

async function compiled(reader: Reader, { partition, of }: Pick<Search, 'partition' | 'of'>) {
  return compileSearch({ partition, of: await resolveParts(reader, partition, of) }).filter;
}

/** The server knows no infinite limit. */
export const upTo = (limit: number): { limit?: number } => (Number.isFinite(limit) ? { limit } : {});

/** A page of the pipeline's rows, which are one more than `limit` where there are more. */
export function pageOf(rows: readonly VersionRow[], { fields }: Pick<SortPlan, 'fields'>, limit: number): Page {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { rows: rows.slice(0, limit).map(versionOf), ...(last && { next: positionOf(fields, last) }) };
}

export async function searchPage(reader: Reader, search: Search): Promise<Page> {
  const plan = planSort(search.sort);
  const pipeline = pagePipeline(await compiled(reader, search), plan, search.limit, search.after);
  const rows = await reader.versions.aggregate<VersionRow>(pipeline, reader.options()).toArray();
  return pageOf(rows, plan, search.limit);
}

export async function countMatches(
  reader: Reader,
  search: Pick<Search, 'partition' | 'of'>,
  limit: number,
): Promise<number> {
  return reader.versions.countDocuments(await compiled(reader, search), { ...reader.options(), ...upTo(limit) });
}

/** Whether exactly the ids of the criterion match. */
export async function holds(reader: Reader, { partition, type, where, ids }: Criterion): Promise<boolean> {
  const filter = await compiled(reader, { partition, of: [{ type, where }] });
  const rows = await findRows(reader)(filter, { id: 1 }, ids.length + 1);
  return rows.length === ids.length && rows.every(row => ids.includes(row.id));
}

/** The live resources of a type, in the order of ids. */
export async function scanPage(
  { versions, options }: Reader,
  { partition, type, limit, after }: { partition: string; type: string; limit: number; after?: Position | undefined },
): Promise<Page> {
  const fields = [{ field: 'id', descending: false }];
  const filter = { partition, type, current: true, deleted: false, ...(after && behind(fields, after)) };
  const rows = versions.find(filter, {
    ...options(),
    ...{ projection: versionFields, sort: sortStage(fields), limit: limit + 1 },
  });
  return pageOf(await rows.toArray(), { fields }, limit);
}

/** Current versions by key, tombstones included, where the condition of their type holds. */
export async function readCurrent(
  reader: Reader,
  keys: readonly Key[],
  where?: (type: string) => Filter,
): Promise<Map<string, Version>> {
  const groups = Map.groupBy(keys, ({ partition, type }) => `${partition}/${type}`);
  const found = await Array.fromAsync(groups.values(), async group => {
    const { partition, type } = group[0]!;
    const condition = where ? await resolveChains(findRows(reader), partition, where(type)) : undefined;
    const ids = [...new Set(group.map(key => key.id))];
    const filter = { partition, type, id: { $in: ids }, current: true, ...(condition && compileFilter(condition)) };
    return findRows(reader)(filter, versionFields, ids.length);
  });
  return new Map(found.flat().map(row => [pathOf(row), versionOf(row)]));
}

export const pathOf = ({ partition, type, id }: Key): string => `${partition}/${type}/${id}`;
