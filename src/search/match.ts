/**
 * The plain interpreter of the query tree: what every compiled search is compared with. One function for each kind of
 * condition, in the words of query.ts.
 */
import { compareText } from './order.js';
import type { Filter, IndexEntries, Range, RangeTest, TextMatch } from './query.js';

/** A resource under test: live, or a tombstone with the entries it was given. */
export interface IndexedResource {
  type: string;
  id: string;
  /** meta.lastUpdated, milliseconds since the epoch. */
  updated: number;
  index: IndexEntries;
}

/** Looks up other resources for chains: the live ones of a type, in the partition of the subject. */
export interface Neighbors {
  live(type: string): Iterable<IndexedResource>;
}

/** Whether the stored interval passes the test. */
export function passes({ lo, hi }: { lo: number; hi: number }, test: RangeTest): boolean {
  const { lo: a, hi: b } = test;
  const equal = lo >= a && hi <= b;
  switch (test.op) {
    case 'eq':
      return equal;
    case 'ne':
      return !equal;
    case 'gt':
      return hi > b;
    case 'lt':
      return lo < a;
    case 'ge':
      return hi > b || equal;
    case 'le':
      return lo < a || equal;
    case 'sa':
      return lo > b;
    case 'eb':
      return hi < a;
    case 'ap':
      return lo <= b && hi >= a;
  }
}

function passesSecond({ lo2, hi2 }: Range, test: RangeTest | undefined): boolean {
  if (test === undefined) return true;
  return lo2 !== undefined && hi2 !== undefined && passes({ lo: lo2, hi: hi2 }, test);
}

function matchesText(stored: string, match: TextMatch, value: string): boolean {
  switch (match) {
    case 'equals':
      return stored === value;
    case 'prefix':
      return stored.startsWith(value);
    case 'contains':
      return stored.includes(value);
    case 'suffix':
      return stored.endsWith(value);
    case 'before':
      return compareText(stored, value) < 0;
    case 'after':
      return compareText(stored, value) > 0;
  }
}

/** Whether the subject satisfies the filter. */
export function matches(filter: Filter, subject: IndexedResource, neighbors: Neighbors): boolean {
  const { index } = subject;
  const satisfies = (where: Filter) => (other: IndexedResource) => matches(where, other, neighbors);
  const live = (type: string) => Iterator.from(neighbors.live(type));
  switch (filter.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'and':
      return filter.of.every(part => matches(part, subject, neighbors));
    case 'or':
      return filter.of.some(part => matches(part, subject, neighbors));
    case 'not':
      return !matches(filter.of, subject, neighbors);
    case 'id':
      return filter.ids.includes(subject.id);
    case 'posting':
      return index.postings.includes(filter.key);
    case 'range':
      return index.ranges.some(
        range => range.key === filter.key && passes(range, filter.test) && passesSecond(range, filter.second),
      );
    case 'text':
      return index.strings.some(text => text.key === filter.key && matchesText(text.value, filter.match, filter.value));
    case 'updated':
      return passes({ lo: subject.updated, hi: subject.updated }, filter.test);
    case 'refers':
      return live(filter.type)
        .filter(other => index.postings.includes(`${filter.key}${other.type}/${other.id}`))
        .some(satisfies(filter.where));
    case 'referred':
      return live(filter.type)
        .filter(other => other.index.postings.includes(`${filter.key}${filter.own}/${subject.id}`))
        .some(satisfies(filter.where));
  }
}
