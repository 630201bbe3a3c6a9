/** search: every kind of condition of the query tree. */
import assert from 'node:assert/strict';
import { CEILING, FLOOR, type Filter, type Range, type RangeOp, type TextMatch } from '../../src/search/query.js';
import { NOW } from '../fixtures/storage-samples.js';
import type { NewScene } from './store-contract.js';

const posting = (key: string): Filter => ({ kind: 'posting', key });
const all: Filter = { kind: 'all' };

export function filterContract(scene: NewScene): void {
  describe('filters', () => {
    it('all, none, and their empty combinations', async () => {
      const s = scene();
      await s.save(s.put('Patient/a'), s.put('Patient/b'), s.put('Task/c'));
      const cases: [Filter, string[]][] = [
        [all, ['a', 'b']],
        [{ kind: 'none' }, []],
        [{ kind: 'and', of: [] }, ['a', 'b']],
        [{ kind: 'or', of: [] }, []],
        [{ kind: 'not', of: { kind: 'none' } }, ['a', 'b']],
        [{ kind: 'not', of: all }, []],
        [{ kind: 'or', of: [{ kind: 'none' }, all] }, ['a', 'b']],
        [{ kind: 'and', of: [{ kind: 'none' }, all] }, []],
      ];
      for (const [where, expected] of cases) {
        assert.deepEqual(await s.found('Patient', where), expected, JSON.stringify(where));
      }
    });

    it('posting, and, or, not, id', async () => {
      const s = scene();
      await s.save(
        s.put('Patient/a', { postings: ['Patient|g|x', 'Patient|h|1'] }),
        s.put('Patient/b', { postings: ['Patient|g|x'] }),
        s.put('Patient/c', { postings: ['Patient|g|y$.*'] }),
        s.put('Patient/d'),
      );
      const [x, y, one] = [posting('Patient|g|x'), posting('Patient|g|y$.*'), posting('Patient|h|1')];
      const id = (...list: string[]): Filter => ({ kind: 'id', ids: list });
      const cases: [Filter, string[]][] = [
        [x, ['a', 'b']],
        [y, ['c']],
        [posting('Patient|g|'), []],
        [posting('Patient'), ['a', 'b', 'c', 'd']],
        [{ kind: 'and', of: [x, one] }, ['a']],
        [{ kind: 'or', of: [one, y] }, ['a', 'c']],
        [{ kind: 'not', of: x }, ['c', 'd']],
        [{ kind: 'and', of: [x, { kind: 'not', of: one }] }, ['b']],
        [{ kind: 'not', of: { kind: 'or', of: [x, y] } }, ['d']],
        [{ kind: 'not', of: { kind: 'and', of: [x, one] } }, ['b', 'c', 'd']],
        [id('a', 'd', 'zz'), ['a', 'd']],
        [id(), []],
        [{ kind: 'not', of: id('a', 'd') }, ['b', 'c']],
        [{ kind: 'and', of: [id('a', 'c'), { kind: 'or', of: [x, y] }] }, ['a', 'c']],
      ];
      for (const [where, expected] of cases) {
        assert.deepEqual(await s.found('Patient', where), expected, JSON.stringify(where));
      }
    });

    it('text: each comparison, with signs that databases give a meaning to', async () => {
      const s = scene();
      const text = (value: string) => ({ strings: [{ key: 'Patient|name', value }] });
      await s.save(
        s.put('Patient/a', text('anna')),
        s.put('Patient/b', text('annabel smith')),
        s.put('Patient/c', text('hanna%_*')),
        s.put('Patient/d', text('ann.a[0]')),
        s.put('Patient/e', { strings: [{ key: 'Patient|other', value: 'anna' }] }),
        s.put('Patient/f', { strings: [...text('zoe').strings, ...text('anna').strings] }),
        s.put('Patient/g', text('安娜😀x')),
        s.put('Patient/h', text('o\'brien\\"')),
      );
      const cases: [TextMatch, string, string[]][] = [
        ['equals', 'anna', ['a', 'f']],
        ['equals', 'Anna', []],
        ['prefix', 'anna', ['a', 'b', 'f']],
        ['prefix', 'ann.a[', ['d']],
        ['prefix', '安娜', ['g']],
        ['prefix', "o'", ['h']],
        ['prefix', '', ['a', 'b', 'c', 'd', 'f', 'g', 'h']],
        ['contains', 'anna', ['a', 'b', 'c', 'f']],
        ['contains', '%_*', ['c']],
        ['contains', '%', ['c']],
        ['contains', '.', ['d']],
        ['contains', '😀', ['g']],
        ['contains', '\\"', ['h']],
        ['contains', ' ', ['b']],
        ['suffix', 'na', ['a', 'f']],
        ['suffix', '😀x', ['g']],
        ['suffix', '*', ['c']],
        ['suffix', '.', []],
        ['suffix', 'a longer one than anna', []],
        ['before', 'anna', ['d']],
        ['after', 'o', ['f', 'g', 'h']],
        ['after', '安', ['g']],
      ];
      for (const [match, value, expected] of cases) {
        const where: Filter = { kind: 'text', key: 'Patient|name', match, value };
        assert.deepEqual(await s.found('Patient', where), expected, `${match} ${value}`);
      }
    });

    it('updated', async () => {
      const s = scene();
      await s.save(...[10, 20, 30].map(ms => s.put(`Patient/t${ms}`, { at: NOW + ms })));
      const updated = (op: RangeOp, lo: number, hi = lo): Filter => ({
        kind: 'updated',
        test: { op, lo: NOW + lo, hi: NOW + hi },
      });
      assert.deepEqual(await s.found('Patient', updated('eq', 20)), ['t20']);
      assert.deepEqual(await s.found('Patient', updated('eq', 15, 30)), ['t20', 't30']);
      assert.deepEqual(await s.found('Patient', updated('ne', 20)), ['t10', 't30']);
      assert.deepEqual(await s.found('Patient', updated('ge', 20)), ['t20', 't30']);
      assert.deepEqual(await s.found('Patient', updated('lt', 20)), ['t10']);
    });
  });
  rangeContract(scene);
  chainContract(scene);
}

function rangeContract(scene: NewScene): void {
  const stored: Record<string, [number, number]> = {
    below: [0, 9],
    overlow: [5, 12],
    equal: [10, 20],
    inside: [12, 15.5],
    around: [5, 25],
    overhigh: [18, 25],
    above: [21, 30],
    openlow: [FLOOR, 15],
    openhigh: [15, CEILING],
  };
  const expected: Record<RangeOp, string[]> = {
    eq: ['equal', 'inside'],
    ne: ['above', 'around', 'below', 'openhigh', 'openlow', 'overhigh', 'overlow'],
    gt: ['above', 'around', 'openhigh', 'overhigh'],
    lt: ['around', 'below', 'openlow', 'overlow'],
    ge: ['above', 'around', 'equal', 'inside', 'openhigh', 'overhigh'],
    le: ['around', 'below', 'equal', 'inside', 'openlow', 'overlow'],
    sa: ['above'],
    eb: ['below'],
    ap: ['around', 'equal', 'inside', 'openhigh', 'openlow', 'overhigh', 'overlow'],
  };
  describe('range', () => {
    it('compares intervals in each of the nine ways', async () => {
      const s = scene();
      const range = ([lo, hi]: [number, number]): Range => ({ key: 'Observation|date', lo, hi });
      await s.save(
        ...Object.entries(stored).map(([id, pair]) => s.put(`Observation/${id}`, { ranges: [range(pair)] })),
        s.put('Observation/without'),
        s.put('Observation/otherkey', { ranges: [{ key: 'Observation|value', lo: 10, hi: 20 }] }),
      );
      for (const [op, names] of Object.entries(expected) as [RangeOp, string[]][]) {
        const where: Filter = { kind: 'range', key: 'Observation|date', test: { op, lo: 10, hi: 20 } };
        assert.deepEqual(await s.found('Observation', where), names, op);
      }
    });

    it('holds where one entry passes, never across entries', async () => {
      const s = scene();
      const [key, lo2, hi2] = ['Observation|c', 1, 1];
      await s.save(
        s.put('Observation/split', { ranges: [{ key, lo: 0, hi: 5 }, { key, lo: 30, hi: 40 }] }), // prettier-ignore
        s.put('Observation/second', { ranges: [{ key, lo: 0, hi: 5 }, { key, lo: 12, hi: 13 }] }), // prettier-ignore
        s.put('Observation/pair', { ranges: [{ key, lo: 12, hi: 13, lo2, hi2 }] }),
        s.put('Observation/crossed', { ranges: [{ key, lo: 12, hi: 13, lo2: 9, hi2: 9 }, { key, lo: 0, hi: 5, lo2, hi2 }] }), // prettier-ignore
      );
      const first: Filter = { kind: 'range', key, test: { op: 'eq', lo: 10, hi: 20 } };
      assert.deepEqual(await s.found('Observation', first), ['crossed', 'pair', 'second']);
      const both: Filter = { ...first, second: { op: 'le', lo: 1, hi: 1 } };
      assert.deepEqual(await s.found('Observation', both), ['pair']);
      assert.deepEqual(await s.found('Observation', { kind: 'not', of: both }), ['crossed', 'second', 'split']);
    });

    it('an update takes away the intervals that are gone, and none beside them', async () => {
      const s = scene();
      const pair = (end: number) => ({ key: 'Observation|c', lo: 1, hi: 1, lo2: end, hi2: end });
      const alone = { key: 'Observation|c', lo: 1, hi: 1 };
      const found = (end: number) => {
        const test = { op: 'eq', lo: 1, hi: 1 } as const;
        return s.found('Observation', { kind: 'range', key: alone.key, test, second: { op: 'eq', lo: end, hi: end } });
      };
      await s.save(s.put('Observation/a', { ranges: [pair(2), pair(3), alone] }));
      await s.save(s.put('Observation/a', { version: 2, ranges: [pair(3), alone] }));
      assert.deepEqual([await found(2), await found(3)], [[], ['a']]);
      await s.save(s.put('Observation/a', { version: 3, ranges: [pair(3)] }));
      assert.deepEqual([await found(2), await found(3)], [[], ['a']]);
    });
  });
}

function chainContract(scene: NewScene): void {
  const family = (value: string): Filter => ({ kind: 'text', key: 'Patient|family', match: 'prefix', value });
  const people = (s: ReturnType<NewScene>) => [
    s.put('Patient/p1', {
      strings: [{ key: 'Patient|family', value: 'smith' }],
      postings: ['Patient|org|Organization/o'],
    }),
    s.put('Patient/p2', { strings: [{ key: 'Patient|family', value: 'smythe' }] }),
    s.put('Patient/p3', { strings: [{ key: 'Patient|family', value: 'jones' }] }),
    s.put('Organization/o', { postings: ['Organization|name|x'] }),
    s.put('Task/t1', { postings: ['Task|for|Patient/p1'] }),
    s.put('Task/t2', { postings: ['Task|for|Patient/p2', 'Task|for|Patient/p3'] }),
    s.put('Task/t3', { postings: ['Task|for|Patient/absent', 'Task|for|Group/p1'] }),
    s.put('Task/t4', { postings: ['Task|owner|Patient/p1'] }),
  ];
  describe('chains', () => {
    it('refers: to some live resource that satisfies the condition', async () => {
      const s = scene();
      await s.save(...people(s));
      const refers = (where: Filter): Filter => ({ kind: 'refers', key: 'Task|for|', type: 'Patient', where });
      assert.deepEqual(await s.found('Task', refers(family('sm'))), ['t1', 't2']);
      assert.deepEqual(await s.found('Task', refers(family('jo'))), ['t2']);
      assert.deepEqual(await s.found('Task', refers(all)), ['t1', 't2']);
      assert.deepEqual(await s.found('Task', refers(family('zz'))), []);
      assert.deepEqual(await s.found('Task', { kind: 'not', of: refers(family('jo')) }), ['t1', 't3', 't4']);
      const deep: Filter = {
        kind: 'refers',
        key: 'Patient|org|',
        type: 'Organization',
        where: posting('Organization|name|x'),
      };
      assert.deepEqual(await s.found('Task', refers(deep)), ['t1']);
    });

    it('refers: not through a deleted resource, nor into another partition', async () => {
      const [s, other] = [scene(), scene()];
      await s.save(...people(s));
      await other.save(other.put('Task/t1', { postings: ['Task|for|Patient/p1'] }));
      const refers: Filter = { kind: 'refers', key: 'Task|for|', type: 'Patient', where: all };
      await s.save(s.put('Patient/p1', { version: 2, deleted: true, postings: ['Patient'] }));
      assert.deepEqual(await s.found('Task', refers), ['t2']);
      assert.deepEqual(await other.found('Task', refers), []);
    });

    it('referred: from some live resource that satisfies the condition', async () => {
      const s = scene();
      await s.save(...people(s), s.put('Task/t5', { postings: ['Task|for|Patient/p3', 'Task|status|done'] }));
      const referred = (where: Filter): Filter => ({
        kind: 'referred',
        type: 'Task',
        key: 'Task|for|',
        own: 'Patient',
        where,
      });
      assert.deepEqual(await s.found('Patient', referred(all)), ['p1', 'p2', 'p3']);
      assert.deepEqual(await s.found('Patient', referred(posting('Task|status|done'))), ['p3']);
      assert.deepEqual(await s.found('Patient', { kind: 'not', of: referred(posting('Task|status|done')) }), [
        'p1',
        'p2',
      ]);
      assert.deepEqual(await s.found('Patient', { kind: 'and', of: [referred(all), family('sm')] }), ['p1', 'p2']);
      await s.save(s.put('Task/t1', { version: 2, deleted: true, postings: ['Task|for|Patient/p1'] }));
      assert.deepEqual(await s.found('Patient', referred(all)), ['p2', 'p3']);
      const nested: Filter = {
        kind: 'refers',
        key: 'Task|for|',
        type: 'Patient',
        where: referred(posting('Task|status|done')),
      };
      assert.deepEqual(await s.found('Task', nested), ['t2', 't5']);
    });
  });
}
