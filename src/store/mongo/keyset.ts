/**
 * Order and keyset paging as aggregation stages. Sort values that are no plain field (the least of several entries) are
 * computed into fields of their own, each with a flag that puts missing values last. Pure.
 */
import type { Document } from 'mongodb';
import { newestFirst } from '../../search/order.js';
import type { Position, Sort } from '../../search/query.js';
import { matchStages } from './compile.js';

export interface SortField {
  field: string;
  descending: boolean;
  /** The field that tells that there is no value: 1, else 0. */
  missing?: string;
}

export interface SortPlan {
  fields: SortField[];
  /** Fields to compute before sorting. */
  computed: Document;
}

const plain = { main: 'main', updated: 'at', id: 'id' } as const;

/** The values a sort key has in a document, as an expression that gives a list. */
function valuesOf(sort: Exclude<Extract<Sort, { key: string }>, { by: 'carries' }>): Document {
  if (sort.by === 'posting') {
    const begins = { $eq: [{ $indexOfCP: ['$$entry', { $literal: sort.key }] }, 0] };
    return { $filter: { input: '$postings', as: 'entry', cond: begins } };
  }
  const [list, value] = sort.by === 'range' ? ['$ranges', '$$entry.lo'] : ['$strings', '$$entry.value'];
  const cond = { $eq: ['$$entry.key', { $literal: sort.key }] };
  return { $map: { input: { $filter: { input: list, as: 'entry', cond } }, as: 'entry', in: value } };
}

const carries = ({ key }: Extract<Sort, { by: 'carries' }>): Document => ({
  $cond: [{ $in: [{ $literal: key }, { $ifNull: ['$postings', []] }] }, 1, 0],
});

function fieldOf(sort: Sort, i: number): { field: SortField; computed: Document } {
  const { descending } = sort;
  if (!('key' in sort)) return { field: { field: plain[sort.by], descending }, computed: {} };
  const [field, missing] = [`sort${i}`, `missing${i}`];
  if (sort.by === 'carries') return { field: { field, descending }, computed: { [field]: carries(sort) } };
  const values = valuesOf(sort);
  const value = { $ifNull: [descending ? { $max: values } : { $min: values }, null] };
  const flag = { $cond: [{ $eq: [{ $size: values }, 0] }, 1, 0] };
  return { field: { field, descending, missing }, computed: { [field]: value, [missing]: flag } };
}

/** The order of a search; ties are broken by type and id, in the direction of the last key, as the index runs. */
export function planSort(sort: readonly Sort[]): SortPlan {
  const keys = sort.length > 0 ? sort : newestFirst;
  const planned = keys.map(fieldOf);
  const descending = keys.at(-1)!.descending;
  const ties = ['type', 'id'].map(field => ({ field, descending }));
  return {
    fields: [...planned.map(part => part.field), ...ties],
    computed: Object.assign({}, ...planned.map(part => part.computed)) as Document,
  };
}

/** The sort stage's value. */
export function sortStage(fields: readonly SortField[]): Record<string, 1 | -1> {
  const stage: Record<string, 1 | -1> = {};
  for (const { field, descending, missing } of fields) {
    if (missing) stage[missing] ??= 1;
    stage[field] ??= descending ? -1 : 1;
  }
  return stage;
}

const same = ({ field, missing }: SortField, value: Position[number]): Document =>
  value === null ? { [missing ?? field]: 1 } : { [field]: value };

/** The documents whose value comes after this one; undefined where none can. */
function later({ field, descending, missing }: SortField, value: Position[number]): Document | undefined {
  if (value === null) return undefined;
  const beyond = { [field]: { [descending ? '$lt' : '$gt']: value } };
  return missing ? { $or: [beyond, { [missing]: 1 }] } : beyond;
}

/** The documents behind a position. */
export function behind(fields: readonly SortField[], after: Position): Document {
  const value = (i: number) => after[i] ?? null;
  const ways = fields.flatMap((field, i) => {
    const beyond = later(field, value(i));
    return beyond ? [{ $and: [...fields.slice(0, i).map((equal, j) => same(equal, value(j))), beyond] }] : [];
  });
  const [first] = fields;
  // A bound on the first field alone lets the index start at the page.
  const bound = first && !first.missing ? { [first.field]: { [first.descending ? '$lte' : '$gte']: value(0) } } : {};
  return { ...bound, $or: ways };
}

/** The position of a document that came back with its sort fields. */
export const positionOf = (fields: readonly SortField[], row: Document): Position =>
  fields.map(({ field }) => (row[field] ?? null) as Position[number]);

/** Filter, order and limit as a pipeline; one document more than `limit` tells that there are more. */
export function pagePipeline(
  filter: Document,
  { fields, computed }: SortPlan,
  limit: number,
  after?: Position,
): Document[] {
  return [
    ...matchStages(filter),
    ...(Object.keys(computed).length > 0 ? [{ $set: computed }] : []),
    ...(after ? [{ $match: behind(fields, after) }] : []),
    { $sort: sortStage(fields) },
    { $limit: limit + 1 },
    { $unset: ['postings', 'ranges', 'strings'] },
  ];
}
