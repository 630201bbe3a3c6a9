/**
 * The container image without a container engine: does in a scratch folder what each line of the Dockerfile says, starts
 * what CMD names as nobody special (where this is run by root), and asks what HEALTHCHECK asks. Prints one line.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './machine.mjs';
import { requireNode, root } from './runtime.mjs';

requireNode();
const scratch = mkdtempSync(join(tmpdir(), 'portico-image-'));
const NOBODY = 65534;

/** The instructions of each stage, continued lines joined. */
function stages() {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8')
    .replace(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  const instructions = [...text.matchAll(/^([A-Z]+)\s+(.*)$/gm)].map(([, name, value]) => ({ name, value }));
  const starts = instructions.flatMap(({ name }, at) => (name === 'FROM' ? [at] : []));
  return starts.map((start, i) => instructions.slice(start + 1, starts[i + 1]));
}

/** What .dockerignore lets through; the image gets nothing else. */
function context() {
  const folder = join(scratch, 'context');
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  for (const name of lines.filter(line => line.startsWith('!')).map(line => line.slice(1).replace(/\/$/, ''))) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  return folder;
}

function copy(value, { from, to, stage }) {
  const words = value.split(/\s+/);
  const source = words[0].startsWith('--from=') ? (words.shift(), stage) : from;
  const target = words.pop();
  for (const name of words.map(word => word.replace(/^\/app\//, ''))) {
    const path = join(source, name);
    if (!existsSync(path)) throw new Error(`COPY ${value}: there is no ${name}`);
    cpSync(path, join(to, target.endsWith('/') ? name : target), { recursive: true, verbatimSymlinks: true });
  }
}

/** The folder that stands for /app of a stage, once its COPY and RUN lines are done. */
function build(instructions, { from, name, stage }) {
  const to = join(scratch, name);
  mkdirSync(to);
  for (const { name: instruction, value } of instructions) {
    if (instruction === 'COPY') copy(value, { from, to, stage });
    // What touches the image outside /app (the volume's folder) is done by start().
    if (instruction === 'RUN' && !value.includes('/data')) {
      const { status, stdout, stderr } = spawnSync('sh', ['-ec', value], { cwd: to, encoding: 'utf8' });
      if (status !== 0) throw new Error(`RUN ${value}\n${stdout}${stderr}`);
    }
  }
  return to;
}

const valuesOf = (instructions, name) => instructions.filter(one => one.name === name).map(({ value }) => value);

/** Starts it as the image would, until its health check passes. */
async function start(instructions, app) {
  const data = join(scratch, 'data');
  mkdirSync(data);
  chmodSync(data, 0o777);
  chmodSync(scratch, 0o755);
  const pairs = valuesOf(instructions, 'ENV').flatMap(value => value.split(/\s+/).map(pair => pair.split('=')));
  const own = { PORT: String(await freePort()), HOST: '127.0.0.1', PORTICO_DATA: data };
  const env = { PATH: process.env.PATH, ...Object.fromEntries(pairs), ...own };
  const who = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const run = ([, ...args], more) => spawn(process.execPath, args, { cwd: app, env, ...who, ...more });
  const server = run(JSON.parse(valuesOf(instructions, 'CMD')[0]), { stdio: ['ignore', 'ignore', 'inherit'] });
  const check = JSON.parse(/CMD (\[.*\])$/.exec(valuesOf(instructions, 'HEALTHCHECK')[0])[1]);
  try {
    await healthy(() => run(check, { stdio: 'ignore' }), server);
    await printsToken(app, env, who);
    return await stopped(server);
  } finally {
    server.kill('SIGKILL');
  }
}

/** As `docker exec` runs it where demo mode is on. */
async function printsToken(app, env, who) {
  const demo = { ...env, PORTICO_DEMO: 'on', PORTICO_URL: 'http://localhost:8080' };
  const child = spawn(process.execPath, ['tools/run.mjs', 'src/commands/token.js', 'demo-system'], {
    cwd: app,
    env: demo,
    ...who,
    stdio: 'ignore',
  });
  if ((await exitOf(child)) !== 0) throw new Error('the image prints no token');
}

const exitOf = child => new Promise(resolve => child.once('close', resolve));

async function healthy(check, server) {
  for (let tries = 0; tries < 30; tries++) {
    if (server.exitCode !== null) throw new Error(`CMD ended with ${server.exitCode}`);
    if ((await exitOf(check())) === 0) return;
    await sleep(200);
  }
  throw new Error('HEALTHCHECK does not pass');
}

async function stopped(server) {
  const ended = exitOf(server);
  server.kill('SIGTERM');
  const code = await ended;
  if (code !== 0) throw new Error(`ended with ${code} on SIGTERM`);
}

try {
  const [first, last] = stages();
  const from = context();
  const stage = build(first, { from, name: 'build' });
  await start(last, build(last, { from, name: 'app', stage }));
  console.log('ok    image: built, healthy, stopped');
} catch (error) {
  console.log(`FAIL  image: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
