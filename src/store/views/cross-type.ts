/** Chains and `_has` that lead from a type in a store of its own to the others, or back, are answered in two steps. */
import { isContainedType } from '../../search/contained.js';
import { and, NONE, or } from '../../search/filters.js';
import { tooCostly } from '../../search/limits.js';
import type { Filter, IndexEntries, Search } from '../../search/query.js';
import type { Version } from '../port.js';

/** Resources that a condition on another type may lead through. */
const MOST = 1000;

type Chain = Extract<Filter, { kind: 'refers' | 'referred' }>;

export interface Crossing {
  /** The type in a store of its own. */
  readonly type: string;
  readonly index: (version: Version) => IndexEntries;
  /** Searches any type of the partition. */
  search(search: Omit<Search, 'partition'>): Promise<{ rows: Version[]; next?: unknown }>;
}

/** Whether the filter on this type leads from one store to the other. */
export function crosses(own: string, type: string, where: Filter): boolean {
  switch (where.kind) {
    case 'and':
    case 'or':
      return where.of.some(part => crosses(own, type, part));
    case 'not':
      return crosses(own, type, where.of);
    case 'refers':
    case 'referred':
      return leads(own, type, where) || crosses(own, where.type, where.where);
    default:
      return false;
  }
}

const leads = (own: string, type: string, chain: Chain): boolean => type === own || chain.type === own;

/**
 * The same condition without any part that leads to the other store.
 * @throws Fault `too-costly` where such a part matches too much
 */
export async function inOneStore(crossing: Crossing, type: string, where: Filter, deadline: number): Promise<Filter> {
  if (!crosses(crossing.type, type, where)) return where;
  switch (where.kind) {
    case 'and':
    case 'or': {
      const parts: Filter[] = [];
      for (const part of where.of) parts.push(await inOneStore(crossing, type, part, deadline));
      return where.kind === 'and' ? and(parts) : or(parts);
    }
    case 'not':
      return { kind: 'not', of: await inOneStore(crossing, type, where.of, deadline) };
    case 'refers':
    case 'referred':
      // What lives in a store of its own contains nothing.
      if (type === crossing.type && isContainedType(where.type)) return NONE;
      if (leads(crossing.type, type, where)) return answered(crossing, where, deadline);
      return { ...where, where: await inOneStore(crossing, where.type, where.where, deadline) };
    default:
      return where;
  }
}

/** The condition by what it leads to: references to it, or the ids it refers to. */
async function answered(crossing: Crossing, chain: Chain, deadline: number): Promise<Filter> {
  const { rows, next } = await crossing.search({ of: [chain], sort: [], limit: MOST, deadline });
  if (next) throw tooCostly(`More than ${MOST} resources of type ${chain.type} match a chained condition.`);
  if (chain.kind === 'refers') {
    return or(rows.map(({ key }) => ({ kind: 'posting', key: `${chain.key}${key.type}/${key.id}` })));
  }
  const start = `${chain.key}${chain.own}/`;
  const postings = rows.flatMap(version => crossing.index(version).postings).filter(key => key.startsWith(start));
  const ids = [...new Set(postings)].map(key => key.slice(start.length));
  return ids.length === 0 ? { kind: 'none' } : { kind: 'id', ids };
}
