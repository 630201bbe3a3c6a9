/** What a benchmark runs in: Portico over a folder of its own, and the raw server that ratios are taken against. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.js';
import { drive, type Load, type Run } from './drive.js';
import { readLoads, type At } from './loads.js';
import { freePort } from '../src/commands/free-port.js';

export interface Arena {
  /** Portico, started anew after each filling. */
  readonly server: Child;
  readonly at: At;
  /** Makes the store hold so many resources of the portal mix. */
  fill(resources: number): Promise<void>;
  /** Adds a queue of so many work items. */
  fillQueue(items: number): Promise<void>;
  /** The raw server, answering a read's bytes as often as it can. */
  raw(seconds: number): Promise<Run>;
  run(load: Load, seconds: number): Promise<Run>;
}

/** Settings of a server in a folder, its log written to a file as in earnest. */
export async function settingsIn(folder: string): Promise<Record<string, string>> {
  return {
    PORT: String(await freePort()),
    PORTICO_URL: '',
    PORTICO_DATA: folder,
    PORTICO_LOG_LEVEL: 'info',
    PORTICO_DEMO: 'on',
    PORTICO_MEASUREMENT_RATE: '0',
  };
}

/** Runs `work` with a server that holds so many resources of the portal mix; everything is gone afterwards. */
export async function inArena<T>(resources: number, work: (arena: Arena) => Promise<T>): Promise<T> {
  return inFolder(async folder => {
    const settings = await settingsIn(folder);
    const start = (): Promise<Child> => Child.start('./server.js', settings);
    let server = await start();
    const raw = await Child.start('./raw-server.js');
    const at = await server.ask<At>('at');
    const rawAt = { base: `http://127.0.0.1:${await raw.ask<number>('port')}/fhir`, token: at.token };
    const filled = async (...load: Parameters<Child['ask']>): Promise<void> => {
      await server.ask(...load);
      await server.stop();
      server = await start();
      await raw.ask('serve', await oneRead(at));
    };
    const arena: Arena = {
      get server() {
        return server;
      },
      at,
      fill: count => filled('load', { count }),
      fillQueue: items => filled('loadQueue', { items }),
      raw: seconds => drive(raw, { ...rawAt, paths: ['Patient/1'] }, seconds),
      run: (load, seconds) => drive(server, load, seconds),
    };
    try {
      await arena.fill(resources);
      return await work(arena);
    } finally {
      await Promise.all([server.stop(), raw.stop()]);
    }
  });
}

/** A folder that goes when the work is done; below BENCH_FOLDER where that is set. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'portico-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The headers and body of one read, for the raw server to repeat. */
async function oneRead(at: At): Promise<{ headers: string[]; body: string }> {
  const [path = ''] = readLoads(at, 1).read.paths ?? [];
  const answer = await fetch(`${at.base}/${path}`, {
    headers: { authorization: `Bearer ${at.token}`, 'accept-encoding': 'identity' },
  });
  const own = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);
  const headers = [...answer.headers].filter(([name]) => !own.has(name)).flat();
  return { headers, body: await answer.text() };
}
