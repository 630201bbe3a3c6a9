/**
 * `npm run check`: everything but the tests. All checks run, whatever the others say; each prints one line, and its
 * output where it fails.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { requireNode, root } from './runtime.mjs';

requireNode();

const typescript = ['src', 'test', 'bench'].filter(folder => existsSync(join(root, folder)));

/** Each check: its commands, one after the other. */
const checks = {
  'types and build': [['tools/build.mjs', '--quiet']],
  lint: [['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.']],
  format: [['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
  imports: [['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ...typescript]],
  form: [['tools/budgets.mjs']],
  documentation: [['tools/docs.mjs', '--check']],
};

/** Runs one command of ours with this Node; resolves with its exit code and all it printed. */
function run(args) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const add = chunk => {
      output += chunk;
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.on('close', code => resolve({ code: code ?? 1, output }));
  });
}

/** Runs a check; resolves with whether it passed. */
async function check(name) {
  const started = performance.now();
  let failure;
  for (const command of checks[name]) {
    const { code, output } = await run(command);
    if (code !== 0) failure ??= output.trimEnd();
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${failure === undefined ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`);
  if (failure !== undefined) console.log(failure.replace(/^/gm, '      '));
  return failure === undefined;
}

const passed = [];
for (const name of Object.keys(checks)) passed.push(await check(name));
process.exitCode = passed.every(Boolean) ? 0 : 1;
