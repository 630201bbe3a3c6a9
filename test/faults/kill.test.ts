/** What is acknowledged survives the death of the process at any moment. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { openSqlite } from '../../src/store/sqlite/open.js';
import { long, samples } from '../fixtures/samples.js';

const ROUNDS = samples(100, 1000);
/** A round ends at a moment after this many writes at most: counted, not timed, as machines differ. */
const MOST_WRITES = 20;
const LONGEST_MILLISECONDS = 10;
const CHILD = fileURLToPath(new URL('../fixtures/sqlite-writer.js', import.meta.url));

/** Prints PRAGMA synchronous of each connection that begins to write. https://www.sqlite.org/pragma.html#pragma_synchronous */
const LEVELS = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  import { DatabaseSync } from 'node:sqlite';
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (text) {
    if (text.startsWith('BEGIN IMMEDIATE')) {
      const { synchronous } = prepare.call(this, 'PRAGMA synchronous').get();
      writeSync(1, 'synchronous ' + synchronous + String.fromCharCode(10));
    }
    return prepare.call(this, text);
  };
`)}`;

/** A small generator of numbers in [0, 1), the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
}

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Resolves once the child has printed that many lines. */
function printed(child: ChildProcess, lines: number, text: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout!.on('data', () => text().split('\n').length > lines && resolve());
    child.once('exit', code => reject(new Error(`the child ended with ${code}`)));
  });
}

/** Lets the child write for a while, kills it, and gives the complete lines it printed. */
async function acknowledged(path: string, first: number, random: () => number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, path, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise(resolve => child.once('close', resolve));
  // The first line says that it is ready.
  await printed(child, 1 + Math.floor(random() * MOST_WRITES), () => output);
  await pause(random() * LONGEST_MILLISECONDS);
  child.kill('SIGKILL');
  await ended;
  return output.split('\n').slice(1, -1);
}

/** Each acknowledged write is there: as the current version or in the history, with the document of its commit. */
async function assertKept(path: string, lines: readonly string[]): Promise<void> {
  const { store, records } = await openSqlite(path);
  try {
    for (const line of lines) {
      const [id = '', version = ''] = line.split(' ');
      const found = await store.version({ partition: 'p', type: 'Task', id }, Number(version));
      assert.equal(found?.version, Number(version), line);
      assert.ok(await records.get('seen', `${id}-${version}`, 0), line);
    }
  } finally {
    await store.close();
  }
}

/** How many rows break an agreement between the tables; each query counts those of one kind. */
const disagreements: Record<string, string> = {
  'versions have gaps': `SELECT count(*) FROM resource r WHERE r.version - 1 <>
    (SELECT count(*) FROM history h WHERE h.rid = r.rid AND h.version < r.version)`,
  'a history row has no resource': 'SELECT count(*) FROM history WHERE rid NOT IN (SELECT rid FROM resource)',
  'a posting is missing': `SELECT count(*) FROM resource r, json_each(r.entries, '$[0]') e WHERE NOT EXISTS
    (SELECT 1 FROM posting p WHERE p.kid = e.value AND p.t = r.main AND p.rid = r.rid)`,
  'postings are left over': `SELECT (SELECT count(*) FROM posting) - (SELECT sum(json_array_length(entries, '$[0]')) FROM resource)`,
  'a key has no text': `SELECT count(*) FROM (SELECT kid FROM posting UNION SELECT kid FROM range UNION SELECT kid FROM text)
    WHERE kid NOT IN (SELECT kid FROM key)`,
  'ranges disagree': `SELECT (SELECT count(*) FROM range) - (SELECT sum(json_array_length(entries, '$[1]')) FROM resource)`,
  'texts disagree': `SELECT (SELECT count(*) FROM text) - (SELECT sum(json_array_length(entries, '$[2]')) FROM resource)`,
  'a version lacks its document': `SELECT (SELECT sum(version) FROM resource) - (SELECT count(*) FROM document)`,
  'a document lacks its key': 'SELECT (SELECT count(*) FROM document) - (SELECT count(*) FROM document_key)',
};

function assertWhole(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    for (const [title, query] of Object.entries(disagreements)) {
      const [rows] = Object.values(database.prepare(query).get()!);
      assert.equal(rows ?? 0, 0, title);
    }
  } finally {
    database.close();
  }
}

describe('faults: kill -9', function () {
  this.timeout(3_600_000);
  const folder = mkdtempSync(join(tmpdir(), 'portico-kill-'));
  after(() => rmSync(folder, { recursive: true }));

  it(`[R01] kill -9 at ${ROUNDS} moments: every acknowledged write is there, whole, with its history and entries`, async () => {
    const path = join(folder, 'store.db');
    const random = seeded(long ? Date.now() % 0x7ffffffe : 20260301);
    let writes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const lines = await acknowledged(path, round * 100_000, random);
      await assertKept(path, lines);
      assertWhole(path);
      writes += lines.length;
    }
    assert.ok(writes > ROUNDS, `only ${writes} writes were acknowledged`);
  });

  it('[R02] each commit is on the disk before it is acknowledged: SQLite syncs the log with every one', async () => {
    const child = spawn(process.execPath, ['--import', LEVELS, CHILD, join(folder, 'synced.db'), '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const ended = new Promise(resolve => child.once('close', resolve));
    await printed(child, 20, () => output);
    child.kill('SIGKILL');
    await ended;
    const levels = output.split('\n').filter(line => line.startsWith('synchronous'));
    assert.deepEqual([...new Set(levels)], ['synchronous 2']);
  });
});
