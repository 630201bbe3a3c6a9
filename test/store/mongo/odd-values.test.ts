/** What a database of documents may stumble over: size, long keys, many entries, its own words as values. */
import assert from 'node:assert/strict';
import type { Filter } from '../../../src/search/query.js';
import { openMongo } from '../../../src/store/mongo/open.js';
import type { Storage } from '../../../src/store/port.js';
import { isFault } from '../../contract/faults.js';
import { describeMongo, freshMongoUri } from '../../fixtures/mongo-server.js';
import { fixedClock, NOW, Scene } from '../../fixtures/storage-samples.js';

const MEGABYTE = 1024 * 1024;

describeMongo('mongo: odd values', () => {
  let storage: Storage;
  let s: Scene;
  before(async () => {
    storage = await openMongo(await freshMongoUri(), fixedClock);
    s = new Scene(storage.store, 'p');
  });
  after(() => storage.store.close());

  const text = (megabytes: number) => JSON.stringify('x'.repeat(megabytes * MEGABYTE));

  it('[F05] takes a resource of 15 MB, and tells of one too large, with its entries, that it is', async () => {
    await s.save(s.put('Patient/a', { json: text(15) }));
    assert.equal((await s.store.read([s.key('Patient/a')]))[0]?.json, text(15));
    for (const megabytes of [16, 40]) {
      await assert.rejects(s.save(s.put('Patient/b', { json: text(megabytes) })), isFault('too-large'));
    }
    const entries = { postings: [`Patient|identifier|=${text(8)}`] };
    await assert.rejects(s.save(s.put('Patient/b', { json: text(8), ...entries })), isFault('too-large'));
    const document = { kind: 'k', id: 'large', value: { text: text(17) }, keys: {} };
    await assert.rejects(storage.records.write({ op: 'put', document }), isFault('too-large'));
    assert.deepEqual(await s.found('Patient', { kind: 'all' }), ['a']);
  });

  it('takes many entries, and long ones', async () => {
    const postings = Array.from({ length: 10_000 }, (_, i) => `Group|_content|=word${i}`);
    const long = `Group|identifier|=${'y'.repeat(MEGABYTE)}`;
    await s.save(s.put('Group/many', { postings }), s.put('Group/long', { postings: [long] }));
    assert.deepEqual(await s.found('Group', { kind: 'posting', key: postings.at(-1)! }), ['many']);
    assert.deepEqual(await s.found('Group', { kind: 'posting', key: long }), ['long']);
  });

  it('its own words, NUL and half a surrogate pair are values like others', async () => {
    const values = ['$where', '$ne', '{"$gt":""}', 'a.b', '\0', 'a\0b', 'a\ud800'];
    await s.save(
      ...values.map((value, i) =>
        s.put(`Task/t${i}`, {
          postings: [`Task|code|=${value}`],
          strings: [{ key: 'Task|name', value }],
        }),
      ),
    );
    for (const [i, value] of values.entries()) {
      const asked: Filter[] = [
        { kind: 'posting', key: `Task|code|=${value}` },
        { kind: 'text', key: 'Task|name', match: 'equals', value },
      ];
      for (const where of asked) assert.deepEqual(await s.found('Task', where), [`t${i}`], JSON.stringify(value));
    }
    assert.deepEqual(await s.found('Task', { kind: 'text', key: 'Task|name', match: 'contains', value: '\0' }), [
      't4',
      't5',
    ]);
    const document = {
      kind: '$k',
      id: '$a.b\0',
      value: { $x: 1, 'a.b': { $ne: 1 }, '': null },
      keys: { 'a.$b': '$c' },
    };
    await storage.records.write({ op: 'put', document });
    assert.deepEqual((await storage.records.find('$k', 'a.$b', '$c', NOW, 5))[0]?.value, document.value);
  });

  it('numbers beyond all others are greater and less than all others', async () => {
    await s.save(s.put('Observation/o', { ranges: [{ key: 'o', lo: -Infinity, hi: 1e400 }] }));
    for (const op of ['gt', 'lt'] as const) {
      assert.deepEqual(await s.found('Observation', { kind: 'range', key: 'o', test: { op, lo: -1e308, hi: 1e308 } }), [
        'o',
      ]);
    }
  });
});
