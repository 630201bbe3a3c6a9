/** commit with criteria: conditional create, update and delete (https://hl7.org/fhir/R4/http.html#ccreate). */
import assert from 'node:assert/strict';
import type { Filter } from '../../src/search/query.js';
import type { Criterion } from '../../src/store/port.js';
import { parallel, type Scene } from '../fixtures/storage-samples.js';
import { isFault } from './faults.js';
import type { NewScene } from './store-contract.js';

const identifier: Filter = { kind: 'posting', key: 'Patient|identifier|sys|1' };
const carrying = { postings: ['Patient|identifier|sys|1'] };

const criterion = (s: Scene, ids: string[], where: Filter = identifier): Criterion => ({
  partition: s.partition,
  type: 'Patient',
  where,
  ids,
});

export function criteriaContract(scene: NewScene): void {
  describe('criteria', () => {
    it('hold where exactly these ids match, in any order', async () => {
      const s = scene();
      await s.store.commit({ criteria: [criterion(s, [])], puts: [s.put('Patient/a', carrying)] });
      await s.store.commit({ criteria: [criterion(s, ['a'])], puts: [s.put('Patient/b', carrying)] });
      await s.store.commit({ criteria: [criterion(s, ['b', 'a'])], puts: [s.put('Patient/c', carrying)] });
      for (const wrong of [[], ['a'], ['a', 'b'], ['a', 'b', 'd'], ['a', 'b', 'c', 'd']]) {
        const change = { criteria: [criterion(s, wrong)], puts: [s.put('Patient/x')] };
        await assert.rejects(s.store.commit(change), isFault('conflict'), wrong.join());
      }
      assert.deepEqual(await s.found('Patient', { kind: 'all' }), ['a', 'b', 'c']);
    });

    it('are judged before the puts of their change set, by live resources of their type and partition', async () => {
      const [s, other] = [scene(), scene()];
      await other.save(other.put('Patient/o', carrying));
      await s.save(s.put('Patient/gone', carrying), s.put('Group/g', carrying));
      await s.save(s.put('Patient/gone', { ...carrying, version: 2, deleted: true }));
      const puts = [s.put('Patient/a', carrying), s.put('Patient/b', carrying)];
      await s.store.commit({ criteria: [criterion(s, []), criterion(s, [], { kind: 'all' })], puts });
      await s.store.commit({
        criteria: [criterion(s, ['a', 'b'])],
        puts: [s.put('Patient/a', { version: 2, deleted: true })],
      });
      assert.deepEqual(await s.found('Patient', identifier), ['b']);
    });

    it('may hold chains', async () => {
      const s = scene();
      await s.save(s.put('Patient/a', carrying));
      const where: Filter = { kind: 'refers', key: 'Task|for|', type: 'Patient', where: identifier };
      const none: Criterion = { partition: s.partition, type: 'Task', where, ids: [] };
      await s.store.commit({ criteria: [none], puts: [s.put('Task/t', { postings: ['Task|for|Patient/a'] })] });
      await assert.rejects(s.store.commit({ criteria: [none], puts: [s.put('Task/u')] }), isFault('conflict'));
      await s.store.commit({ criteria: [{ ...none, ids: ['t'] }], puts: [s.put('Task/u')] });
    });

    it('20 parallel conditional creates make exactly one', async () => {
      const s = scene();
      const { done, failed } = await parallel(20, i =>
        s.store.commit({ criteria: [criterion(s, [])], puts: [s.put(`Patient/p${i}`, carrying)] }),
      );
      assert.equal(done.length, 1);
      failed.forEach(error => isFault('conflict')(error));
      assert.equal((await s.found('Patient', identifier)).length, 1);
      assert.equal((await s.store.history(s.historyQuery())).rows.length, 1);
    });
  });
}
