/** `--help` of every command. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../../src/', import.meta.url));

describe('--help', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const commands = Object.values(scripts).flatMap(line => /src\/(commands\/\S+\.js|main\.js)/.exec(line)?.[1] ?? []);

  it('is tried of every command there is', () => {
    const own = ['token', 'demo', 'load', 'verify-audit', 'check-store', 'deliveries'];
    for (const name of own) assert.ok(commands.includes(`commands/${name}.js`), name);
    assert.ok(readdirSync('src/commands').length > 0);
  });

  for (const command of commands) {
    it(`of ${command} says how it is called, whatever the settings, and does nothing else`, () => {
      const env = { PORTICO_DATA: '/proc/none', PORTICO_STORE: 'wrong', PORT: 'wrong' };
      const { status, stdout, stderr } = spawnSync(process.execPath, [built + command, '--help'], {
        encoding: 'utf8',
        env,
      });
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /^Usage: /);
    });
  }
});
