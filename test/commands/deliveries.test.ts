/** `npm run deliveries`: what could not be delivered, and once more. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/fhir/clock.js';
import { ended } from '../../src/delivery/delivery-record.js';
import type { OutboxEntry } from '../../src/delivery/outbox.js';
import { openSqlite } from '../../src/store/sqlite/open.js';
import { invitation } from '../delivery/parts.js';

const command = fileURLToPath(new URL('../../src/commands/deliveries.js', import.meta.url));

describe('deliveries command', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portico-deliveries-'));
    file = join(folder, 'test.sqlite');
    const { store } = await openSqlite(file, systemClock);
    const attempts = [{ at: Date.parse('2026-03-01T10:00:00Z'), reason: 'SMTP 550' }];
    const entry: OutboxEntry = { effect: invitation, attempts };
    const document = { kind: 'outbox-email', id: 'd-1', version: 1, value: {}, keys: {} };
    await store.commit({ documents: ended(document, entry, { outcome: 'dead' }, Date.now()) });
    await store.close();
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [command, ...args], {
      encoding: 'utf8',
      env: { PORTICO_DATA: folder, PORTICO_STORE: `sqlite:${file}` },
    });

  it('lists event, resource and attempts, and no address, name or code', () => {
    const { stdout, status, stderr } = run('--dead');
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal(stdout, 'd-1 invitation Task/1\n  2026-03-01T10:00:00.000Z SMTP 550\n');
  });

  it('sends one again, once', async () => {
    assert.equal(run('--again', 'd-1').status, 0);
    assert.equal(run('--dead').stdout, '');
    const again = run('--again', 'd-1');
    assert.deepEqual([again.status, again.stderr], [1, 'There is no dead delivery of this id.\n']);
    const { records, store } = await openSqlite(file, systemClock);
    const waiting = await records.get('outbox', 'd-1', Date.now());
    await store.close();
    const { effect, attempts } = waiting?.value ?? {};
    assert.deepEqual({ effect, attempts }, { effect: invitation, attempts: [] });
  });

  it('ends with 2 and its usage where nothing is asked', () => {
    const { status, stderr } = run();
    assert.deepEqual([status, stderr], [2, 'Usage: deliveries --dead | --again ID\n']);
  });
});
