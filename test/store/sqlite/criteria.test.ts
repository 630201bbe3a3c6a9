/** Criteria that would hold the only writer up: refused as too costly, with nothing changed. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Filter } from '../../../src/search/query.js';
import type { Criterion, Storage } from '../../../src/store/port.js';
import { openSqlite } from '../../../src/store/sqlite/open.js';
import { isFault } from '../../contract/faults.js';
import { startTestServer } from '../../fixtures/server.js';
import { fixedClock, Scene } from '../../fixtures/storage-samples.js';

/** More than the criteria of one commit may look at. */
const RESOURCES = 21_000;
const RARE = 5;

const contains = (value: string): Filter => ({ kind: 'text', key: 'Task|name', match: 'contains', value });
const posting = (key: string): Filter => ({ kind: 'posting', key });
const not = (of: Filter): Filter => ({ kind: 'not', of });

describe('sqlite: criteria', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-sqlite-criteria-'));
  let storage: Storage;
  let scene: Scene;

  before(async () => {
    storage = await openSqlite(join(folder, 'store.db'), fixedClock);
    scene = new Scene(storage.store, 'p');
    const task = (i: number) =>
      scene.put(`Task/${i}`, {
        postings: ['Task|status|=active', ...(i < RARE ? ['Task|code|=rare'] : [])],
        strings: [{ key: 'Task|name', value: `task ${i}` }],
      });
    for (let from = 0; from < RESOURCES; from += 3000)
      await scene.save(...Array.from({ length: Math.min(3000, RESOURCES - from) }, (_, i) => task(from + i)));
  });
  after(async () => {
    await storage.store.close();
    rmSync(folder, { recursive: true });
  });

  const criterion = (where: Filter, ids: readonly string[] = []): Criterion => ({
    ...{ partition: 'p', type: 'Task', where, ids },
  });
  const create = (id: string, ...criteria: Criterion[]) =>
    storage.store.commit({
      criteria,
      puts: [scene.put(`Task/${id}`)],
      documents: [{ op: 'put', document: { kind: 'k', id, value: {}, keys: {} } }],
    });

  it('[R13] are refused where they pass over too many resources, and nothing is written', async () => {
    const active = posting('Task|status|=active');
    const costly: Filter[] = [
      contains('nothing like it'),
      { kind: 'and', of: [active, contains('nothing like it')] },
      not(active),
      not({ kind: 'or', of: [active, contains('x')] }),
    ];
    for (const where of costly) {
      await assert.rejects(create('x', criterion(where)), isFault('too-costly'), JSON.stringify(where));
    }
    assert.equal(await storage.records.get('k', 'x', 0), undefined);
    assert.deepEqual(await scene.found('Task', { kind: 'id', ids: ['x'] }), []);
  });

  it('share one bound, however many they are', async () => {
    const active = posting('Task|status|=active');
    const early: Filter = { kind: 'text', key: 'Task|name', match: 'before', value: 'task 1200' };
    const none = criterion({ kind: 'and', of: [early, contains('x')] });
    await create('one', none, criterion({ kind: 'and', of: [active, posting('Task|status|=none')] }));
    await assert.rejects(create('y', ...Array.from({ length: 30 }, () => none)), isFault('too-costly'));
  });

  it('hold where an index leads to few, and where as many match as were expected', async () => {
    const rare: Filter = {
      kind: 'and',
      of: [posting('Task|code|=rare'), contains('task'), posting('Task|status|=active')],
    };
    const ids = Array.from({ length: RARE }, (_, i) => String(i));
    await create('a', criterion(rare, ids));
    await assert.rejects(create('b', criterion(rare, ids.slice(1))), isFault('conflict'));
    const all = Array.from({ length: RESOURCES }, (_, i) => String(i));
    await create('c', criterion(posting('Task|status|=active'), all));
  });

  it('[R13] over HTTP: 400 too-costly, and the next write is served', async () => {
    const server = await startTestServer({ storage });
    const path = new URL(server.customer).pathname.split('/').at(-1)!;
    const there = new Scene(storage.store, path);
    for (let from = 0; from < RESOURCES; from += 3000) {
      const basic = (i: number) =>
        there.put(`Basic/b${from + i}`, { strings: [{ key: 'Basic|x', value: 'x' }], postings: ['Basic|code!'] });
      await there.save(...Array.from({ length: 3000 }, (_, i) => basic(i)));
    }
    const post = async (condition: string) => {
      const response = await fetch(`${server.customer}/Basic`, {
        method: 'POST',
        headers: {
          ...{ authorization: `Bearer ${server.token('demo-system')}`, 'content-type': 'application/fhir+json' },
          'if-none-exist': condition,
        },
        body: JSON.stringify({ resourceType: 'Basic', code: { text: 'x' } }),
      });
      const { issue } = (await response.json()) as { issue?: { code: string }[] };
      return [response.status, issue?.[0]?.code];
    };
    try {
      assert.deepEqual(await post('code:missing=true'), [400, 'too-costly']);
      assert.deepEqual(await post('identifier=new'), [201, undefined]);
    } finally {
      await server.close();
    }
  });
});
