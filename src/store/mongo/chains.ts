/**
 * Chains are taken out of a query tree before it is compiled: what they find takes their place, as postings (`refers`) or
 * as ids (`referred`). Either all they find, or, where that is more than a filter can hold, what they find for given rows.
 */
import type { Document } from 'mongodb';
import { Fault } from '../../fhir/fault.js';
import type { Filter } from '../../search/query.js';
import { simplify } from '../../search/simplify.js';
import { compileSearch } from './compile.js';
import type { VersionRow } from './collections.js';

/** Finds rows by a filter, up to a limit. */
export type FindRows = (filter: Document, projection: Document, limit: number) => Promise<VersionRow[]>;

export interface Chains {
  find: FindRows;
  partition: string;
  /** The most resources a chain may find to stand in a filter. */
  limit: number;
}

type Chain = Extract<Filter, { kind: 'refers' | 'referred' }>;
type Near = Pick<VersionRow, 'id' | 'postings'>;

/** A chain finds more than a filter can hold. */
export class TooMany extends Error {}

const and = (...of: Filter[]): Filter => simplify({ kind: 'and', of });
const anyPosting = (keys: readonly string[]): Filter => ({
  kind: 'or',
  of: keys.map(key => ({ kind: 'posting', key })),
});

const found = (rows: readonly Near[], { key, type }: Chain): Filter =>
  anyPosting(rows.map(({ id }) => `${key}${type}/${id}`));

/** Distinct ends of the postings of these rows that begin like this. */
function ends(rows: readonly Near[], start: string): string[] {
  const own = rows.flatMap(row => (row.postings ?? []).filter(posting => posting.startsWith(start)));
  return [...new Set(own)].map(posting => posting.slice(start.length));
}

export function hasChain(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.some(hasChain);
    case 'not':
      return hasChain(filter.of);
    default:
      return filter.kind === 'refers' || filter.kind === 'referred';
  }
}

/** What every match of the filter satisfies, without chains. @param positive whether it stands under no negation */
export function loosened(filter: Filter, positive = true): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, of: filter.of.map(part => loosened(part, positive)) };
    case 'not':
      return { kind: 'not', of: loosened(filter.of, !positive) };
    case 'refers':
    case 'referred':
      return { kind: positive ? 'all' : 'none' };
    default:
      return filter;
  }
}

async function replace(filter: Filter, by: (chain: Chain) => Promise<Filter>): Promise<Filter> {
  switch (filter.kind) {
    case 'and':
    case 'or':
      // One after the other: a transaction takes one operation at a time.
      return { kind: filter.kind, of: await Array.fromAsync(filter.of, part => replace(part, by)) };
    case 'not':
      return { kind: 'not', of: await replace(filter.of, by) };
    case 'refers':
    case 'referred':
      return by(filter);
    default:
      return filter;
  }
}

const inner = ({ partition }: Chains, { type }: Chain, where: Filter): Document =>
  compileSearch({ partition, of: [{ type, where }] }).filter;

/**
 * The filter with every chain replaced by all it stands for now, and simplified: ready to be compiled.
 * @throws TooMany
 */
export async function resolveChains(chains: Chains, filter: Filter): Promise<Filter> {
  const resolved = await replace(simplify(filter), async chain => {
    const filter = inner(chains, chain, await resolveChains(chains, chain.where));
    const carried = chain.kind === 'referred' ? `${chain.key}${chain.own}/` : undefined;
    const among =
      carried === undefined ? {} : { postings: { $elemMatch: { $gte: carried, $lt: `${carried}\u{10ffff}` } } };
    const projection = carried === undefined ? { id: 1 } : { postings: 1 };
    const rows = await chains.find({ ...filter, ...among }, projection, chains.limit + 1);
    if (rows.length > chains.limit) throw new TooMany();
    return carried === undefined ? found(rows, chain) : { kind: 'id', ids: ends(rows, carried) };
  });
  return simplify(resolved);
}

/** The filter with every chain replaced by what it stands for among these rows, and simplified. */
export async function resolveAmong(chains: Chains, filter: Filter, rows: readonly Near[]): Promise<Filter> {
  return simplify(await replace(simplify(filter), chain => among(chains, chain, rows)));
}

/** What a chain stands for among these rows: asked of what they refer to, or of what refers to them. */
async function among(chains: Chains, chain: Chain, rows: readonly Near[]): Promise<Filter> {
  const { key, where } = chain;
  const ids = rows.map(({ id }) => id);
  const near: Filter =
    chain.kind === 'refers'
      ? { kind: 'id', ids: ends(rows, `${key}${chain.type}/`) }
      : anyPosting(ids.map(id => `${key}${chain.own}/${id}`));
  const matches = await satisfying(chains, chain, near);
  if (matches) {
    return chain.kind === 'refers' ? found(matches, chain) : { kind: 'id', ids: ends(matches, `${key}${chain.own}/`) };
  }
  if (rows.length > 1) {
    const middle = rows.length >> 1;
    const halves = [rows.slice(0, middle), rows.slice(middle)];
    return { kind: 'or', of: await Array.fromAsync(halves, half => among(chains, chain, half)) };
  }
  if (chain.kind === 'referred' && !hasChain(where)) return { kind: 'id', ids };
  throw new Fault('too-costly', 'A chained parameter matches too many resources.');
}

/** What is near and satisfies the chain's condition; undefined where that is too much to look at. */
async function satisfying(chains: Chains, chain: Chain, near: Filter): Promise<VersionRow[] | undefined> {
  const ask = (where: Filter) =>
    chains.find(inner(chains, chain, and(near, where)), { id: 1, postings: 1 }, chains.limit + 1);
  const rows = await ask(loosened(chain.where));
  if (rows.length > chains.limit) return undefined;
  if (rows.length === 0 || !hasChain(chain.where)) return rows;
  const resolved = await resolveAmong(chains, chain.where, rows);
  return ask(and({ kind: 'id', ids: rows.map(({ id }) => id) }, resolved));
}
