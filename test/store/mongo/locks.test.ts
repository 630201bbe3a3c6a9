/** Commits with criteria in several processes meet at the locks; in one process they take turns before. */
import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import type { Filter } from '../../../src/search/query.js';
import { GENERATION } from '../../../src/search/generation.js';
import { locksOf } from '../../../src/store/mongo/locks.js';
import { openMongo, storageOver } from '../../../src/store/mongo/open.js';
import { Turns } from '../../../src/store/mongo/turns.js';
import { isFault } from '../../contract/faults.js';
import { describeMongo, freshMongoUri } from '../../fixtures/mongo-server.js';
import { fixedClock, parallel, putOf, Scene } from '../../fixtures/storage-samples.js';

const forms = ['Patient|identifier|=1', 'Patient|identifier|sys|1', 'Patient|identifier|sys|'];
const carrying = { postings: [...forms, 'Patient|gender|=f', 'Patient|_text|=smith'] };
const posting = (key: string): Filter => ({ kind: 'posting', key });
const asking = (where: Filter) => [{ partition: 'p', type: 'Patient', where, ids: [] }];

describe('mongo locks', () => {
  it('are none without criteria', () => {
    assert.deepEqual(locksOf({ puts: [putOf('p', 'Patient/a', carrying)] }), []);
  });

  it('are one for an identifier in all its forms, and none for what many resources share', () => {
    const puts = [putOf('p', 'Patient/a', carrying)];
    const [one, ...more] = locksOf({ criteria: asking(posting(forms[0]!)), puts });
    assert.deepEqual(more, []);
    assert.deepEqual(locksOf({ criteria: asking(posting(forms[1]!)), puts }), [one]);
    assert.equal(locksOf({ criteria: asking(posting('Patient|gender|=f')), puts }).length, 2);
  });

  it('are those of whole types where a chain decides, whatever identifier stands beside it', () => {
    const chain: Filter = {
      kind: 'refers',
      key: 'Patient|organization|',
      type: 'Organization',
      where: { kind: 'all' },
    };
    const criteria = asking({ kind: 'and', of: [posting(forms[0]!), chain] });
    const organization = locksOf({
      criteria: [{ partition: 'p', type: 'Organization', where: { kind: 'all' }, ids: [] }],
    });
    assert.equal(organization.length, 1);
    assert.ok(locksOf({ criteria }).includes(organization[0]!));
  });

  it('are one for each context of Binaries', () => {
    const context = (id: string): Filter => posting(`Binary|~context|Communication/${id}`);
    const criteria = (where: Filter) => [{ partition: 'p', type: 'Binary', where, ids: [] }];
    const [one, ...more] = locksOf({ criteria: criteria(context('a')) });
    assert.deepEqual(more, []);
    const both = locksOf({ criteria: criteria({ kind: 'or', of: [context('a'), context('b')] }) });
    assert.ok(both.length === 2 && both.includes(one!));
  });
});

describe('mongo locks of generations', () => {
  const put = putOf('p', 'Patient/a');
  const indexed = { puts: [{ ...put, index: { ...put.index, generation: 3 } }] };
  const begin = (id: string) =>
    locksOf({ documents: [{ op: 'put', document: { kind: GENERATION, id, value: {}, keys: {} } }] });

  it('[R93] a new generation shares one with every commit of entries in its partition, and few commits share one', () => {
    const taken = Array.from({ length: 200 }, () => locksOf(indexed));
    const [all, others] = [new Set(begin('p')), new Set(begin('q'))];
    for (const [one, ...more] of taken) {
      assert.deepEqual(more, []);
      assert.ok(one !== undefined && all.has(one) && !others.has(one));
    }
    assert.ok(new Set(taken.flat()).size > 20);
  });
});

describeMongo('mongo criteria', () => {
  it('[R13] are refused where there is no time left for them, and nothing is written', async () => {
    const limits = { chain: 100, few: 10, batch: 10, criteria: 0 };
    const { store } = await storageOver(new MongoClient(await freshMongoUri()), fixedClock, limits);
    const s = new Scene(store, 'p');
    const commit = store.commit({ criteria: asking(posting(forms[0]!)), puts: [s.put('Patient/a')] });
    await assert.rejects(commit, isFault('too-costly'));
    await s.save(s.put('Patient/b'));
    assert.deepEqual(await s.found('Patient', { kind: 'all' }), ['b']);
    await store.close();
  });
});

describe('mongo turns', () => {
  const log: string[] = [];
  const work = (name: string, gate: Promise<undefined>) => async () => {
    log.push(`${name} begins`);
    await gate;
    log.push(`${name} ends`);
  };

  it('are taken by those with a name in common, also after one that failed', async () => {
    const turns = new Turns();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const first = turns.after(['a', 'b'], work('first', promise));
    const second = turns.after(['b', 'c'], work('second', Promise.resolve(undefined)));
    await turns.after(['d'], work('other', Promise.resolve(undefined)));
    assert.deepEqual(log.splice(0), ['first begins', 'other begins', 'other ends']);
    reject(new Error('lost'));
    resolve(undefined);
    await assert.rejects(first, /lost/);
    await second;
    assert.deepEqual(log.splice(0), ['second begins', 'second ends']);
  });

  it('are not waited for when somebody takes very long', async () => {
    const turns = new Turns();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const first = turns.after(['a'], work('first', promise));
    await turns.after(['a'], work('second', Promise.resolve(undefined)));
    assert.deepEqual(log.splice(0), ['first begins', 'second begins', 'second ends']);
    resolve(undefined);
    await first;
  });
});

describeMongo('mongo commits of several processes', () => {
  it('20 conditional creates in different words make exactly one', async () => {
    const uri = await freshMongoUri();
    const processes = await Promise.all(Array.from({ length: 4 }, () => openMongo(uri, fixedClock)));
    try {
      const { done, failed } = await parallel(20, i =>
        processes[i % 4]!.store.commit({
          criteria: asking(posting(carrying.postings[i % 4]!)),
          puts: [putOf('p', `Patient/p${i}`, carrying)],
        }),
      );
      failed.forEach(error => isFault('conflict')(error));
      assert.equal(done.length, 1);
      assert.equal((await new Scene(processes[0]!.store, 'p').found('Patient', { kind: 'all' })).length, 1);
    } finally {
      await Promise.all(processes.map(({ store }) => store.close()));
    }
  });
});
