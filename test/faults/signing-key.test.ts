/** The development issuer's key, where several processes make it at once. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
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

  it('[H07] is kept where its owner alone reads it', () => {
    loadSigningKey(folder);
    assert.equal(statSync(join(folder, 'signing-key.pem')).mode & 0o777, 0o600);
  });
});
