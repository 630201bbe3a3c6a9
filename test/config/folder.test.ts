/** The data folder is its owner's alone. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { ensureFolder } from '../../src/config/folder.js';
import { createEmlFolder } from '../../src/delivery/channels/eml-folder.js';
import { openSqlite } from '../../src/store/sqlite/open.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('the data folder', () => {
  let parent: string;
  let mask: number;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'portico-folder-'));
    mask = process.umask(0);
  });
  afterEach(() => {
    process.umask(mask);
    rmSync(parent, { recursive: true });
  });

  it('is made for its owner alone, and an open one with nothing else in it is closed', () => {
    const folder = join(parent, 'clinic', 'data');
    ensureFolder('PORTICO_DATA', folder);
    assert.deepEqual([modeOf(join(parent, 'clinic')), modeOf(folder)], [0o700, 0o700]);
    writeFileSync(join(folder, 'portico.db'), '');
    chmodSync(folder, 0o755);
    ensureFolder('PORTICO_DATA', folder);
    assert.equal(modeOf(folder), 0o700);
  });

  it('is left as it is where it holds what is not ours', () => {
    chmodSync(parent, 0o755);
    writeFileSync(join(parent, 'homework.txt'), '');
    ensureFolder('PORTICO_DATA', parent);
    assert.equal(modeOf(parent), 0o755);
  });

  it('holds a store, a key and e-mails that are readable by their owner alone, whatever the umask', async () => {
    const folder = join(parent, 'data');
    ensureFolder('PORTICO_DATA', folder);
    loadSigningKey(folder);
    const { store } = await openSqlite(join(folder, 'portico.db'));
    const mail = join(folder, 'mail');
    mkdirSync(mail, 0o755);
    const message = { id: 'm', to: 'a@example.org', language: 'en', subject: 's', text: 't', html: 'h', sms: 'h' };
    await createEmlFolder({ folder: mail, from: 'b@example.org' }).send(message);
    for (const name of ['portico.db', 'portico.db-wal', 'portico.db-shm', 'signing-key.pem', 'mail/m.eml']) {
      assert.equal(modeOf(join(folder, name)), 0o600, name);
    }
    assert.equal(modeOf(mail), 0o700);
    await store.close();
  });
});
