/** `npm run token`: one token and nothing else, or one line that says what is wrong. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { developmentTrust } from '../../src/access/development-issuer.js';
import { jwtVerifier } from '../../src/access/jwt.js';
import { loadSigningKey } from '../../src/access/signing-key.js';

const command = fileURLToPath(new URL('../../src/commands/token.js', import.meta.url));

describe('token command', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'portico-token-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (args: string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [command, ...args], { encoding: 'utf8', env: { PORTICO_DATA: folder, ...env } });

  it('[PKB-9] prints a token that the key in the data folder signed', async () => {
    const { stdout, status } = run(['demo-patient', '--person', 'Person/new']);
    assert.equal(status, 0);
    assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const claims = await jwtVerifier([developmentTrust(loadSigningKey(folder))])(stdout.trim(), Date.now());
    assert.ok(claims);
    assert.equal(claims.clientId, 'demo-patient');
    assert.equal(claims.fhirUser, 'Person/new');
    const hours = (claims.expires - Date.now()) / 3_600_000;
    assert.ok(hours > 11.9 && hours <= 12);
  });

  it('ends with 2 and one line on bad usage, in production and on bad settings', () => {
    const cases: [string[], Record<string, string>?][] = [
      [[]],
      [['demo-system', 'more']],
      [['nobody']],
      [['demo-system', '--person', 'Person/1']],
      [['demo-system', '--what']],
      [['demo-system'], { PORTICO_DEMO: 'off' }],
      [['demo-system'], { PORT: 'x' }],
    ];
    for (const [args, env] of cases) {
      const { stdout, stderr, status } = run(args, env);
      assert.equal(status, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, /^[^\n]+\n$/);
    }
  });
});
