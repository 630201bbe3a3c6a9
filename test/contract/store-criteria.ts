/** commit with criteria: conditional create, update and delete (https://hl7.org/fhir/R4/http.html#ccreate). */
import assert from 'node:assert/strict';
import type { Filter } from '../../src/search/query.js';
import type { ChangeSet, Criterion, Put } from '../../src/store/port.js';
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
  parallelContract(scene);
}

const and = (...of: Filter[]): Filter => ({ kind: 'and', of });
const posting = (key: string) => ({ kind: 'posting', key }) as const;

/** What a Patient with this identifier, gender and family name is found by. */
const described = {
  postings: ['Patient|identifier|=1', 'Patient|identifier|sys|1', 'Patient|identifier|sys|', 'Patient|gender|=f'],
  strings: [{ key: 'Patient|family', value: 'smith' }],
  ranges: [{ key: 'Patient|birthdate', lo: 0, hi: 1 }],
};
const anySystem = posting('Patient|identifier|=1');
const gender = posting('Patient|gender|=f');
const family: Filter = { kind: 'text', key: 'Patient|family', match: 'prefix', value: 'smi' };
const birthdate: Filter = { kind: 'range', key: 'Patient|birthdate', test: { op: 'eq', lo: 0, hi: 1 } };

/** Ways to ask for the Patient above, none of which has yet been made. */
const wordings: Record<string, Filter[]> = {
  'one identifier, with its system and without': [identifier, anySystem],
  'one identifier among others': [identifier, { kind: 'or', of: [posting('Patient|identifier|=2'), anySystem] }],
  'the same conditions in another order': [and(identifier, gender, family), and(family, gender, identifier)],
  'more conditions and fewer': [and(gender, anySystem, birthdate), identifier, and(family, identifier)],
  'conditions that name no identifier': [family, gender, birthdate, and(gender, family)],
  'an identifier, and conditions that name none': [identifier, family, and(gender, anySystem), birthdate],
  'any identifier of a system': [posting('Patient|identifier|sys|'), identifier],
};

type Commit = (s: Scene, i: number) => ChangeSet;

const allTasks = (s: Scene, where: Filter = { kind: 'all' }): Criterion => ({
  ...criterion(s, [], where),
  type: 'Task',
});

/** Commits of which each breaks the criteria of the other: one after the other, only one kind can succeed. */
const opposites: Record<string, { before: (s: Scene) => Put[]; one: Commit; other: Commit }> = {
  'each writes the type the other asks for': {
    before: () => [],
    one: (s, i) => ({ criteria: [criterion(s, [], gender)], puts: [s.put(`Task/t${i}`)] }),
    other: (s, i) => ({ criteria: [allTasks(s)], puts: [s.put(`Patient/p${i}`, described)] }),
  },
  'one ends the match of the other': {
    before: s => [s.put('Patient/a', carrying)],
    one: (s, i) => ({ criteria: [criterion(s, ['a'])], puts: [s.put(`Patient/p${i}`, { postings: [gender.key] })] }),
    other: s => ({ criteria: [criterion(s, [], gender)], puts: [s.put('Patient/a', { version: 2 })] }),
  },
  'one changes the end of a chain': {
    before: s => [s.put('Patient/a'), s.put('Task/t', { postings: ['Task|identifier|=t', 'Task|for|Patient/a'] })],
    one: (s, i) => ({
      criteria: [
        allTasks(
          s,
          and(posting('Task|identifier|=t'), { kind: 'refers', key: 'Task|for|', type: 'Patient', where: identifier }),
        ),
      ],
      puts: [s.put(`Patient/p${i}`, { postings: [gender.key] })],
    }),
    other: s => ({ criteria: [criterion(s, [], gender)], puts: [s.put('Patient/a', { ...carrying, version: 2 })] }),
  },
  'one writes the document that must be absent for the other': {
    before: () => [],
    one: (s, i) => ({
      documents: [{ op: 'delete', kind: s.partition, id: 'x', expect: 0 }],
      puts: [s.put(`Patient/p${i}`, described)],
    }),
    other: s => ({
      criteria: [criterion(s, [], gender)],
      documents: [{ op: 'put', document: { kind: s.partition, id: 'x', value: {}, keys: {} }, expect: 0 }],
    }),
  },
};

function parallelContract(scene: NewScene): void {
  describe('criteria in parallel', () => {
    for (const [name, asked] of Object.entries(wordings)) {
      it(`20 conditional creates by ${name} make exactly one`, async () => {
        const s = scene();
        const { done, failed } = await parallel(20, i =>
          s.store.commit({
            criteria: [criterion(s, [], asked[i % asked.length])],
            puts: [s.put(`Patient/p${i}`, described)],
          }),
        );
        failed.forEach(error => isFault('conflict')(error));
        assert.equal(done.length, 1);
        assert.equal((await s.found('Patient', identifier)).length, 1);
      });
    }

    for (const [name, { before, one, other }] of Object.entries(opposites)) {
      it(`of 20 commits only one kind succeeds where ${name}`, async () => {
        const s = scene();
        await s.save(...before(s));
        const { done, failed } = await parallel(20, async i => {
          const kind = i % 2 === 0 ? one : other;
          await s.store.commit(kind(s, i));
          return kind;
        });
        failed.forEach(error => isFault('conflict')(error));
        assert.equal(new Set(done).size, 1);
      });
    }
  });
}
