/** What a whole process prints while it works, and while it refuses, tells nothing of people and opens nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { developmentToken } from '../../src/access/development-issuer.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { Portal } from '../../src/commands/demo/portal.js';
import { createPrinter } from '../../src/commands/demo/printer.js';
import { walk } from '../../src/commands/demo/walk.js';
import { loadConfig } from '../../src/config/config.js';
import { startChildServer, type ChildServer } from '../fixtures/child-server.js';

/** Of the demo's patient and staff, and of the calls below. */
const canaries: Record<string, RegExp> = {
  'a name': /ليلى|حداد|Whitfield|canary/i,
  'an e-mail address': /@/,
  'a date of birth': /1984-09-12/,
  'a message': /result is attached|running again|next week/,
  'a file': /JVBERi0x/,
  'a code': /[0-9A-Z]{4}(-[0-9A-Z]{4}){7}/,
  'a token': /eyJ|Bearer [\w.-]{20}/,
  'the id of a resource': /(Patient|Person|Communication|Task|Binary)\/[0-9a-f]{8}-/,
};

describe('observe: canaries', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-canaries-'));
  let server: ChildServer;
  before(async () => {
    server = await startChildServer({ folder, env: { PORTICO_LOG_LEVEL: 'debug', PORTICO_STORE: 'memory' } });
  });
  after(() => {
    server.child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  async function callWrongly(url: string): Promise<void> {
    const token = developmentToken(loadSigningKey(folder), 'demo-system', undefined, Date.now());
    const call = (path: string, init: RequestInit = {}) =>
      fetch(`${url}/fhir/portal${path}`, {
        ...init,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/fhir+json',
          ...(init.headers as Record<string, string> | undefined),
        },
      });
    const wrong = [
      call('/Patient?name=Canary&nothing=Canary'),
      call('/Patient/Canary'),
      call('/Canary/Canary/$canary'),
      call('/Patient?_page=Canary'),
      call('/Patient', { headers: { authorization: 'Bearer Canary.canary.canary' } }),
      call('/Patient', { method: 'POST', body: '{"resourceType":"Patient","name":[{"family":"Canary"}' }),
      call('/Patient', { method: 'POST', body: '{"resourceType":"Patient","gender":"Canary","canary":"Canary"}' }),
      call('/Patient/x', { method: 'PUT', body: '{"resourceType":"Patient","id":"canary"}' }),
    ];
    for (const answer of await Promise.all(wrong)) assert.ok(answer.status === 200 || answer.status >= 400);
  }

  it('[H01] [I5] prints no health information, address, code or token, at the level debug either', async () => {
    const url = `http://127.0.0.1:${server.port}`;
    const told: string[] = [];
    const config = loadConfig({ PORTICO_URL: url, PORTICO_DATA: folder });
    await walk(
      new Portal(
        config,
        createPrinter(line => told.push(line)),
      ),
    );
    await callWrongly(url);
    server.child.kill('SIGTERM');
    assert.equal(await server.ended, 0);
    const lines = server.printed().split('\n');
    const log = lines.filter(line => line.startsWith('{'));
    assert.ok(log.length > 20, `only ${log.length} lines were logged`);
    for (const [what, canary] of Object.entries(canaries)) {
      assert.deepEqual(
        lines.filter(line => canary.test(line)),
        [],
        what,
      );
    }
    // The canaries are such as would be seen: the demo itself, which tells all, holds each kind but the token.
    const all = told.join('\n');
    const unseen = Object.entries(canaries).filter(([, canary]) => !canary.test(all));
    assert.deepEqual(
      unseen.map(([what]) => what),
      ['a token'],
    );
  });
});
