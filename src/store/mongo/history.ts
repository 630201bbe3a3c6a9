/**
 * History: versions in the order they were written (https://hl7.org/fhir/R4/http.html#history). Its conditions are about
 * current versions: few resources that satisfy them become part of the filter, many are told one by one while paging.
 */
import type { Document } from 'mongodb';
import type { Position } from '../../search/query.js';
import { countOnPage } from '../../search/page-end.js';
import { simplify } from '../../search/simplify.js';
import type { HistoryQuery, Page, Past } from '../port.js';
import { compileFilter } from './compile.js';
import { behind, positionOf, sortStage } from './keyset.js';
import { keyFields, versionFields, type VersionRow } from './collections.js';
import { currentAmong, findRows, firstOf, pageOf, pathOf, resolved, rowsOfPage, type BoundedRead } from './reader.js';
import { defined } from '../../fhir/defined.js';

type Part = HistoryQuery['of'][number];
type VersionQuery = Omit<HistoryQuery, 'limit' | 'after'>;

const newestFirst = ['at', 'version', 'type', 'id'].map(field => ({ field, descending: true }));

/** The versions of one part, and whether its condition is still to be checked on each. */
interface Candidates {
  filter: Document;
  unchecked: boolean;
}

/** What current versions satisfy, and earlier ones that have entries and pass by them. */
export function orPast(past: Past): Document {
  const condition = simplify(past);
  if (condition.kind === 'all') return {};
  return { $or: [{ current: true }, { postings: { $exists: true }, $and: [compileFilter(condition)] }] };
}

const keyOf = ({ type, id }: Part): Document => ({ type, ...defined({ id }) });

async function candidates(reader: BoundedRead, partition: string, part: Part): Promise<Candidates> {
  const where = await resolved(reader, partition, part.where);
  if (where?.kind === 'all') return { filter: keyOf(part), unchecked: false };
  if (!where) return { filter: keyOf(part), unchecked: true };
  const { few } = reader.limits;
  const current = { partition, current: true, $and: [keyOf(part), compileFilter(where)] };
  const rows = await findRows(reader)(current, { id: 1 }, few + 1);
  if (rows.length > few) return { filter: keyOf(part), unchecked: true };
  return { filter: { type: part.type, id: { $in: rows.map(row => row.id) } }, unchecked: false };
}

function filterOf({ partition, since, during, past = {} }: VersionQuery, selected: readonly Candidates[]): Document {
  const written = since === undefined ? [] : [{ at: { $gte: since } }];
  const current = during === undefined ? [] : [{ at: { $lte: during.to } }, { until: { $gt: during.from } }];
  const earlier = Object.entries(past).map(([type, condition]) => ({
    $or: [{ type: { $ne: type } }, orPast(condition)],
  }));
  const [only, ...others] = selected.map(each => each.filter);
  const either = others.length === 0 ? only : { $or: [only, ...others] };
  return { partition, $and: [either, ...written, ...current, ...earlier] };
}

/** Those whose current version satisfies the condition of a part they belong to. */
async function admitted(reader: BoundedRead, partition: string, parts: readonly Part[], rows: readonly VersionRow[]) {
  const paths = new Set<string>();
  for (const { type, id, where } of parts) {
    const own = rows.filter(row => row.type === type && (id === undefined || row.id === id));
    const ids = [...new Set(own.map(row => row.id))];
    const current = await currentAmong(reader, { partition, type, where: simplify(where) }, ids, keyFields);
    for (const row of current) paths.add(pathOf(row));
  }
  return rows.filter(row => paths.has(pathOf(row)));
}

/** Versions behind a position, one after the other. */
async function* versionsOf(
  reader: BoundedRead,
  query: VersionQuery,
  limit: number,
  projection: Document,
  after?: Position,
) {
  const parts = query.of.filter(part => simplify(part.where).kind !== 'none');
  if (parts.length === 0) return;
  const { batch } = reader.limits;
  const selected = await Array.fromAsync(parts, part => candidates(reader, query.partition, part));
  const unchecked = selected.some(each => each.unchecked);
  const filter = filterOf(query, selected);
  const size = unchecked ? batch : Math.min(limit, batch);
  for (let position = after; ;) {
    const found = reader.versions
      .find(position ? { $and: [filter, behind(newestFirst, position)] } : filter, { ...reader.options(), projection })
      .sort(sortStage(newestFirst))
      .limit(size + 1);
    const rows = await rowsOfPage(found, { limit: size });
    const read = rows.slice(0, countOnPage(rows, { limit: size }));
    yield* unchecked ? await admitted(reader, query.partition, parts, read) : read;
    if (rows.length === read.length) return;
    position = positionOf(newestFirst, read.at(-1)!);
  }
}

export async function historyPage(reader: BoundedRead, query: HistoryQuery): Promise<Page> {
  const versions = versionsOf(reader, query, query.limit + 1, versionFields, query.after);
  return pageOf(await rowsOfPage(versions, query), { fields: newestFirst }, query);
}

export async function countVersions(reader: BoundedRead, query: VersionQuery, limit: number): Promise<number> {
  return (await firstOf(versionsOf(reader, query, limit, keyFields), limit)).length;
}
