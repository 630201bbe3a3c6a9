/** The log of a process that ends, or whose lines nobody reads. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

describe('observe/standard-output', () => {
  const module = (name: string): string =>
    JSON.stringify(new URL(`../../src/observe/${name}.js`, import.meta.url).href);
  const ends = {
    'a return': '',
    'process.exit': 'process.exit(0);',
    'an error that nobody caught': `throw new Error('end');`,
    'a flush': 'await log.flush(); process.kill(process.pid, "SIGKILL");',
  };
  for (const [how, end] of Object.entries(ends)) {
    it(`loses no line when the process ends by ${how}`, () => {
      const program = `const { createLog } = await import(${module('log')});
        const log = createLog({ level: 'info', actorKey: new Uint8Array(32) });
        for (let number = 0; number < 1000; number++) log.info('line', { number });
        ${end}`;
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
      const numbers = stdout
        .trimEnd()
        .split('\n')
        .map(text => (JSON.parse(text) as { number: number }).number);
      assert.deepEqual(
        numbers,
        Array.from({ length: 1000 }, (_, number) => number),
      );
    });
  }

  it('[R47 fault] where nobody reads, lines are counted and dropped, and the process ends in time', async () => {
    const program = `const { createLog } = await import(${module('log')});
      const log = createLog({ level: 'info', actorKey: new Uint8Array(32) });
      for (let round = 0; round < 200; round++) {
        for (let number = 0; number < 1000; number++) log.info('line', { number });
        await new Promise(setImmediate);
      }
      process.on('SIGUSR2', () => log.info('last'));
      process.on('SIGTERM', () => log.flush().then(() => process.exit(0)));
      setInterval(() => undefined, 1000);
      console.error(Math.round(process.memoryUsage.rss() / 1e6));`;
    const start = async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [megabytes] = (await once(child.stderr, 'data')) as [Buffer];
      assert.ok(Number(String(megabytes)) < 150, `${String(megabytes)} MB`);
      return child;
    };
    const stalled = await start();
    stalled.kill('SIGTERM');
    const [code] = (await once(stalled, 'exit')) as [number];
    assert.equal(code, 0);

    const resumed = await start();
    let said = '';
    resumed.stdout.on('data', (text: Buffer) => (said += text.toString()));
    while (!said.includes('log lines lost')) {
      resumed.kill('SIGUSR2');
      await pause(50);
    }
    resumed.kill('SIGKILL');
    const lines = said
      .trimEnd()
      .split('\n')
      .map(text => JSON.parse(text) as { msg: string; lost?: number });
    const lost = lines.find(({ msg }) => msg === 'log lines lost')?.lost ?? 0;
    assert.equal(lost + lines.filter(({ msg }) => msg === 'line').length, 200_000);
  });
});
