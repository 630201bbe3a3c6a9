/** tally: live resources counted by posting, within main dates. */
import assert from 'node:assert/strict';
import { DEADLINE, NOW } from '../fixtures/storage-samples.js';
import type { NewScene } from './store-contract.js';

export function tallyContract(scene: NewScene): void {
  describe('tally', () => {
    it('counts live resources by posting, from one main date to before another', async () => {
      const s = scene();
      const tally = async (since: number, until: number, prefix = 'Task|~n|') => {
        const query = { partition: s.partition, type: 'Task', prefix, since, until, deadline: DEADLINE };
        return Object.fromEntries(await s.store.tally(query));
      };
      const put = (id: string, main: number, ...postings: string[]) => s.put(`Task/${id}`, { main, postings });
      await s.save(
        put('a', NOW, 'Task|~n|x', 'Task|~n|y'),
        put('b', NOW + 1, 'Task|~n|x'),
        put('c', NOW + 2, 'Task|~n|x', 'Task|~na|x', 'Task|other|x'),
        put('d', NOW + 1, 'Task|~n|z'),
      );
      assert.deepEqual(await tally(NOW, NOW + 3), { 'Task|~n|x': 3, 'Task|~n|y': 1, 'Task|~n|z': 1 });
      assert.deepEqual(await tally(NOW, NOW + 2), { 'Task|~n|x': 2, 'Task|~n|y': 1, 'Task|~n|z': 1 });
      assert.deepEqual(await tally(NOW + 1, NOW + 1), {});
      assert.deepEqual(await tally(NOW, NOW + 3, 'Task|~none|'), {});
      await s.save(s.put('Task/d', { version: 2, main: NOW + 1, postings: ['Task|~n|x'] }));
      await s.save(s.put('Task/a', { version: 2, deleted: true, main: NOW, postings: ['~gone|Task|~n|x'] }));
      assert.deepEqual(await tally(NOW, NOW + 3), { 'Task|~n|x': 3 }, 'what is current, and not deleted');
      const other = scene();
      const query = { partition: other.partition, type: 'Task', prefix: 'Task|~n|', since: NOW, until: NOW + 3 };
      assert.equal((await other.store.tally({ ...query, deadline: DEADLINE })).size, 0, 'of another partition');
    });
  });
}
