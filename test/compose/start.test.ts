/** A start that fails because of a setting says which one, in one line, and ends with 1. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

describe('start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-start-'));
  const taken = createServer().listen(0, '127.0.0.1');
  after(() => {
    taken.close();
    rmSync(folder, { recursive: true });
  });

  function start(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, [main], {
      env: { PORTICO_DATA: folder, PORTICO_STORE: 'memory', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    return new Promise(resolve => child.once('close', code => resolve({ code, said })));
  }

  const cases: [title: string, env: () => Record<string, string>, line: RegExp][] = [
    ['a value that cannot be read', () => ({ PORT: 'x' }), /PORT must be a whole number/],
    [
      'a port that is taken',
      () => ({ PORT: String((taken.address() as AddressInfo).port) }),
      /PORT: .*address already/,
    ],
    ['a host that is not ours', () => ({ HOST: '203.0.113.7' }), /HOST: .*203\.0\.113\.7/],
    ['a data folder that cannot be made', () => ({ PORTICO_DATA: '/proc/x' }), /PORTICO_DATA: ENOENT.*\/proc\/x/],
    ['a data folder that is a file', () => ({ PORTICO_DATA: main }), /PORTICO_DATA: .*main\.js is not a folder/],
    ['a data folder below a file', () => ({ PORTICO_DATA: `${main}/x` }), /PORTICO_DATA: ENOTDIR.*main\.js\/x/],
    [
      'a store below a file',
      () => ({ PORTICO_STORE: `sqlite:${main}/x.db` }),
      /PORTICO_STORE: .*main\.js is not a folder/,
    ],
    [
      'a store in a folder that cannot be made',
      () => ({ PORTICO_STORE: 'sqlite:/proc/x/y.db' }),
      /PORTICO_STORE: ENOENT/,
    ],
    [
      'a store that is another kind of file',
      () => ({ PORTICO_STORE: `sqlite:${main}` }),
      /PORTICO_STORE: The storage .* file is not a database/,
    ],
    [
      'a customer whose partition is taken',
      () => ({ PORTICO_CUSTOMERS: 'portal' }),
      /PORTICO_CUSTOMERS: two endpoints would write to the partition portal/,
    ],
    [
      'a store nobody answers at',
      () => ({ PORTICO_STORE: 'mongodb://127.0.0.1:1/x' }),
      /PORTICO_STORE: The storage.*127/,
    ],
    ['a package that is not there', () => ({ PORTICO_PACKAGES: '/nowhere.tgz' }), /PORTICO_PACKAGES: .*nowhere/],
  ];
  for (const [title, env, line] of cases) {
    it(`names the setting: ${title}`, async () => {
      const { code, said } = await start(env());
      assert.equal(code, 1);
      assert.match(said, new RegExp(`^Portico cannot start: ${line.source}[^\\n]*\\n$`));
    });
  }
});
