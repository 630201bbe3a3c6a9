/** Portico as `npm start` runs it, with a parent that fills its store and asks how it fares. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { developmentToken } from '../src/access/development-issuer.js';
import { loadSigningKey } from '../src/access/signing-key.js';
import { loadItems, type Tally } from '../src/commands/load/loader.js';
import { compose } from '../src/compose.js';
import { loadConfig } from '../src/config/config.js';
import type { Resource } from '../src/fhir/resource.js';
import type { Put } from '../src/store/port.js';
import { byServer } from '../src/writing/draft.js';
import { answerParent } from './child.js';
import { newObservation, portalResource } from './portal-mix.js';
import { queueResources } from './queues.js';

const PATH = '/fhir/portal';
/** Milliseconds. The monitor counts its own pause as delay. */
const RESOLUTION = 1;

const config = loadConfig(process.env);
const app = await compose(config);
const port = await app.listen();
const endpoint = app.endpoints.find(({ path }) => path === PATH)!;
const { partition } = endpoint;

let delays: ReturnType<typeof monitorEventLoopDelay> | undefined;

const load = ({ count }: { count: number }): Promise<Tally> =>
  loadAll('portal mix', 'bench', Iterator.from(Array(count).keys()).map(portalResource), count);

/** The messages too. */
const loadQueue = ({ items }: { items: number }): Promise<Tally> =>
  loadAll(`queue of ${items}`, `bench-queue-${items}`, queueResources(items), 2 * items);

/** @param count of them, roughly */
async function loadAll(name: string, id: string, resources: Iterable<Resource>, count: number): Promise<Tally> {
  const items = async function* () {
    let place = 0;
    for (const resource of resources) yield { place: ++place, resource };
  };
  const source = { name, id, unit: 'line' as const, items };
  const began = performance.now();
  return loadItems(app, endpoint, source, {
    refused: (where, why) => {
      throw new Error(`${where}: ${why.message}`);
    },
    progress({ written, skipped }) {
      if (!process.stderr.isTTY) return;
      const rate = Math.round((written / (performance.now() - began)) * 1000);
      process.stderr.write(`\r\x1b[K  ${written + skipped} of ${count} resources, ${rate}/s`);
      if (written + skipped === count) process.stderr.write('\n');
    },
  });
}

/** Versions made ready for one measurement of the store. */
const MOST = 4000;

let made = 0;
async function measurement(): Promise<Put> {
  const resource = { ...newObservation(made++), id: app.parts.ids.next() };
  const place = { endpoint, partition, store: app.store, request: { deadline: Infinity } };
  return (await app.parts.writing.write(byServer({ resource, method: 'POST' }), place)).put;
}

/** Single commits a second that the store itself makes, checked and indexed beforehand. */
async function commits({ callers, milliseconds }: { callers: number; milliseconds: number }): Promise<number> {
  const puts = await Promise.all(Array.from({ length: MOST }, measurement));
  const began = performance.now();
  let done = 0;
  const call = async (): Promise<void> => {
    while (performance.now() - began < milliseconds && done < puts.length) {
      await app.store.commit({ puts: [puts.pop()!] });
      done++;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return (done / (performance.now() - began)) * 1000;
}

/** Microseconds of processor time that it takes to find out who asks, by a token that was seen before. */
async function lookUp({ token, count }: { token: string; count: number }): Promise<number> {
  const request = { headers: { authorization: `Bearer ${token}` }, query: [] };
  const look = async (): Promise<number> => {
    const began = process.cpuUsage();
    for (let i = 0; i < count; i++) await app.authenticate(request);
    const { user, system } = process.cpuUsage(began);
    return (user + system) / count;
  };
  await look();
  return look();
}

answerParent({
  at: () => ({
    base: `http://127.0.0.1:${port}${PATH}`,
    token: developmentToken(loadSigningKey(config.dataFolder), 'demo-system', undefined, Date.now()),
  }),
  /** Of somebody with an account. */
  tokenOf: ({ person, client = 'demo-patient' }: { person: string; client?: string }) =>
    developmentToken(loadSigningKey(config.dataFolder), client, person, Date.now()),
  load,
  loadQueue,
  commits,
  lookUp,
  watch() {
    delays = monitorEventLoopDelay({ resolution: RESOLUTION });
    delays.enable();
  },
  /** The 99.9th percentile since `watch`, in milliseconds. */
  stall() {
    delays!.disable();
    return Math.max(0, delays!.percentile(99.9) / 1e6 - RESOLUTION);
  },
});
