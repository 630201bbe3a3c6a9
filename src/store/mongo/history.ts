/** History: versions in the order they were written (https://hl7.org/fhir/R4/http.html#history). */
import type { Document } from 'mongodb';
import { Fault } from '../../fhir/fault.js';
import type { HistoryQuery, Page } from '../port.js';
import { compileFilter } from './compile.js';
import { pagePipeline, type SortPlan } from './keyset.js';
import type { VersionRow } from './layout.js';
import { findRows, pageOf, resolveParts, upTo, type Reader } from './reader.js';

/** The most resources a condition on a history may select. */
const HISTORY_LIMIT = 10_000;

type Part = HistoryQuery['of'][number];
type Told = Omit<HistoryQuery, 'limit' | 'after'>;

const newestFirst: SortPlan = {
  fields: ['at', 'version', 'type', 'id'].map(field => ({ field, descending: true })),
  computed: {},
};

/** The versions of one part: the condition is about current versions, so it is asked first and becomes ids. */
async function partFilter(reader: Reader, partition: string, { type, where, id }: Part): Promise<Document | undefined> {
  const scope = { type, ...(id === undefined ? {} : { id }) };
  if (where.kind === 'none') return undefined;
  if (where.kind === 'all') return scope;
  const current = { partition, current: true, $and: [scope, compileFilter(where)] };
  const rows = await findRows(reader)(current, { id: 1 }, HISTORY_LIMIT + 1);
  if (rows.length > HISTORY_LIMIT) throw new Fault('too-costly', 'This history is of too many resources; narrow it.');
  return rows.length === 0 ? undefined : { type, id: { $in: rows.map(row => row.id) } };
}

/** The filter of a history; undefined where nothing can match. */
async function historyFilter(reader: Reader, { partition, of, since, during }: Told): Promise<Document | undefined> {
  const parts = await resolveParts(reader, partition, of);
  const filters = (await Array.fromAsync(parts, part => partFilter(reader, partition, part))).filter(
    part => part !== undefined,
  );
  if (filters.length === 0) return undefined;
  const written = since === undefined ? [] : [{ at: { $gte: since } }];
  const current = during === undefined ? [] : [{ at: { $lte: during.to } }, { until: { $gt: during.from } }];
  return { partition, $and: [filters.length === 1 ? filters[0] : { $or: filters }, ...written, ...current] };
}

export async function historyPage(reader: Reader, query: HistoryQuery): Promise<Page> {
  const filter = await historyFilter(reader, query);
  if (!filter) return { rows: [] };
  const pipeline = pagePipeline(filter, newestFirst, query.limit, query.after);
  const rows = await reader.versions.aggregate<VersionRow>(pipeline, reader.options).toArray();
  return pageOf(rows, newestFirst, query.limit);
}

export async function countVersions(reader: Reader, query: Told, limit: number): Promise<number> {
  const filter = await historyFilter(reader, query);
  return filter ? reader.versions.countDocuments(filter, { ...reader.options, ...upTo(limit) }) : 0;
}
