/** The measurements of the default run. Rounds are interleaved, so that what disturbs the machine disturbs all alike. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defined } from '../src/fhir/defined.js';
import { inFolder, settingsIn, type Arena } from './arena.js';
import type { Usage } from './child.js';
import type { Run } from './drive.js';
import { createLoad, readLoads, type At, type Kind } from './loads.js';

/** How long the measurements take. */
export interface Effort {
  /** Resources in the store. */
  resources: number;
  rounds: number;
  /** Of each round, and of warming up. */
  seconds: number;
  /** Seconds of reads without a pause, to see whether they slow down. */
  sustained: number;
}

/** Callers of creates at a time, as many as of all other requests. */
const CALLERS = 16;

export interface Reads {
  raw: Run;
  kinds: Record<Kind, Run>;
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const medianRun = (runs: readonly Run[]): Run => ({
  rate: median(runs.map(({ rate }) => rate)),
  cpu: median(runs.map(({ cpu }) => cpu)),
});

/** Each kind of read, and raw, in turn. */
export async function measureReads(arena: Arena, { resources, rounds, seconds }: Effort): Promise<Reads> {
  const loads = Object.entries(readLoads(arena.at, resources)) as [Kind, Parameters<Arena['run']>[0]][];
  const raw: Run[] = [];
  const runs = new Map<Kind, Run[]>(loads.map(([kind]) => [kind, []]));
  await arena.raw(seconds);
  for (const [, load] of loads) await arena.run(load, seconds);
  for (let round = 0; round < rounds; round++) {
    raw.push(await arena.raw(seconds));
    for (const [kind, load] of loads) runs.get(kind)!.push(await arena.run(load, seconds));
  }
  const kinds = Object.fromEntries([...runs].map(([kind, all]) => [kind, medianRun(all)]));
  return { raw: medianRun(raw), kinds: kinds as Record<Kind, Run> };
}

export interface Creates {
  /** A second, over HTTP. */
  rate: number;
  /** Milliseconds. */
  stall: number;
}

export async function measureCreates(arena: Arena, { rounds, seconds }: Effort): Promise<Creates> {
  const measured: Creates[] = [];
  const load = { ...createLoad(arena.at), connections: CALLERS };
  await arena.run(load, seconds);
  for (let round = 0; round < rounds; round++) {
    await arena.server.ask('watch');
    const { rate } = await arena.run(load, seconds);
    measured.push({ rate, stall: await arena.server.ask<number>('stall') });
  }
  return { rate: median(measured.map(({ rate }) => rate)), stall: median(measured.map(({ stall }) => stall)) };
}

/** Commits a second of the store itself: one caller, one after the other; and as many callers as over HTTP. */
export interface Commits {
  single: number;
  grouped: number;
}

/** Comes last: the thousands of versions made ready for it take memory that a server never needs. */
export async function measureCommits(arena: Arena, { rounds, seconds }: Effort): Promise<Commits> {
  const commits = (callers: number) => arena.server.ask<number>('commits', { callers, milliseconds: seconds * 1000 });
  const measured: Commits[] = [];
  for (let round = 0; round < rounds; round++) {
    measured.push({ single: await commits(1), grouped: await commits(CALLERS) });
  }
  return {
    single: median(measured.map(({ single }) => single)),
    grouped: median(measured.map(({ grouped }) => grouped)),
  };
}

/**
 * How fast reads are at the end of a long run of them, as a share of how fast they were at its beginning, each against
 * raw in the same seconds. What every access leaves behind (audit, log) has its cost in it.
 */
export async function measureSustained(arena: Arena, effort: Effort): Promise<number> {
  const { read } = readLoads(arena.at, effort.resources);
  const ofRaw = async (): Promise<number> => {
    const shares: number[] = [];
    for (let round = 0; round < effort.rounds; round++) {
      const raw = await arena.raw(effort.seconds);
      shares.push((await arena.run(read, effort.seconds)).rate / raw.rate);
    }
    return median(shares);
  };
  const first = await ofRaw();
  await arena.run(read, effort.sustained);
  return (await ofRaw()) / first;
}

/** Look-ups of one round. */
const LOOK_UPS = 50_000;

/** Microseconds that the look-up of a token takes, which the authorization server issued to a system. */
export async function measureLookUp({ server, at }: Arena, { rounds }: Effort): Promise<number> {
  const token = await issuedToken(at);
  const taken: number[] = [];
  for (let round = 0; round < rounds; round++)
    taken.push(await server.ask<number>('lookUp', { token, count: LOOK_UPS }));
  return median(taken);
}

/** A token as systems get it, for a client of its own. */
async function issuedToken({ base, token }: At): Promise<string> {
  const scope = 'system/*.rs';
  const registration = { kind: 'trusted-system', client_name: 'Bench', integration: 'bench', scope };
  const registered = await fetch(new URL('/oauth/register', base), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...registration, token_endpoint_auth_method: 'client_secret_post' }),
  });
  const { client_id, client_secret } = (await registered.json()) as Record<string, string>;
  const answer = await fetch(new URL('/oauth/token', base), {
    method: 'POST',
    body: new URLSearchParams(defined({ grant_type: 'client_credentials', scope, client_id, client_secret })),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Megabytes. */
export const residentOf = async ({ server }: Arena): Promise<number> =>
  (await server.ask<Usage>('usage')).resident / 1024 / 1024;

/** Milliseconds from the start of the process to its first answer: in an empty folder, and again in the same. */
export async function measureStarts(): Promise<{ empty: number; again: number }> {
  return inFolder(async folder => ({ empty: await startIn(folder), again: await startIn(folder) }));
}

const LOOK_MILLISECONDS = 5;

async function startIn(folder: string): Promise<number> {
  const settings = await settingsIn(folder);
  const main = fileURLToPath(new URL('../src/main.js', import.meta.url));
  const began = performance.now();
  const server = spawn(process.execPath, [main], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise(resolve => server.once('exit', resolve));
  while (server.exitCode === null && !(await answers(`http://127.0.0.1:${settings['PORT']}/fhir/portal/metadata`))) {
    await new Promise(resolve => setTimeout(resolve, LOOK_MILLISECONDS));
  }
  const taken = performance.now() - began;
  if (server.exitCode !== null) throw new Error('the server did not start');
  server.kill('SIGTERM');
  await ended;
  return taken;
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    async answer => (await answer.text()) !== '' && answer.ok,
    () => false,
  );
