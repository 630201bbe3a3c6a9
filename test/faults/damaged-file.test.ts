/** Letters of a stored resource are changed on the disk: it is served to nobody, all others are, and a command tells where. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { developmentToken } from '../../src/access/development-issuer.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { startChildServer, type ChildServer } from '../fixtures/child-server.js';

const CHECK = fileURLToPath(new URL('../../src/commands/check-store.js', import.meta.url));

describe('faults: damaged file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-damaged-'));
  const path = join(folder, 'portico.db');
  let server: ChildServer;
  const start = async () => {
    server = await startChildServer({ folder, env: { PORTICO_LOG_LEVEL: 'info' } });
  };
  const end = async (signal: NodeJS.Signals) => {
    server.child.kill(signal);
    await server.ended;
  };
  const call = (method: string, what: string, body?: object) =>
    fetch(`http://127.0.0.1:${server.port}/fhir/customer/demo/${what}`, {
      method,
      headers: {
        authorization: `Bearer ${developmentToken(loadSigningKey(folder), 'demo-system', undefined, Date.now())}`,
        'content-type': 'application/fhir+json',
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
  const organization = (id: string, name: string) => ({ resourceType: 'Organization', id, name });
  const check = () => spawnSync(process.execPath, [CHECK], { encoding: 'utf8', env: { PORTICO_DATA: folder } });
  const printed = async (text: RegExp): Promise<string> => {
    while (!text.test(server.printed())) await pause(50);
    return server.printed();
  };

  before(async () => {
    await start();
    for (const id of ['damaged', 'other']) {
      for (const name of ['Saint Mary', 'Saint Martha']) {
        assert.ok((await call('PUT', `Organization/${id}`, organization(id, name))).ok);
      }
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  it('[R12] a file in order: the command says so, a stop leaves no mark, and nothing is checked at the next start', async () => {
    const { status, stdout } = check();
    assert.deepEqual([status, stdout.includes('all in order')], [0, true]);
    await end('SIGTERM');
    assert.deepEqual(
      readdirSync(folder).filter(name => name.includes('served-by')),
      [],
    );
    await start();
    assert.doesNotMatch(server.printed(), /after a crash/);
  });

  it('[R12] [R50] after a crash the file is checked at the start', async () => {
    await end('SIGKILL');
    await start();
    assert.match(await printed(/checked after a crash/), /storage checked after a crash/);
    await end('SIGTERM');
  });

  it('[R12] a text that was changed: 500 for it and its like, 200 for all others, a log line without content', async () => {
    const database = new DatabaseSync(path);
    for (const table of ['resource', 'history']) {
      database.exec(`UPDATE ${table} SET json = replace(json, 'Saint Ma', 'Saint Mo') WHERE id = 'damaged'`);
    }
    database.close();
    await start();
    for (const what of ['Organization/damaged', 'Organization/damaged/_history/1', 'Organization/damaged/_history']) {
      const answer = await call('GET', what);
      const text = await answer.text();
      assert.equal(answer.status, 500, what);
      assert.match(text, /"resourceType":"OperationOutcome".*damaged/);
      assert.doesNotMatch(text, /Saint/);
    }
    for (const what of ['Organization/other', 'Organization/other/_history/1', 'Organization?_id=other']) {
      assert.equal((await call('GET', what)).status, 200, what);
    }
    const log = await printed(/DAMAGED_TEXT/);
    assert.ok(log.includes('DAMAGED_TEXT'));
    assert.doesNotMatch(log, /Saint/);
  });

  it('[R12] the command names each damaged version, and no content; a crash makes the server find it by itself', async () => {
    const { status, stdout } = check();
    assert.equal(status, 1);
    assert.match(stdout, /demo: Organization\/damaged, version 2/);
    assert.match(stdout, /demo: Organization\/damaged, version 1/);
    assert.doesNotMatch(stdout, /Saint|other/);
    await end('SIGKILL');
    await start();
    assert.match(await printed(/storage damaged/), /"problems":2/);
    await end('SIGTERM');
  });

  it('[R12] the command ends with 2 where there is no file', () => {
    const env = { PORTICO_DATA: folder, PORTICO_STORE: 'memory' };
    assert.equal(spawnSync(process.execPath, [CHECK], { env }).status, 2);
    const nowhere = join(folder, 'nowhere');
    assert.equal(spawnSync(process.execPath, [CHECK], { env: { PORTICO_DATA: nowhere } }).status, 2);
    assert.equal(existsSync(nowhere), false);
  });
});
