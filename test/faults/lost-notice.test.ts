/** A notice that nobody will receive is in the log of the server, without a word of whom it was for. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { developmentToken } from '../../src/access/development-issuer.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { startChildServer } from '../fixtures/child-server.js';
import { parameters, stranger } from '../portal/journey.js';
import { startMailServer } from '../delivery/parts.js';

describe('a lost notice', () => {
  it('[R19] is told by event and reason, once the mail server has refused it for good', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-lost-'));
    const mailServer = await startMailServer({ refuse: 550 });
    const env = { PORTICO_STORE: 'memory', PORTICO_SMTP_URL: mailServer.url };
    const { child, port, printed, ended } = await startChildServer({ folder, env });
    const token = developmentToken(loadSigningKey(folder), 'demo-ehr', undefined, Date.now());
    const person = stranger();
    const answer = await fetch(`http://127.0.0.1:${port}/fhir/portal/Patient/$invite`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(parameters(person)),
    });
    assert.equal(answer.status, 201, await answer.text());
    while (!printed().includes('notice lost')) await pause(20);
    child.kill();
    await ended;
    const line =
      printed()
        .split('\n')
        .find(one => one.includes('notice lost')) ?? '';
    const { level, event, outcome, reason } = JSON.parse(line) as Record<string, string>;
    assert.deepEqual([level, event, outcome, reason], ['warn', 'invitation', 'failed', 'SMTP 550']);
    assert.ok(!printed().includes(person.email) && !printed().includes(person.family));
    await mailServer.close();
    rmSync(folder, { recursive: true });
  });
});
