/** Every compiled search leads into an index: its driving terms are equalities on the index's leading fields. */
import assert from 'node:assert/strict';
import type { Document } from 'mongodb';
import type { Filter } from '../../../src/search/query.js';
import { simplify } from '../../../src/search/simplify.js';
import { compileSearch, matchStages } from '../../../src/store/mongo/compile.js';
import { versionIndexes, type VersionIndex } from '../../../src/store/mongo/collections.js';

const posting = (key: string): Filter => ({ kind: 'posting', key });
const not = (of: Filter): Filter => ({ kind: 'not', of });
const range: Filter = { kind: 'range', key: 'Task|date', test: { op: 'ge', lo: 1, hi: 2 } };
const text = (match: 'equals' | 'prefix' | 'contains'): Filter => ({
  kind: 'text',
  key: 'Task|name',
  match,
  value: 'a',
});
const updated: Filter = { kind: 'updated', test: { op: 'ne', lo: 1, hi: 2 } };

/** The fields of a term that are compared for equality (with one value, or with one of several). */
function equalities(term: Document, path = ''): string[] {
  return Object.entries(term).flatMap(([field, value]: [string, unknown]) => {
    const name = `${path}${field}`;
    if (typeof value !== 'object' || value === null) return [name];
    if ('$elemMatch' in value) return equalities(value.$elemMatch as Document, `${name}.`);
    return '$in' in value ? [name] : [];
  });
}

function assertDriven(filter: Document, index: VersionIndex, term: Document): void {
  const declared = versionIndexes.find(each => each.name === index);
  assert.ok(declared, `no index ${index}`);
  const parts: Document[] = filter.$or ?? [filter];
  const part = parts.find(each => (each.$and as Document[]).includes(term));
  assert.ok(part, 'the driving term is not in the filter');
  const equal = new Set(['partition', 'type', ...equalities(term)]);
  const [first, second] = Object.keys(declared.key);
  assert.ok(first === 'partition' && typeof filter.partition === 'string');
  assert.ok(equal.has(second!), `${second} of index ${index} is not compared for equality`);
  assert.ok(index !== 'current' || equal.has('id'), 'no id');
  if ('partialFilterExpression' in declared) assert.equal(filter.current, true);
}

describe('mongo compile', () => {
  const cases: [name: string, where: Filter, index: VersionIndex][] = [
    ['a posting', posting('Task|owner|x'), 'postings'],
    ['one of several postings', { kind: 'or', of: [posting('Task|a'), posting('Task|b')] }, 'postings'],
    ['ids', { kind: 'id', ids: ['a', 'b'] }, 'current'],
    ['a range', range, 'ranges'],
    ['an equal text', text('equals'), 'strings'],
    ['the beginning of a text', text('prefix'), 'strings'],
    ['a part of a text', text('contains'), 'strings'],
    ['nothing', { kind: 'all' }, 'postings'],
    ['the time of the last write', updated, 'postings'],
    ['negations', not(posting('Task|a')), 'postings'],
    ['an alternative of unlike parts', { kind: 'or', of: [range, posting('Task|a')] }, 'postings'],
    ['the best of several: the posting', { kind: 'and', of: [range, text('prefix'), posting('Task|a')] }, 'postings'],
    ['the best of several: the id', { kind: 'and', of: [posting('Task|a'), { kind: 'id', ids: ['a'] }] }, 'current'],
    ['the best of several: the text', { kind: 'and', of: [not(posting('Task|a')), range, text('prefix')] }, 'strings'],
  ];
  for (const [name, where, index] of cases) {
    it(`is driven by ${name}`, () => {
      const { filter, drivers } = compileSearch({ partition: 'p', of: [{ type: 'Task', where: simplify(where) }] });
      assert.deepEqual(
        drivers.map(driver => driver.index),
        [index],
      );
      assertDriven(filter, drivers[0]!.index, drivers[0]!.term);
    });
  }

  it('says first what leads into an index, by equality alone', () => {
    const leadOf = (where: Filter) => {
      const { filter } = compileSearch({ partition: 'p', of: [{ type: 'Task', where }] });
      const [lead, whole] = matchStages(filter);
      assert.deepEqual(whole, { $match: filter });
      return lead?.['$match'] as unknown;
    };
    const postings = { partition: 'p', postings: 'Task|a', current: true };
    assert.deepEqual(leadOf({ kind: 'and', of: [range, posting('Task|a')] }), postings);
    assert.deepEqual(leadOf({ kind: 'id', ids: ['a'] }), { partition: 'p', type: 'Task', id: { $in: ['a'] } });
    assert.deepEqual(leadOf(range), { partition: 'p', type: 'Task' });
    const ids = { $in: ['a', 'b'] };
    const [read] = matchStages({
      partition: 'p',
      type: 'Task',
      current: true,
      id: ids,
      $and: [{ postings: 'Task|a' }],
    });
    assert.deepEqual(read, { $match: { partition: 'p', type: 'Task', id: ids } });
    const both = compileSearch({ partition: 'p', of: ['A', 'B'].map(type => ({ type, where: range })) });
    assert.deepEqual(matchStages(both.filter), [{ $match: both.filter }]);
  });

  it('has a driving term for each type of a system search', () => {
    const of = cases.map(([, where], i) => ({ type: `T${i}`, where: simplify(where) }));
    const { filter, drivers } = compileSearch({ partition: 'p', of });
    assert.equal(drivers.length, cases.length);
    for (const { index, term } of drivers) assertDriven(filter, index, term);
  });

  it('hands over patterns that mean themselves, and hold no NUL', () => {
    const where: Filter = { kind: 'text', key: 'Task|name', match: 'contains', value: 'a\0.(b' };
    const { filter } = compileSearch({ partition: 'p', of: [{ type: 'Task', where }] });
    assert.match(JSON.stringify(filter), /"\$regex":"a\\\\x00\\\\\.\\\\\(b"/);
  });

  it('leaves out types that cannot match', () => {
    const of = ['A', 'B'].map(type => ({ type, where: { kind: type === 'A' ? 'none' : 'all' } as const }));
    const { filter, drivers } = compileSearch({ partition: 'p', of });
    assert.equal(drivers.length, 1);
    assert.equal(filter.type, 'B');
  });
});
