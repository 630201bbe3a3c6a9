/** Live resources counted by posting, in the database. */
import { defined } from '../../fhir/defined.js';
import { successor } from '../../search/successor.js';
import type { Tally } from '../port.js';
import type { BoundedRead } from './reader.js';

export async function tallied(
  { versions, options }: BoundedRead,
  { partition, type, prefix, since, until }: Tally,
): Promise<ReadonlyMap<string, number>> {
  const begins = { $gte: prefix, ...defined({ $lt: successor(prefix) }) };
  const dated = { type, deleted: false, main: { $gte: since, $lt: until } };
  const stages = [
    { $match: { partition, postings: begins, current: true } },
    { $match: dated },
    { $project: { postings: 1 } },
    { $unwind: '$postings' },
    { $match: { postings: begins } },
    { $group: { _id: '$postings', count: { $sum: 1 } } },
  ];
  const rows = await versions.aggregate<{ _id: string; count: number }>(stages, options()).toArray();
  return new Map(rows.map(({ _id, count }) => [_id, count]));
}
