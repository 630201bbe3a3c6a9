/** Which thread answers: the calling one within a bound, a reader thread beyond it, until the deadline. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../src/fhir/clock.js';
import type { Filter } from '../../../src/search/query.js';
import type { Storage } from '../../../src/store/port.js';
import { openSqlite } from '../../../src/store/sqlite/open.js';
import { isFault } from '../../contract/faults.js';
import { ids, pages, Scene } from '../../fixtures/storage-samples.js';

const RESOURCES = 6000;
const PATIENTS = 20;

/** Shows the machine's time: deadlines here are real ones. */
const clock: Clock = { now: () => Date.now() };

const contains = (value: string): Filter => ({ kind: 'text', key: 'Task|name', match: 'contains', value });

/** Each task is tried against all tasks of its patient: quadratic, some seconds of work, for which no index helps. */
const triedAgainst = (word: string): Filter => ({
  kind: 'not',
  of: {
    kind: 'and',
    of: [
      contains('many'),
      {
        kind: 'not',
        of: {
          kind: 'refers',
          key: 'Task|for|',
          type: 'Patient',
          where: { kind: 'referred', type: 'Task', key: 'Task|for|', own: 'Patient', where: contains(word) },
        },
      },
    ],
  },
});

const laborious = triedAgainst('nowhere');

/** More than any machine does in a few seconds. */
const endless: Filter = { kind: 'or', of: Array.from({ length: 20 }, (_, i) => triedAgainst(`nowhere ${i}`)) };

describe('sqlite: threads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-sqlite-threads-'));
  let storage: Storage;
  let scene: Scene;

  before(async () => {
    storage = await openSqlite(join(folder, 'store.db'), clock);
    scene = new Scene(storage.store, 'p');
    await scene.save(...Array.from({ length: PATIENTS }, (_, i) => scene.put(`Patient/${i}`)));
    await scene.save(
      ...Array.from({ length: RESOURCES }, (_, i) =>
        scene.put(`Task/${i}`, {
          main: i,
          postings: [`Task|for|Patient/${i % PATIENTS}`],
          strings: [{ key: 'Task|name', value: `task number ${i} of many` }],
        }),
      ),
    );
  });
  after(async () => {
    await storage.store.close();
    rmSync(folder, { recursive: true });
  });

  const query = (where: Filter, milliseconds = 120_000) =>
    scene.query('Task', where, { limit: 4, deadline: clock.now() + milliseconds });

  it('answers alike beyond what the calling thread may examine', async () => {
    const found = await pages(after => storage.store.search({ ...query(contains('r 499')), ...(after && { after }) }));
    assert.deepEqual(found.flatMap(ids), [
      '4999',
      '4998',
      '4997',
      '4996',
      '4995',
      '4994',
      '4993',
      '4992',
      '4991',
      '4990',
      '499',
    ]);
    assert.equal(await storage.store.count(query(contains('number')), 100_000), RESOURCES);
    const oldest = {
      ...query({ kind: 'all' }),
      sort: [{ by: 'updated', descending: false } as const],
      limit: RESOURCES,
    };
    assert.equal((await storage.store.search(oldest)).rows.length, RESOURCES);
    const of = [{ type: 'Task', where: { kind: 'not', of: contains('many') } as const }];
    assert.deepEqual(await storage.store.history({ partition: 'p', of, limit: 5, deadline: clock.now() + 120_000 }), {
      rows: [],
    });
  });

  it('keeps the calling thread free meanwhile', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await assert.rejects(storage.store.count(query(laborious, 300), 100_000), isFault('timeout'));
    clearInterval(timer);
    // A thread that computes has no turns at all; how many a free one has is the machine's affair.
    assert.ok(turns > 5, `only ${turns} turns`);
  });

  it('[R30] gives up at the deadline with a timeout, and goes on answering', async () => {
    const started = performance.now();
    const slow = Array.from({ length: 6 }, () => storage.store.count(query(laborious, 200), 100_000));
    for (const each of await Promise.allSettled(slow)) {
      assert.equal(each.status, 'rejected');
      isFault('timeout')(each.reason);
    }
    assert.ok(performance.now() - started < 20_000);
    assert.deepEqual(ids(await storage.store.search(query(contains('number 17 of')))), ['17']);
    await scene.save(scene.put('Task/new', { main: -1, strings: [{ key: 'Task|name', value: 'a new one' }] }));
    assert.deepEqual(ids(await storage.store.search(query(contains('new one')))), ['new']);
  });

  it('[F13] fifty slow searches of one caller hold no other up, neither quick nor slow ones', async () => {
    let ended = 0;
    const by = (caller: string, where: Filter, milliseconds: number) => ({ ...query(where, milliseconds), caller });
    const greedy = Array.from({ length: 50 }, () =>
      storage.store.count(by('greedy', endless, 10_000), 100_000).finally(() => ended++),
    );
    await new Promise(resolve => setTimeout(resolve, 100));
    const quick = await storage.store.search(by('other', contains('r 4981'), 5000));
    assert.deepEqual(ids(quick), ['4981']);
    const slower: Filter = { kind: 'and', of: [contains('number 59'), laborious] };
    assert.equal(await storage.store.count(by('other', slower, 9000), RESOURCES), 0);
    assert.equal(ended, 0);
    for (const { status } of await Promise.allSettled(greedy)) assert.equal(status, 'rejected');
  });

  it('[R30] has a slow search end alone: quick ones asked at the same time and later are answered meanwhile', async () => {
    let ended = 0;
    const slow = Array.from({ length: 5 }, () =>
      storage.store.count(query(endless, 4000), 100_000).finally(() => ended++),
    );
    const quick = (name: string) => storage.store.search(query(contains(name), 4000));
    const together = Array.from({ length: 8 }, (_, i) => quick(`r 499${i}`));
    for (const [i, page] of (await Promise.all(together)).entries()) assert.deepEqual(ids(page), [`499${i}`]);
    await new Promise(resolve => setTimeout(resolve, 1000));
    assert.deepEqual(ids(await quick('r 4980')), ['4980']);
    assert.equal(ended, 0);
    for (const each of await Promise.allSettled(slow)) {
      assert.equal(each.status, 'rejected');
      isFault('timeout')(each.reason);
    }
  });

  it('has small commits wait for one large one at most', async () => {
    const opened = await openSqlite(join(folder, 'sizes.db'), clock);
    const other = new Scene(opened.store, 'p');
    const done: string[] = [];
    const save = async (name: string, count: number): Promise<void> => {
      await other.save(...Array.from({ length: count }, (_, i) => other.put(`Task/${name}-${i}`)));
      done.push(name);
    };
    await Promise.all([save('large', 200), save('larger', 300), save('small', 1), save('smaller', 1)]);
    assert.deepEqual(done, ['small', 'smaller', 'large', 'larger']);
    await opened.store.close();
  });

  it('finishes the commits under way when it is closed', async () => {
    const path = join(folder, 'closed.db');
    const opened = await openSqlite(path, clock);
    const other = new Scene(opened.store, 'p');
    const commits = Array.from({ length: 20 }, async (_, i) => {
      for (let turn = 0; turn < i; turn++) await Promise.resolve();
      await other.save(other.put(`Task/${i}`));
    });
    await new Promise(resolve => setImmediate(resolve));
    await opened.store.close();
    await Promise.all(commits);
    const again = await openSqlite(path, clock);
    assert.equal(
      await again.store.count(new Scene(again.store, 'p').query('Task', { kind: 'all' }, { deadline: Infinity }), 100),
      20,
    );
    await again.store.close();
  });
});
