/**
 * The locks of a commit with criteria. A snapshot does not show what others are about to write: of two commits of which
 * each would break the other's criteria, both would succeed. So each writes to the locks of what its criteria ask for and
 * of what it is about to make true or untrue for others, and two such commits share one. So it is with the search parameters
 * that made its entries.
 */
import { createHash, randomInt } from 'node:crypto';
import { GENERATION, generationsOf } from '../../search/generation.js';
import type { Filter } from '../../search/query.js';
import { simplify } from '../../search/simplify.js';
import type { ChangeSet, Criterion } from '../port.js';

/** Postings of parameters that few resources have in common, and of the context of Binaries: their locks are seldom shared. */
const TELLING = /^[A-Za-z]+\|(identifier|url|~context)\|/;

/** A lock's name before it is hashed. */
type Name = readonly string[];

/** What is equal in all forms of one value (`s|1`, `|1`, `1`): its end. Undefined for a posting many resources share. */
function toldBy(posting: string): string | undefined {
  const value = posting.slice(posting.lastIndexOf('|') + 1).replace(/^=+/, '');
  return TELLING.test(posting) && value !== '' ? value : undefined;
}

/** Values one of which every match must carry; undefined where the condition names none. */
function valuesOf(where: Filter): string[] | undefined {
  switch (where.kind) {
    case 'posting': {
      const value = toldBy(where.key);
      return value === undefined ? undefined : [value];
    }
    case 'and':
      return where.of.map(valuesOf).find(values => values !== undefined);
    case 'or': {
      const values = where.of.map(valuesOf);
      return values.every(each => each !== undefined) ? values.flat() : undefined;
    }
    default:
      return undefined;
  }
}

/** The other types whose resources decide a condition. */
function chainedTypes(where: Filter): string[] {
  switch (where.kind) {
    case 'and':
    case 'or':
      return where.of.flatMap(chainedTypes);
    case 'not':
      return chainedTypes(where.of);
    case 'refers':
    case 'referred':
      return [where.type, ...chainedTypes(where.where)];
    default:
      return [];
  }
}

/** Locks of what the criterion asks for, and the types that must be locked whole because it names no value. */
function ofCriterion({ partition, type, where, ids }: Criterion): { names: Name[]; whole: Name[] } {
  const simple = simplify(where);
  const values = valuesOf(simple);
  const chained = chainedTypes(simple);
  const types = values && chained.length === 0 ? [] : [type, ...chained];
  return {
    names: [...(values ?? []).map(value => [partition, type, 'value', value]), ...ids.map(id => [partition, type, id])],
    whole: types.map(each => [partition, each]),
  };
}

/** Of this many locks of a partition's search parameters each commit of entries takes one, and a new generation all. */
const SHARED = 64;

const generationLock = (partition: string, number: number): Name => [partition, GENERATION, String(number)];

/** Locks by which no entries of an earlier generation are committed after the next has begun. */
function ofGenerations({ puts = [], reindex = [], documents = [] }: ChangeSet): Name[] {
  const begun = documents.flatMap(change =>
    change.op === 'put' && change.document.kind === GENERATION ? [change.document.id] : [],
  );
  const relied = generationsOf([...puts, ...reindex]).map(([partition]) => partition);
  const any = randomInt(SHARED);
  return [
    ...begun.flatMap(partition => Array.from({ length: SHARED }, (_, at) => generationLock(partition, at))),
    ...relied.map(partition => generationLock(partition, any)),
  ];
}

/** The ids of the locks, distinct and sorted. */
export function locksOf(changes: ChangeSet): string[] {
  const names = [...ofCriteria(changes), ...ofGenerations(changes)];
  const hash = (name: Name) => createHash('sha256').update(JSON.stringify(name)).digest('base64url');
  return [...new Set(names.map(hash))].sort();
}

/** None without criteria. */
function ofCriteria({ criteria = [], puts = [], reindex = [] }: ChangeSet): Name[] {
  if (criteria.length === 0) return [];
  const asked = criteria.map(ofCriterion);
  const whole = asked.flatMap(each => each.whole);
  const written = [...puts, ...reindex].flatMap(({ key: { partition, type, id }, version, index }) => {
    const values = index.postings.map(toldBy).filter(value => value !== undefined);
    return [
      ...values.map((value): Name => [partition, type, 'value', value]),
      // What no longer matches was found by its id before; what is new nobody has found.
      ...(version > 1 ? [[partition, type, id]] : []),
      ...(whole.length > 0
        ? [type, ...(index.contained ?? []).map(one => one.type)].map(each => [partition, each])
        : []),
    ];
  });
  return [...asked.flatMap(each => each.names), ...whole, ...written];
}
