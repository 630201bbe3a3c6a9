/**
 * What the README promises a newcomer, tried as one would: `npm start` in an empty data folder is ready within 60 seconds,
 * `npm run token` gives a token that the first call is answered with, and the server stops when told to.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './machine.mjs';
import { root } from './runtime.mjs';

const data = mkdtempSync(join(tmpdir(), 'portico-smoke-'));
const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const env = { ...process.env, PORT: String(port), PORTICO_DATA: data };

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

async function untilReady(server) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    expect(server.exitCode === null, `npm start ended with ${server.exitCode}`);
    const answer = await fetch(`${base}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error('not ready after 60 seconds');
}

async function firstCalls() {
  const statement = await (await fetch(`${base}/fhir/portal/metadata`)).json();
  expect(statement.resourceType === 'CapabilityStatement', 'metadata is no CapabilityStatement');
  const refused = await fetch(`${base}/fhir/portal/Patient`);
  expect(refused.status === 401, `a call without token is answered ${refused.status}, not 401`);
  const { stdout } = spawnSync('npm', ['run', '--silent', 'token', '--', 'demo-system'], { cwd: root, env });
  const headers = { authorization: `Bearer ${stdout.toString().trim()}` };
  const patients = await fetch(`${base}/fhir/portal/Patient`, { headers });
  expect(patients.status === 200, `the first call is answered ${patients.status}, not 200`);
}

/** A signal to npm and all it started, as Ctrl-C in a terminal gives it. */
function signal(server, name) {
  try {
    process.kill(-server.pid, name);
  } catch {
    // Ended already.
  }
}

/** Stops the server; throws where it goes on. */
async function stop(server) {
  const ended = new Promise(resolve => server.once('close', resolve));
  signal(server, 'SIGINT');
  const code = await Promise.race([ended, sleep(35_000, 'none', { ref: false })]);
  expect(code !== 'none', 'still running 35 seconds after SIGINT');
  const answer = await fetch(`${base}/health/live`).catch(() => undefined);
  expect(answer === undefined, 'npm start ended, but the server goes on');
}

const server = spawn('npm', ['start'], { cwd: root, env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
try {
  await untilReady(server);
  await firstCalls();
  await stop(server);
  console.log('ok    first start, first call, stop');
} catch (error) {
  signal(server, 'SIGKILL');
  console.log(`FAIL  first start, first call, stop: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(data, { recursive: true, force: true });
}
