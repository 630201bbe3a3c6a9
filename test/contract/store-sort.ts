/** search: every kind of sort key, missing values, several values, pages through all of them. */
import assert from 'node:assert/strict';
import type { Sort } from '../../src/search/query.js';
import type { Put } from '../../src/store/port.js';
import { ids, NOW, pages, type Scene } from '../fixtures/storage-samples.js';
import type { NewScene } from './store-contract.js';

/** One value of each kind, and none; ids are not in the order of the values. */
function samples(s: Scene): Put[] {
  const date = (lo: number) => ({ key: 'Task|date', lo, hi: lo + 5 });
  const name = (value: string) => ({ key: 'Task|name', value });
  return [
    s.put('Task/e', {
      main: NOW + 3,
      at: NOW + 1,
      ranges: [date(30)],
      strings: [name('b')],
      postings: ['Task|code|z'],
    }),
    s.put('Task/b', {
      main: NOW + 1,
      at: NOW + 2,
      ranges: [date(10)],
      strings: [name('ab')],
      postings: ['Task|code|m'],
    }),
    s.put('Task/d', {
      main: NOW + 2,
      at: NOW + 3,
      ranges: [date(20), date(5), { key: 'Task|other', lo: 1, hi: 99 }],
      strings: [name('c'), name('a'), { key: 'Task|other', value: '0' }],
      postings: ['Task|code|a', 'Task|code|zz', 'Task|codes|0'],
    }),
    s.put('Task/a', { main: NOW + 4, at: NOW + 4 }),
    s.put('Task/c', { main: NOW - 9, at: NOW + 5 }),
  ];
}

export function sortContract(scene: NewScene): void {
  const cases: [Sort, ascending: string[], descending: string[]][] = [
    [{ by: 'main', descending: false }, ['c', 'b', 'd', 'e', 'a'], ['a', 'e', 'd', 'b', 'c']],
    [{ by: 'updated', descending: false }, ['e', 'b', 'd', 'a', 'c'], ['c', 'a', 'd', 'b', 'e']],
    [{ by: 'id', descending: false }, ['a', 'b', 'c', 'd', 'e'], ['e', 'd', 'c', 'b', 'a']],
    [{ by: 'range', key: 'Task|date', descending: false }, ['d', 'b', 'e'], ['e', 'd', 'b']],
    [{ by: 'text', key: 'Task|name', descending: false }, ['d', 'b', 'e'], ['d', 'e', 'b']],
    [{ by: 'posting', key: 'Task|code|', descending: false }, ['d', 'b', 'e'], ['d', 'e', 'b']],
  ];
  describe('sort', () => {
    for (const [sort, ascending, descending] of cases) {
      for (const [direction, expected] of [
        [false, ascending],
        [true, descending],
      ] as const) {
        // prettier-ignore
        it(`by ${sort.by}, ${direction ? 'descending' : 'ascending'}, those without a value last, in pages of any size`, async () => {
          const s = scene();
          await s.save(...samples(s));
          for (const limit of [1, 2, 10]) {
            const query = s.query('Task', { kind: 'all' }, { sort: [{ ...sort, descending: direction }], limit });
            const found = (await pages(after => s.store.search({ ...query, ...(after && { after }) }))).flatMap(ids);
            assert.deepEqual(found.slice(0, expected.length), expected, `pages of ${limit}`);
            assert.deepEqual(found.toSorted(), ['a', 'b', 'c', 'd', 'e'], `pages of ${limit}`);
          }
        });
      }
    }
  });
  compoundSortContract(scene);
}

function compoundSortContract(scene: NewScene): void {
  describe('sort by several keys', () => {
    it('uses the later keys for ties of the earlier ones, missing values among them', async () => {
      const s = scene();
      const task = (id: string, date: number | undefined, name: string | undefined) =>
        s.put(`Task/${id}`, {
          ranges: date === undefined ? [] : [{ key: 'Task|date', lo: date, hi: date }],
          strings: name === undefined ? [] : [{ key: 'Task|name', value: name }],
        });
      await s.save(
        ...[task('a', 1, 'y'), task('b', 1, 'x'), task('c', 1, undefined), task('d', 2, 'x')],
        ...[task('e', undefined, 'y'), task('f', undefined, 'x'), task('g', undefined, undefined)],
      );
      const sort: Sort[] = [
        { by: 'range', key: 'Task|date', descending: true },
        { by: 'text', key: 'Task|name', descending: false },
      ];
      for (const limit of [1, 3, 10]) {
        const query = s.query('Task', { kind: 'all' }, { sort, limit });
        const found = (await pages(after => s.store.search({ ...query, ...(after && { after }) }))).flatMap(ids);
        assert.deepEqual(found, ['d', 'b', 'a', 'c', 'f', 'e', 'g'], `pages of ${limit}`);
      }
    });

    it('by whether a posting is carried, in pages of any size', async () => {
      const s = scene();
      await s.save(...samples(s));
      for (const [descending, expected] of [
        [false, ['a', 'c', 'd', 'e', 'b']],
        [true, ['b', 'a', 'c', 'd', 'e']],
      ] as const)
        for (const limit of [1, 2, 10]) {
          const sort: Sort[] = [
            { by: 'carries', key: 'Task|code|m', descending },
            { by: 'id', descending: false },
          ];
          const query = s.query('Task', { kind: 'all' }, { sort, limit });
          const found = await pages(after => s.store.search({ ...query, ...(after && { after }) }));
          assert.deepEqual(found.flatMap(ids), expected, `pages of ${limit}`);
        }
    });

    it('without a sort: main date, newest first; ties in a stable order', async () => {
      const s = scene();
      await s.save(...['a', 'b', 'c', 'd'].map(id => s.put(`Task/${id}`)), s.put('Task/new', { main: NOW + 1 }));
      const query = s.query('Task', { kind: 'all' });
      const whole = ids(await s.store.search(query));
      assert.equal(whole[0], 'new');
      const paged = await pages(after => s.store.search({ ...query, limit: 2, ...(after && { after }) }));
      assert.deepEqual(paged.flatMap(ids), whole);
    });

    it('compares texts by code point', async () => {
      const s = scene();
      const names = { a: 'Z', b: 'a', c: '\u{e9}', d: '\u{fb01}', e: '\u{1f600}' };
      const strings = (value: string) => ({ strings: [{ key: 'Task|name', value }] });
      await s.save(...Object.entries(names).map(([id, name]) => s.put(`Task/${id}`, strings(name))));
      const sort: Sort[] = [{ by: 'text', key: 'Task|name', descending: false }];
      const query = s.query('Task', { kind: 'all' }, { sort, limit: 2 });
      const found = await pages(after => s.store.search({ ...query, ...(after && { after }) }));
      assert.deepEqual(found.flatMap(ids), ['a', 'b', 'c', 'd', 'e']);
    });
  });
}
