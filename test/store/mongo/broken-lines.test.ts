/** What happens between us and MongoDB: answers that are lost, a primary that steps down, lines that are silent or slow. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/fhir/clock.js';
import { openMongo } from '../../../src/store/mongo/open.js';
import type { ChangeSet, Storage } from '../../../src/store/port.js';
import { isFault } from '../../contract/faults.js';
import { FaultProxy, type Fate } from '../../fixtures/fault-proxy.js';
import { ownMongo, startMongo, type MongoServer } from '../../fixtures/mongo-server.js';
import { ids, NOW, Scene } from '../../fixtures/storage-samples.js';

/** Answers of a server in trouble, as MongoDB words them. */
const refusal = (code: number, codeName: string, ...errorLabels: string[]): Fate => ({
  ...{ ok: 0, code, codeName, errmsg: codeName, errorLabels },
});
const notPrimary = (label: string) => refusal(10107, 'NotWritablePrimary', label);

/** The command's first `times` get this fate. */
function first(command: string, fate: Fate, times = 1): FaultProxy['fate'] {
  let left = times;
  return name => (name === command && left-- > 0 ? fate : 'pass');
}

(ownMongo ? describe : () => undefined)('mongo over a broken line', () => {
  let server: MongoServer;
  let proxy: FaultProxy;
  let storage: Storage;
  let scenes = 0;
  before(async () => {
    server = await startMongo();
    proxy = await FaultProxy.start(Number(new URL(server.uri).port));
    storage = await open('');
  });
  after(async () => {
    await storage.store.close();
    proxy.close();
    server.child.kill();
  });
  afterEach(() => {
    proxy.fate = () => 'pass';
    proxy.delay = 0;
  });

  const open = (options: string) =>
    openMongo(
      `mongodb://127.0.0.1:${proxy.port}/lines?directConnection=true&heartbeatFrequencyMS=500${options}`,
      systemClock,
    );

  const scene = () => new Scene(storage.store, `p${++scenes}`);

  /** A commit that touches everything, and whether all of it has been done exactly once. */
  function everything(s: Scene): { change: ChangeSet; assertOnce: () => Promise<void> } {
    const kind = s.partition;
    const criteria = [{ partition: s.partition, type: 'Patient', where: { kind: 'all' } as const, ids: [] }];
    const document = { kind, id: 'd', value: {}, keys: {} };
    return {
      change: { criteria, puts: [s.put('Patient/a')], documents: [{ op: 'put', document }] },
      assertOnce: async () => {
        const all = s.query('Patient', { kind: 'all' }, { deadline: Infinity });
        assert.deepEqual(ids(await storage.store.search(all)), ['a']);
        assert.equal(await storage.store.countHistory(s.historyQuery({ deadline: Infinity }), 10), 1);
        assert.equal((await storage.records.get(kind, 'd', NOW))?.version, 1);
      },
    };
  }

  const mishaps: Record<string, () => FaultProxy['fate']> = {
    '[R26] the answer to its end is lost': () => first('commitTransaction', 'lose'),
    '[R26] the answer to its end is lost three times': () => first('commitTransaction', 'lose', 3),
    'the line is cut before its end': () => first('commitTransaction', 'cut'),
    'the line is cut amid it': () => first('insert', 'cut'),
    '[R25] the primary steps down amid it': () => first('insert', notPrimary('TransientTransactionError')),
    '[R25] the primary steps down at its end': () => first('commitTransaction', notPrimary('RetryableWriteError')),
    '[R26] its end is not known to a majority in time': () =>
      first('commitTransaction', refusal(50, 'MaxTimeMSExpired', 'UnknownTransactionCommitResult')),
    '[R27] it loses a race four times': () =>
      first('insert', refusal(112, 'WriteConflict', 'TransientTransactionError'), 4),
    '[R27] it is forgotten before its end': () =>
      first('commitTransaction', refusal(251, 'NoSuchTransaction', 'TransientTransactionError')),
  };
  for (const [name, mishap] of Object.entries(mishaps)) {
    it(`a commit takes effect once where ${name}`, async () => {
      const { change, assertOnce } = everything(scene());
      proxy.fate = mishap();
      await storage.store.commit(change);
      await assertOnce();
    });
  }

  const changes: Record<string, [command: string, work: (id: string) => Promise<unknown>]> = {
    write: ['insert', id => storage.records.write({ op: 'put', document: { kind: 'k', id, value: {}, keys: {} } })],
    take: ['findAndModify', id => storage.records.take('given', id, NOW)],
    lease: ['findAndModify', id => storage.records.lease(`given-${id}`, NOW, NOW + 1, 5)],
  };
  for (const [name, [command, work]] of Object.entries(changes)) {
    for (const [how, fate] of [
      ['[R25] the primary steps down', notPrimary('RetryableWriteError')],
      ['its answer is lost', 'lose'],
    ] as const) {
      it(`a record's ${name} takes effect once where ${how}`, async () => {
        const id = `${name} ${how}`;
        const document = { kind: 'given', id, value: { n: 1 }, keys: {}, due: NOW };
        for (const kind of ['given', `given-${id}`])
          await storage.records.write({ op: 'put', document: { ...document, kind } });
        proxy.fate = first(command, fate);
        const done = await work(id);
        if (name === 'write') assert.equal(done, 1);
        else
          assert.deepEqual(
            [done].flat().map(each => (each as { id: string }).id),
            [id],
          );
        assert.equal((await storage.records.get('k', id, NOW))?.version, name === 'write' ? 1 : undefined);
      });
    }
  }

  it('nothing stays of an upload where the line is cut', async () => {
    proxy.fate = first('insert', 'cut', 2);
    await assert.rejects(storage.blobs.put('b', new Blob(['x']).stream(), NOW), isFault('unavailable'));
    assert.equal(await storage.blobs.open('b'), undefined);
    await storage.blobs.put('b', new Blob(['x']).stream(), NOW);
  });

  it('[R30] a search ends at its deadline where answers are slow', async () => {
    const s = scene();
    proxy.delay = 60_000;
    const query = s.query('Patient', { kind: 'all' }, { deadline: systemClock.now() + 200 });
    const begun = performance.now();
    await assert.rejects(storage.store.search(query), isFault('timeout'));
    assert.ok(performance.now() - begun < 30_000);
  });

  it('[R29] where the line falls silent requests end with a fault, and go on once it is back', async () => {
    const silent = await open('&connectTimeoutMS=4000');
    const s = new Scene(silent.store, `p${++scenes}`);
    try {
      await s.save(s.put('Patient/a'));
      proxy.held = true;
      await assert.rejects(silent.store.read([s.key('Patient/a')]), isFault('unavailable'));
      await assert.rejects(s.save(s.put('Patient/b')), isFault('unavailable'));
      proxy.release();
      while (!(await silent.store.read([s.key('Patient/a')]).catch(() => undefined)));
      await s.save(s.put('Patient/b'));
    } finally {
      await silent.store.close();
    }
  });

  it('[R30] those who wait for a connection are told that there is none', async () => {
    const narrow = await open('&maxPoolSize=1&waitQueueTimeoutMS=100');
    const s = new Scene(narrow.store, `p${++scenes}`);
    try {
      await s.save(s.put('Patient/a'));
      proxy.delay = 1000;
      const reads = await Promise.allSettled([1, 2, 3].map(() => narrow.store.read([s.key('Patient/a')])));
      assert.deepEqual(reads.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
      reads.forEach(read => read.status === 'rejected' && isFault('unavailable')(read.reason));
    } finally {
      await narrow.store.close();
    }
  });
});
