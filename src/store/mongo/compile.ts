/**
 * The query tree as a MongoDB filter, and which index is meant to drive it. Pure: chains have been resolved before
 * (chains.ts) and constants folded (search/simplify.ts).
 */
import type { Document } from 'mongodb';
import type { Filter, RangeTest, Search, TextMatch } from '../../search/query.js';
import { typePosting } from '../../search/query.js';
import { successor } from '../../search/successor.js';
import type { VersionIndex } from './collections.js';
import { defined } from '../../fhir/defined.js';

/** A filter, and for each type the term that leads into an index: an equality on the index's leading fields. */
export interface Compiled {
  filter: Document;
  drivers: Driver[];
}

export interface Driver {
  index: VersionIndex;
  /** Part of the filter. Together with the partition (and the type, where the index has it) it leads the index. */
  term: Document;
}

const nothing: Document = { _id: { $in: [] } };

/** The interval in these two fields (which may be one field) passes the test. */
function interval(lo: string, hi: string, { op, lo: a, hi: b }: RangeTest): Document {
  const equal = { $and: [{ [lo]: { $gte: a } }, { [hi]: { $lte: b } }] };
  const tests = {
    eq: equal,
    ne: { $or: [{ [lo]: { $lt: a } }, { [hi]: { $gt: b } }] },
    gt: { [hi]: { $gt: b } },
    lt: { [lo]: { $lt: a } },
    ge: { $or: [{ [hi]: { $gt: b } }, equal] },
    le: { $or: [{ [lo]: { $lt: a } }, equal] },
    sa: { [lo]: { $gt: b } },
    eb: { [hi]: { $lt: a } },
    ap: { $and: [{ [lo]: { $lte: b } }, { [hi]: { $gte: a } }] },
  };
  return tests[op];
}

/** As a pattern, which must not hold a NUL. */
const literally = (value: string): string => value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&').replaceAll('\0', '\\x00');

function textTest(match: TextMatch, value: string): unknown {
  switch (match) {
    case 'equals':
      return value;
    case 'prefix': {
      const end = successor(value);
      return { $gte: value, ...defined({ $lt: end }) };
    }
    case 'contains':
      return { $regex: literally(value) };
    case 'suffix':
      // Unlike `$`, the same to every engine, and strict about a line's end.
      return { $regex: `${literally(value)}(?![\\s\\S])` };
    case 'before':
      return { $lt: value };
    case 'after':
      return { $gt: value };
  }
}

const keysOf = (filters: readonly Filter[]): string[] | undefined =>
  filters.every(part => part.kind === 'posting') ? filters.map(part => part.key) : undefined;

/** Alternatives that compare texts of several keys with one value. */
const textsOf = (filters: readonly Filter[]): (Filter & { kind: 'text' })[] | undefined => {
  const [first] = filters;
  if (first?.kind !== 'text') return undefined;
  const alike = filters.filter(
    part => part.kind === 'text' && part.match === first.match && part.value === first.value,
  ) as (Filter & { kind: 'text' })[];
  return alike.length === filters.length ? alike : undefined;
};

function alternatives(filters: readonly Filter[]): Document {
  const keys = keysOf(filters);
  if (keys) return { postings: { $in: keys } };
  const texts = textsOf(filters);
  if (!texts) return { $or: filters.map(compileFilter) };
  const { match, value } = texts[0]!;
  return { strings: { $elemMatch: { key: { $in: texts.map(({ key }) => key) }, value: textTest(match, value) } } };
}

/** A simplified filter without chains as a MongoDB filter. */
export function compileFilter(filter: Filter): Document {
  switch (filter.kind) {
    case 'all':
      return {};
    case 'none':
      return nothing;
    case 'and':
      return { $and: filter.of.map(compileFilter) };
    case 'or':
      return alternatives(filter.of);
    case 'not':
      return { $nor: [compileFilter(filter.of)] };
    case 'id':
      return { id: { $in: filter.ids } };
    case 'posting':
      return { postings: filter.key };
    case 'range': {
      const { key, test, second } = filter;
      const tests = [interval('lo', 'hi', test), ...(second ? [interval('lo2', 'hi2', second)] : [])];
      return { ranges: { $elemMatch: { key, $and: tests } } };
    }
    case 'text':
      return { strings: { $elemMatch: { key: filter.key, value: textTest(filter.match, filter.value) } } };
    case 'updated':
      return interval('at', 'at', filter.test);
    case 'refers':
    case 'referred':
      throw new TypeError('a chain must be resolved before it is compiled');
  }
}

/**
 * The stages that match a filter of this folder's. What leads into an index goes first, as equalities and nothing else,
 * which every server's planner makes out; MongoDB joins the two stages again.
 */
export function matchStages(filter: Document): Document[] {
  const lead = leadOf(filter);
  return [...(lead ? [{ $match: lead }] : []), { $match: filter }];
}

/** Ids before a posting, which many may share. */
function leadOf({ $and: conditions = [], ...fields }: Document & { $and?: Document[] }): Document | undefined {
  const { partition, ...own } = fields as Record<string, unknown>;
  const first: Record<string, unknown> = conditions[0] ?? {};
  const { type = first['type'], id = first['id'] } = own;
  const { postings } = first;
  if (partition === undefined) return undefined;
  if (own['id'] === undefined && typeof postings === 'string') return { partition, postings, current: true };
  return type === undefined ? undefined : { partition, type, ...defined({ id }) };
}

/** Postings of which every match of the alternatives has one. */
function leadingKeys(filters: readonly Filter[]): string[] | undefined {
  const keys = filters.map(part => (part.kind === 'and' ? part.of : [part]).find(one => one.kind === 'posting'));
  return keys.every(key => key !== undefined) ? keys.map(({ key }) => key) : undefined;
}

interface Driving {
  rank: number;
  index: VersionIndex;
  /** What leads into the index, where the condition does not itself. */
  lead?: Document;
}

/** How well a condition leads into an index, best first; undefined where it cannot. */
function driving(filter: Filter): Driving | undefined {
  switch (filter.kind) {
    case 'id':
      return { rank: 0, index: 'current' };
    case 'posting':
      return { rank: 1, index: 'postings' };
    case 'or': {
      const [texts, lead] = [textsOf(filter.of), leadingKeys(filter.of)];
      if (lead) return { rank: 2, index: 'postings', lead: { postings: { $in: lead } } };
      return texts && driving(texts[0]!);
    }
    case 'text':
      return {
        rank: { equals: 3, prefix: 4, before: 5, after: 5, contains: 6, suffix: 6 }[filter.match],
        index: 'strings',
      };
    case 'range':
      return { rank: 5, index: 'ranges' };
    default:
      return undefined;
  }
}

/** One type and its condition: the driving term first; without one, the posting all resources of the type carry. */
function compilePart(type: string, where: Filter): { filter: Document; driver: Driver } {
  const conditions = where.kind === 'and' ? where.of : [where];
  const ranked = conditions
    .map(filter => ({ filter, ...driving(filter) }))
    .filter(part => part.rank !== undefined)
    .sort((a, b) => a.rank! - b.rank!);
  const best = ranked[0] ?? {
    filter: { kind: 'posting', key: typePosting(type) } as const,
    index: 'postings' as const,
    lead: undefined,
  };
  const compiled = compileFilter(best.filter);
  const term = best.lead && !('postings' in compiled) ? { ...best.lead, ...compiled } : compiled;
  const rest = conditions.filter(filter => filter !== best.filter && filter.kind !== 'all').map(compileFilter);
  return { filter: { type, $and: [term, ...rest] }, driver: { index: best.index!, term } };
}

/** The live resources of a search whose conditions are simplified and free of chains. */
export function compileSearch({ partition, of }: Pick<Search, 'partition' | 'of'>): Compiled {
  const parts = of.filter(part => part.where.kind !== 'none').map(part => compilePart(part.type, part.where));
  if (parts.length === 0) return { filter: nothing, drivers: [] };
  const live = { partition, current: true, deleted: false };
  const filter =
    parts.length === 1 ? { ...live, ...parts[0]!.filter } : { ...live, $or: parts.map(part => part.filter) };
  return { filter, drivers: parts.map(part => part.driver) };
}
