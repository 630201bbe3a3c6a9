/**
 * `npm test`: runs mocha on the compiled tests, everything this machine can run, and says at the end what it left out.
 * As many files run at a time as there are processors, up to four, each in a process with servers of its own.
 * With CI=true or PORTICO_TEST_REQUIRE=1 nothing may be left out. Arguments go to mocha (`npm test -- --grep R83`);
 * paths below dist/test take the place of "all tests".
 *
 * `npm run test:unit` runs the folders of `unit-folders.json` alone: no process of their own, and of the stores the
 * one in memory; seconds.
 * `npm run test:long` runs everything with many more samples of what is random or repeated (test/fixtures/samples.ts).
 *
 * Tests learn by PORTICO_TEST_SKIP (a comma list of `browser`, `mongo`, `python`) what is not there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { chromiumPath, hasPython } from './machine.mjs';
import { requireNode, root } from './runtime.mjs';

requireNode();
/** Each takes a gigabyte or two, its MongoDB included. */
const MOST_AT_ONCE = 4;
const required = process.env.CI === 'true' || process.env.PORTICO_TEST_REQUIRE === '1';
const unit = process.argv.includes('--unit');
const unitFolders = JSON.parse(readFileSync(join(root, 'tools/unit-folders.json'), 'utf8'));
const chromium = chromiumPath();

/** What the suites need of the machine, and what is said where it is missing. */
const needs = [
  {
    suite: 'browser',
    present: chromium !== undefined,
    reason: 'no Chromium found: install it (Debian: apt-get install chromium), or name it in CHROMIUM',
  },
  {
    suite: 'mongo',
    present: Boolean(process.env.MONGODB_URI) || hasPython(),
    reason: 'neither MONGODB_URI is set nor Python 3.11 with venv found, which runs a test server in its place',
  },
];
if (!unit) needs.push(await smartClientOfPython());
const missing = needs.filter(need => !unit && !need.present);

if (!unit && !process.env.MONGODB_URI && !missing.some(need => need.suite === 'mongo')) {
  const { mongoProgram } = await import(join(root, 'dist/test/fixtures/mongo-program.js'));
  mongoProgram();
}

/** Installed before any test starts, like the MongoDB. */
async function smartClientOfPython() {
  const suite = 'python';
  if (!hasPython())
    return { suite, present: false, reason: 'no Python 3.11 with venv found, which runs a SMART client' };
  const { smartPython } = await import(join(root, 'dist/test/fixtures/smart-python.js'));
  try {
    smartPython();
    return { suite, present: true };
  } catch (error) {
    return { suite, present: false, reason: `the SMART client of Python could not be installed: ${error.message}` };
  }
}

const passed = process.argv.slice(2).filter(argument => argument !== '--unit');
const folders = unit ? unitFolders.filter(folder => existsSync(join(root, 'dist/test', folder))) : ['.'];
const all = folders.map(folder => `dist/test/${folder}/**/*.test.js`);
const specs = passed.some(argument => argument.startsWith('dist/test')) ? [] : all;
const ignored = missing.some(need => need.suite === 'browser') ? ['--ignore', 'dist/test/browser/**'] : [];
const { status } = spawnSync(
  process.execPath,
  [
    ...[join(root, 'node_modules/mocha/bin/mocha.js'), '--forbid-only', ...(required ? ['--forbid-pending'] : [])],
    ...['--parallel', '--jobs', String(Math.min(availableParallelism(), MOST_AT_ONCE))],
    ...['--timeout', '600000', '--reporter', join(root, 'tools/test-reporter.cjs')],
    ...ignored,
    ...passed,
    ...specs,
  ],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      // A zone off the hour, with summer time: code that falls back on the machine's zone shows itself.
      TZ: 'America/St_Johns',
      ...process.env,
      PORTICO_TEST_SKIP: unit ? 'browser,mongo,python' : missing.map(need => need.suite).join(','),
      ...(unit ? { PORTICO_TEST_UNIT: '1' } : {}),
      ...(chromium === undefined ? {} : { CHROMIUM: chromium }),
    },
  },
);

for (const { suite, reason } of missing) {
  console.log(`${required ? 'MISSING' : 'Skipped'}: the ${suite} tests (${reason})`);
}
process.exitCode = required && missing.length > 0 ? status || 1 : (status ?? 1);
