/** Random plans for store-model.ts: small pools of keys and values, so that plans meet each other often. */
import fc, { type Arbitrary } from 'fast-check';
import {
  CEILING,
  FLOOR,
  type Filter,
  type IndexEntries,
  type RangeTest,
  type Search,
  type Sort,
} from '../../src/search/query.js';
import type { HistoryQuery } from '../../src/store/port.js';
import { containerKey } from '../../src/search/contained.js';
import { entries, NOW } from '../fixtures/storage-samples.js';

export const TYPES = ['Patient', 'Task'] as const;
type Type = (typeof TYPES)[number];

/** What Patients and Tasks contain. */
const CONTAINED = '#Basic';
type Searched = Type | typeof CONTAINED;
const searched = fc.constantFrom<Searched>(...TYPES, CONTAINED);

const ids = fc.constantFrom('a', 'b', 'B', 'c', 'd-1');
const types = fc.constantFrom(...TYPES);
const instants = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(FLOOR, CEILING, 2.5));
const intervals = fc.tuple(instants, instants).map(([a, b]) => ({ lo: Math.min(a, b), hi: Math.max(a, b) }));
const words = fc.constantFrom('', 'ann', 'anna', 'Ann', 'an%', 'a.n*', '\u{fb01}x', '\u{1f600}x', 'n');
const tokens = fc.constantFrom('0', '1', 'x$', 'é');

const postingOf = (type: Searched): Arbitrary<string> =>
  type === 'Patient'
    ? fc.oneof(
        { weight: 3, arbitrary: tokens.map(token => `Patient|k|${token}`) },
        { weight: 1, arbitrary: fc.tuple(ids, parts).map(([id, part]) => `Patient|has>#Basic/Patient/${id}#${part}`) },
        { weight: 1, arbitrary: tokens.map(token => `Patient|~own|${token}`) },
      )
    : fc.oneof(
        tokens.map(token => `${type}|k|${token}`),
        ids.map(id => `${type}|for|Patient/${id}`),
      );

/** Ids of contained resources. */
const parts = fc.constantFrom('m', 'n');

const indexOf = (type: Type): Arbitrary<IndexEntries> =>
  fc
    .tuple(
      ownIndexOf(type),
      fc.uniqueArray(fc.tuple(parts, ownIndexOf(CONTAINED)), { maxLength: 2, selector: ([id]) => id }),
    )
    .map(([index, inside]) => {
      const contained = inside.map(([id, one]) => ({
        ...{ type: CONTAINED, id, index: one },
        json: JSON.stringify({ resourceType: 'Basic', id }),
      }));
      return contained.length > 0 ? { ...index, contained } : index;
    });

const ownIndexOf = (type: Searched): Arbitrary<IndexEntries> =>
  fc
    .record({
      postings: fc.uniqueArray(postingOf(type), { maxLength: 3 }),
      ranges: fc.array(
        fc.oneof(
          intervals.map(one => ({ key: `${type}|d`, ...one })),
          fc.tuple(intervals, intervals).map(([one, { lo, hi }]) => ({ key: `${type}|d`, ...one, lo2: lo, hi2: hi })),
          intervals.map(one => ({ key: `${type}|e`, ...one })),
        ),
        { maxLength: 3 },
      ),
      strings: fc.array(fc.record({ key: fc.constantFrom(`${type}|n`, `${type}|m`), value: words }), { maxLength: 3 }),
      main: fc.integer({ min: 0, max: 4 }),
    })
    .map(draft => entries(type, draft));

export interface PutPlan {
  type: Type;
  id: string;
  /** The version, counted from the current one: 1 is right. */
  step: number;
  deleted: boolean;
  index: IndexEntries;
}

export interface ChangePlan {
  puts: PutPlan[];
  reindex: { type: Type; id: string; step: number; index: IndexEntries }[];
  /** Writes or deletes this document, which must be as it was when the round began; `wrong`: as it never was. */
  document?: { id: string; op: 'put' | 'delete'; wrong: boolean };
  /** Whether the change set has a criterion, and whether what it expects was true when the round began. */
  guard: 'none' | 'right' | 'wrong';
}

const targets = <T>(more: (type: Type) => Arbitrary<T>) =>
  types.chain(type => fc.tuple(ids, more(type)).map(([id, rest]) => ({ type, id, ...rest })));
const steps = fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(0, 2) });

const documents = fc.record({
  id: fc.constantFrom('x', 'y'),
  op: fc.constantFrom('put', 'put', 'delete'),
  wrong: fc.nat(5).map(n => n === 0),
});

export const changePlans: Arbitrary<ChangePlan> = fc.record(
  {
    puts: fc.uniqueArray(
      targets(type => fc.record({ step: steps, deleted: fc.nat(4).map(n => n === 0), index: indexOf(type) })),
      { maxLength: 4, selector: ({ type, id }) => `${type}/${id}` },
    ),
    reindex: fc.array(
      targets(type => fc.record({ step: fc.constantFrom(0, 0, -1), index: indexOf(type) })),
      { maxLength: 1 },
    ),
    guard: fc.constantFrom('none', 'none', 'right', 'wrong'),
    document: documents,
  },
  { requiredKeys: ['puts', 'reindex', 'guard'] },
);

const tests: Arbitrary<RangeTest> = fc
  .tuple(fc.constantFrom('eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'), intervals)
  .map(([op, interval]) => ({ op, ...interval }));

/** A condition on a resource of the type, of some depth. */
export function filterOf(type: Searched, depth: number): Arbitrary<Filter> {
  const leaves: Arbitrary<Filter>[] = [
    fc.constantFrom<Filter[]>({ kind: 'all' }, { kind: 'none' }),
    fc.uniqueArray(ids, { maxLength: 3 }).map(list => ({ kind: 'id', ids: list })),
    postingOf(type).map(key => ({ kind: 'posting', key })),
    postingOf(type).map(key => ({ kind: 'posting', key })),
    tests.map(test => ({ kind: 'range', key: `${type}|d`, test })),
    fc.tuple(tests, tests).map(([test, second]) => ({ kind: 'range', key: `${type}|d`, test, second })),
    fc
      .tuple(fc.constantFrom('equals', 'prefix', 'contains', 'suffix', 'before', 'after'), words)
      .map(([match, value]) => ({ kind: 'text', key: `${type}|n`, match, value })),
    tests.map(({ op, lo, hi }) => ({ kind: 'updated', test: { op, lo: NOW + lo, hi: NOW + hi } })),
  ];
  if (depth === 0) return fc.oneof(...leaves);
  const part = filterOf(type, depth - 1);
  const several = fc.array(part, { maxLength: 3 });
  const chain = fc.oneof(...chainsOf(type, depth - 1));
  const branches: Arbitrary<Filter>[] = [
    several.map(of => ({ kind: 'and', of })),
    several.map(of => ({ kind: 'or', of })),
    part.map(of => ({ kind: 'not', of })),
    chain,
  ];
  return fc.oneof(...leaves, ...branches, ...branches);
}

/** Chains from a type to the others: to what it refers to, to what refers to it, into what it contains and out again. */
function chainsOf(type: Searched, depth: number): Arbitrary<Filter>[] {
  const refers = (key: string, to: Searched): Arbitrary<Filter> =>
    filterOf(to, depth).map(where => ({ kind: 'refers', key, type: to, where }));
  const referred = (key: string, from: Searched): Arbitrary<Filter> =>
    filterOf(from, depth).map(where => ({ kind: 'referred', type: from, key, own: type, where }));
  const container = containerKey('Basic');
  switch (type) {
    case 'Task':
      return [refers('Task|for|', 'Patient'), referred(container, CONTAINED)];
    case 'Patient':
      return [
        ...[referred('Task|for|', 'Task'), referred('#Basic|for|', CONTAINED)],
        ...[referred(container, CONTAINED), refers('Patient|has>', CONTAINED)],
      ];
    case CONTAINED:
      return [
        ...[refers('#Basic|for|', 'Patient'), referred('Patient|has>', 'Patient')],
        ...[refers(container, 'Patient'), refers(container, 'Task')],
      ];
  }
}

/** Conditions on earlier versions hold no chains. */
export function isUnchained(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.every(isUnchained);
    case 'not':
      return isUnchained(filter.of);
    default:
      return filter.kind !== 'refers' && filter.kind !== 'referred';
  }
}

const partOf = (depth: number, among: Arbitrary<Searched> = types) =>
  among.chain(type => filterOf(type, depth).map(where => ({ type, where })));

const sortOf: Arbitrary<Sort> = fc
  .tuple(fc.constantFrom('main', 'updated', 'id', 'range', 'text', 'posting', 'carries'), searched, fc.boolean())
  .map(([by, type, descending]): Sort => {
    if (by === 'main' || by === 'updated' || by === 'id') return { by, descending };
    const keys = { range: `${type}|d`, text: `${type}|n`, posting: `${type}|k|`, carries: `${type}|k|a` };
    return { by, key: keys[by], descending };
  });

/** What a search asks, without its partition. @param depth of its conditions; in 1 no chain holds another */
export const searchPlans = (depth: number): Arbitrary<Pick<Search, 'of' | 'sort' | 'limit'>> =>
  fc.record({
    of: fc.array(partOf(depth, searched), { minLength: 1, maxLength: 2 }),
    sort: fc.array(sortOf, { maxLength: 3 }),
    limit: fc.integer({ min: 1, max: 4 }),
  });

/** What a history asks, without its partition. @param depth as above */
export const historyPlans = (
  depth: number,
): Arbitrary<Pick<HistoryQuery, 'of' | 'since' | 'during' | 'past' | 'limit'>> =>
  fc.record(
    {
      past: fc.dictionary(types, filterOf('Patient', depth).filter(isUnchained), { maxKeys: 2 }),
      of: fc.array(
        fc
          .tuple(partOf(depth), fc.option(ids, { nil: undefined }))
          .map(([part, id]) => (id === undefined ? part : { ...part, id })),
        { minLength: 1, maxLength: 2 },
      ),
      since: fc.integer({ min: 0, max: 8 }).map(ms => NOW + ms),
      during: fc.tuple(fc.nat(8), fc.nat(3)).map(([from, more]) => ({ from: NOW + from, to: NOW + from + more })),
      limit: fc.integer({ min: 1, max: 4 }),
    },
    { requiredKeys: ['of', 'limit'] },
  );
