/** search and count: types, versions, limits, pages, deadlines. */
import assert from 'node:assert/strict';
import type { Filter, Position, Search } from '../../src/search/query.js';
import { ids, NOW, pages, pathOf } from '../fixtures/storage-samples.js';
import { isFault } from './faults.js';
import type { NewScene } from './store-contract.js';

const all: Filter = { kind: 'all' };
const posting = (key: string): Filter => ({ kind: 'posting', key });

export function searchContract(scene: NewScene): void {
  describe('search', () => {
    it('finds the current version by its own entries, no earlier one, no deletion', async () => {
      const s = scene();
      await s.save(
        s.put('Patient/a', { postings: ['Patient|g|x'] }),
        s.put('Patient/b', { postings: ['Patient|g|x'] }),
      );
      await s.save(s.put('Patient/a', { version: 2, postings: ['Patient|g|y'] }));
      await s.save(s.put('Patient/b', { version: 2, deleted: true, postings: ['Patient', 'Patient|g|x'] }));
      assert.deepEqual(await s.found('Patient', posting('Patient|g|x')), []);
      assert.deepEqual(await s.found('Patient', all), ['a']);
      const { rows } = await s.store.search(s.query('Patient', posting('Patient|g|y')));
      const { index: _, ...version } = s.put('Patient/a', { version: 2 });
      assert.deepEqual(rows, [version]);
    });

    it('finds a resource again that was deleted and written anew', async () => {
      const s = scene();
      await s.save(s.put('Patient/a'));
      await s.save(s.put('Patient/a', { version: 2, deleted: true }));
      await s.save(s.put('Patient/a', { version: 3 }));
      assert.deepEqual(await s.found('Patient', all), ['a']);
    });

    it('searches several types at once, each by its own condition', async () => {
      const s = scene();
      const main = (ms: number) => ({ main: NOW + ms });
      await s.save(
        s.put('Patient/a', { ...main(1), postings: ['Patient|g|x'] }),
        s.put('Patient/b', main(2)),
        s.put('Task/a', main(3)),
        s.put('Group/g', main(4)),
      );
      const of: Search['of'] = [
        { type: 'Patient', where: posting('Patient|g|x') },
        { type: 'Task', where: all },
        { type: 'Task', where: { kind: 'id', ids: ['a'] } },
      ];
      const page = await s.store.search({ ...s.query('Patient', all), of });
      assert.deepEqual(
        page.rows.map(row => pathOf(row.key)),
        ['Task/a', 'Patient/a'],
      );
      assert.equal(await s.store.count(s.query('Patient', all, { of }), 10), 2);
    });

    it('counts no further than the limit', async () => {
      const s = scene();
      await s.save(...['a', 'b', 'c'].map(id => s.put(`Patient/${id}`)));
      const query = s.query('Patient', all);
      const limits = [1, 2, 3, 4, Infinity];
      assert.deepEqual(await Promise.all(limits.map(limit => s.store.count(query, limit))), [1, 2, 3, 3, 3]);
      assert.equal(await s.store.count(s.query('Patient', { kind: 'none' }), 5), 0);
    });

    it('rejects with timeout when the deadline has passed', async () => {
      const s = scene();
      const late = s.query('Patient', all, { deadline: NOW - 1 });
      await assert.rejects(s.store.search(late), isFault('timeout'));
      await assert.rejects(s.store.count(late, 5), isFault('timeout'));
      await assert.rejects(s.store.history(s.historyQuery({ deadline: NOW - 1 })), isFault('timeout'));
    });
  });
  pagingContract(scene);
}

function pagingContract(scene: NewScene): void {
  describe('paging', () => {
    it('has `next` exactly when there are more', async () => {
      const s = scene();
      await s.save(...['a', 'b', 'c', 'd'].map(id => s.put(`Patient/${id}`)));
      const ask = (limit: number) => (after?: Position) =>
        s.store.search(s.query('Patient', all, { limit, ...(after && { after }) }));
      const sizes = async (limit: number) => (await pages(ask(limit))).map(page => page.rows.length);
      assert.deepEqual(await sizes(1), [1, 1, 1, 1]);
      assert.deepEqual(await sizes(2), [2, 2]);
      assert.deepEqual(await sizes(3), [3, 1]);
      assert.deepEqual(await sizes(4), [4]);
      const nothing = s.query('Patient', { kind: 'none' });
      assert.deepEqual(await s.store.search(nothing), { rows: [] });
    });

    it('takes a position that went through JSON', async () => {
      const s = scene();
      await s.save(...['a', 'b', 'c'].map((id, i) => s.put(`Patient/${id}`, { main: NOW - i })));
      const first = await s.store.search(s.query('Patient', all, { limit: 1 }));
      const after = JSON.parse(JSON.stringify(first.next)) as Position;
      assert.deepEqual(ids(await s.store.search(s.query('Patient', all, { after }))), ['b', 'c']);
    });

    it('gives each match that does not change exactly once, whatever is written in between', async () => {
      const s = scene();
      const still = ['b', 'd', 'f', 'h', 'j'];
      await s.save(...still.map((id, i) => s.put(`Patient/${id}`, { main: NOW + 10 * (i % 3) })));
      await s.save(s.put('Patient/goes', { main: NOW + 5 }), s.put('Patient/moves', { main: NOW + 15 }));
      const seen: string[] = [];
      let round = 0;
      await pages(async after => {
        const page = await s.store.search(s.query('Patient', all, { limit: 2, ...(after && { after }) }));
        seen.push(...ids(page));
        round++;
        const news = [30, 15, 10, 0, -5].map((ms, i) => s.put(`Patient/n${round}x${i}`, { main: NOW + ms }));
        await s.save(...(round > 3 ? [] : news));
        if (round === 1) await s.save(s.put('Patient/goes', { version: 2, deleted: true }));
        if (round === 2) await s.save(s.put('Patient/moves', { version: 2, main: NOW - 50 }));
        return page;
      });
      assert.deepEqual(seen.filter(id => still.includes(id)).toSorted(), still);
    });

    it('goes on behind a match that has gone', async () => {
      const s = scene();
      await s.save(...['a', 'b', 'c'].map((id, i) => s.put(`Patient/${id}`, { main: NOW - i })));
      const { next } = await s.store.search(s.query('Patient', all, { limit: 1 }));
      await s.save(s.put('Patient/a', { version: 2, deleted: true }));
      assert.deepEqual(ids(await s.store.search(s.query('Patient', all, { ...(next && { after: next }) }))), [
        'b',
        'c',
      ]);
    });
  });
}
