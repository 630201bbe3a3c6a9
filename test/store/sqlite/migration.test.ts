/** A file of the first schema, opened by this release, holds what a new file would hold, and goes on from there. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Filter, IndexEntries } from '../../../src/search/query.js';
import type { Put } from '../../../src/store/port.js';
import { openSqlite } from '../../../src/store/sqlite/open.js';
import { steps } from '../../../src/store/sqlite/schema.js';
import { entriesText } from '../../../src/store/sqlite/entries.js';
import { fixedClock, ids, putOf, Scene } from '../../fixtures/storage-samples.js';

const index = (n: number): Partial<IndexEntries> => ({
  main: n,
  postings: [`Task|code|=${n % 3}`, 'Task|status!', `Task|code|ü"${n}`],
  ranges: [
    { key: 'Task|due', lo: n + 0.1, hi: 2 ** 60 },
    { key: 'Task|due', lo: n, hi: n, lo2: -1e-9, hi2: 5 },
  ],
  strings: [
    { key: 'Task|name', value: `name "${n}" \u{1f600}` },
    { key: 'Task|status!', value: 'a text with the key of a posting' },
  ],
});

/** Live ones in two partitions, one of them with nothing to find it by, and a deleted one. */
const puts: readonly Put[] = [
  ...Array.from({ length: 20 }, (_, n) => putOf(n % 2 === 0 ? 'portal' : 'demo', `Task/t${n}`, index(n))),
  putOf('portal', 'Task/plain'),
  putOf('portal', 'Task/gone', {
    postings: ['Task|gone!'],
    ranges: [{ key: 'Task|gone', lo: 1, hi: 2 }],
    strings: [{ key: 'Task|gone=', value: 'gone' }],
    deleted: true,
  }),
];
const changed = putOf('portal', 'Task/t0', { ...index(7), version: 2 });

/** Writes the file that the first release would have written. */
function writeFirst(path: string): void {
  const database = new DatabaseSync(path);
  database.exec(steps[0]!);
  const resource = database.prepare(
    `INSERT INTO resource (partition, type, id, version, at, deleted, method, main, entries, json)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const posting = database.prepare('INSERT INTO posting VALUES (?, ?, ?, ?)');
  const range = database.prepare('INSERT INTO range VALUES (?, ?, ?, ?, ?, ?, ?)');
  const text = database.prepare('INSERT INTO text VALUES (?, ?, ?, ?)');
  for (const { key, version, at, deleted, method, json, index } of puts) {
    const row = [key.partition, key.type, key.id, version, at, Number(deleted), method, index.main] as const;
    const rid = resource.run(...row, entriesText(index), json).lastInsertRowid;
    if (deleted) continue;
    for (const one of index.postings) posting.run(key.partition, one, index.main, rid);
    for (const { key: name, lo, hi, lo2 = 1, hi2 = 0 } of index.ranges) {
      range.run(key.partition, name, lo, hi, rid, lo2, hi2);
    }
    for (const { key: name, value } of index.strings) text.run(key.partition, name, value, rid);
  }
  database.exec('PRAGMA user_version = 1');
  database.close();
}

const KEYED = 'CROSS JOIN key k USING (kid) CROSS JOIN resource r USING (rid) ORDER BY 1, 2, 3, 4, 5, 6, 7';
const CONTENTS = [
  `SELECT k.partition, k.text, r.id, x.t, 0, 0, 0 FROM posting x ${KEYED}`,
  `SELECT k.partition, k.text, r.id, x.lo, x.hi, x.lo2, x.hi2 FROM range x ${KEYED}`,
  `SELECT k.partition, k.text, r.id, x.value, 0, 0, 0 FROM text x ${KEYED}`,
  `SELECT r.id, r.main, r.json, k.text FROM resource r CROSS JOIN json_each(r.entries, '$[0]') e
    CROSS JOIN key k ON k.kid = e.value AND k.partition = r.partition ORDER BY 1, 4`,
  ...[1, 2].map(
    i => `SELECT r.id, k.text, json_remove(e.value, '$[0]') FROM resource r CROSS JOIN json_each(r.entries, '$[${i}]') e
    CROSS JOIN key k ON k.kid = e.value ->> 0 AND k.partition = r.partition ORDER BY 1, 2, 3`,
  ),
];

function contents(path: string): unknown[][] {
  const database = new DatabaseSync(path, { readOnly: true });
  const found = CONTENTS.map(query => database.prepare(query).all());
  database.close();
  return found;
}

describe('sqlite: a file of the first schema', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-migration-'));
  after(() => rmSync(folder, { recursive: true }));

  it('holds after its migration what a new file would hold', async () => {
    const [old, fresh] = [join(folder, 'old.db'), join(folder, 'fresh.db')];
    writeFirst(old);
    const stores = [await openSqlite(old, fixedClock), await openSqlite(fresh, fixedClock)] as const;
    await stores[1].store.commit({ puts });
    assert.deepEqual(contents(old), contents(fresh));
    for (const rows of contents(old)) assert.ok(rows.length > 0);

    for (const { store } of stores) await store.commit({ puts: [changed] });
    assert.deepEqual(contents(old), contents(fresh));
    const found = await new Scene(stores[0].store, 'portal').found('Task', { kind: 'posting', key: 'Task|code|=1' });
    assert.deepEqual(found, ['t0', 't10', 't16', 't4']);
    const sort = [{ by: 'posting', key: 'Task|code|=', descending: false } as const];
    const [sorted, expected] = await Promise.all(
      stores.map(({ store }) => store.search(new Scene(store, 'portal').query('Task', { kind: 'all' }, { sort }))),
    );
    assert.deepEqual(ids(sorted!), ids(expected!));
    for (const { store } of stores) await store.close();
  });

  it('keeps its records, whose values lie apart from their keys afterwards', async () => {
    const path = join(folder, 'records.db');
    writeFirst(path);
    const database = new DatabaseSync(path);
    database.exec(`INSERT INTO document VALUES ('k', 'a', 3, '{"x":1}', '{"name":"n"}', 5, NULL);
      INSERT INTO document_key VALUES ('k', 'name', 'n', 'a')`);
    database.close();
    const { records, store } = await openSqlite(path, fixedClock);
    const kept = { kind: 'k', id: 'a', version: 3, value: { x: 1 }, keys: { name: 'n' }, due: 5 };
    assert.deepEqual(await records.get('k', 'a', 0), kept);
    assert.deepEqual(await records.due('k', 9, 1), [kept]);
    await store.close();
    const plan = new DatabaseSync(path).prepare('EXPLAIN QUERY PLAN SELECT * FROM document WHERE kind = ? AND id = ?');
    assert.match(String(plan.get('k', 'a')?.['detail']), /USING INDEX document_id \(kind=\? AND id=\?\)/);
  });

  it('shows of versions replaced before entries stayed with them only what no condition leaves out', async () => {
    const path = join(folder, 'replaced.db');
    writeFirst(path);
    const database = new DatabaseSync(path);
    database.exec(`INSERT INTO history SELECT rid, 1, partition, type, id, at, at, deleted, method, json FROM resource
      WHERE id = 't1'; UPDATE resource SET version = 2 WHERE id = 't1'`);
    database.close();
    const { store } = await openSqlite(path, fixedClock);
    const scene = new Scene(store, 'demo');
    const told = async (past: Filter) => {
      const where: Filter = { kind: 'id', ids: ['t1'] };
      const of = [{ type: 'Task', where }];
      const { rows } = await store.history(scene.historyQuery({ of, past: { Task: past } }));
      return rows.map(({ version }) => version);
    };
    assert.deepEqual(await told({ kind: 'all' }), [2, 1]);
    const posting = { kind: 'posting', key: 'Task|code|=1' } as const;
    for (const past of [posting, { kind: 'not', of: posting } as const]) assert.deepEqual(await told(past), [2]);
    await store.close();
  });
});
