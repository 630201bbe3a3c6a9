/** The development issuer's key, where several processes make it at once. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSigningKey } from '../../src/access/signing-key.js';

describe('faults: signing key', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portico-key-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('agrees on one key with processes that start at the same time', async () => {
    const module = new URL('../../src/access/signing-key.js', import.meta.url).href;
    const code = `import { loadSigningKey } from '${module}';
      await new Promise(go => process.stdin.once('data', go)); process.stdin.destroy();
      process.stdout.write(loadSigningKey(${JSON.stringify(folder)}).publicJwk.kid)`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    for (const child of children) child.stdin.write('go\n');
    const kids = await Promise.all(
      children.map(child => child.stdout.toArray().then(parts => Buffer.concat(parts).toString())),
    );
    assert.equal(new Set(kids).size, 1);
    assert.ok(kids[0]);
    assert.deepEqual(readdirSync(folder), ['signing-key.pem']);
  });

  it('names a file that holds no key, and nothing of what it holds', () => {
    const file = join(folder, 'signing-key.pem');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    for (const content of ['', 'sEcReT', '-----BEGIN PRIVATE KEY-----\nsEcReT\n-----END PRIVATE KEY-----\n', rsa]) {
      writeFileSync(file, content);
      assert.throws(
        () => loadSigningKey(folder),
        ({ message }: Error) =>
          message === `${file} holds no private key for ES256; delete it to have another one made`,
      );
    }
  });

  it('[H07] is kept where its owner alone reads it', () => {
    loadSigningKey(folder);
    assert.equal(statSync(join(folder, 'signing-key.pem')).mode & 0o777, 0o600);
  });
});
