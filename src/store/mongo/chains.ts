/**
 * Chains in two steps: the inner search runs first, and what it found takes the chain's place in the tree: as postings
 * (`refers`) or as ids (`referred`). Exact, or refused where the inner search finds more than a filter can hold.
 */
import type { Document } from 'mongodb';
import { Fault } from '../../fhir/fault.js';
import type { Filter } from '../../search/query.js';
import { simplify } from '../../search/simplify.js';
import { compileSearch } from './compile.js';
import type { VersionRow } from './layout.js';

/** The most resources the inner search of a chain may find. */
export const CHAIN_LIMIT = 10_000;

/** Finds rows by a filter, up to a limit. */
export type FindRows = (filter: Document, projection: Document, limit: number) => Promise<VersionRow[]>;

type Chain = Extract<Filter, { kind: 'refers' | 'referred' }>;

/** The live resources the inner search of a chain finds. */
async function inner(find: FindRows, partition: string, { type, where }: Chain, more: Document, projection: Document) {
  const resolved = await resolveChains(find, partition, where);
  const { filter } = compileSearch({ partition, of: [{ type, where: resolved }] });
  const rows = await find({ $and: [filter, more] }, projection, CHAIN_LIMIT + 1);
  if (rows.length > CHAIN_LIMIT) throw new Fault('too-costly', 'A chained parameter matches too many resources.');
  return rows;
}

async function replaced(find: FindRows, partition: string, chain: Chain): Promise<Filter> {
  if (chain.kind === 'refers') {
    const rows = await inner(find, partition, chain, {}, { id: 1 });
    return { kind: 'or', of: rows.map(({ id }) => ({ kind: 'posting', key: `${chain.key}${chain.type}/${id}` })) };
  }
  const start = `${chain.key}${chain.own}/`;
  const carrying = { postings: { $elemMatch: { $gte: start, $lt: `${start}\u{10ffff}` } } };
  const rows = await inner(find, partition, chain, carrying, { postings: 1 });
  const own = rows.flatMap(row => (row.postings ?? []).filter(posting => posting.startsWith(start)));
  return { kind: 'id', ids: [...new Set(own)].map(posting => posting.slice(start.length)) };
}

/** The filter with every chain replaced by what it stands for now, and simplified: ready to be compiled. */
export async function resolveChains(find: FindRows, partition: string, filter: Filter): Promise<Filter> {
  return simplify(await withoutChains(find, partition, simplify(filter)));
}

async function withoutChains(find: FindRows, partition: string, filter: Filter): Promise<Filter> {
  const part = (of: Filter) => withoutChains(find, partition, of);
  switch (filter.kind) {
    case 'and':
    case 'or':
      // One after the other: a transaction takes one operation at a time.
      return { kind: filter.kind, of: await Array.fromAsync(filter.of, part) };
    case 'not':
      return { kind: 'not', of: await part(filter.of) };
    case 'refers':
    case 'referred':
      return replaced(find, partition, filter);
    default:
      return filter;
  }
}
