/**
 * The matrix: every kind of token asks all that is declared, of two servers that differ in what the token may not see. Each answer, and
 * the work behind it, must be the same from both: so nothing hidden shows by text, number, link, refusal or time.
 * `PORTICO_MATRIX_SEED` draws other requests; `npm run test:long` draws more.
 */
import assert from 'node:assert/strict';
import type { CapabilityStatement } from 'fhir/r4.js';
import type { Storage } from '../../src/store/port.js';
import { samples } from '../fixtures/samples.js';
import type { TestServer } from '../fixtures/server.js';
import { eachStorage, type OpenStorage } from '../fixtures/storages.js';
import { MATRIX_ISSUERS, matrixCallers, type MatrixCaller } from './matrix-callers.js';
import { attemptsAbout, drawn, numbersOf } from './matrix-requests.js';
import { everybodys, owned, PATIENTS, type Owned } from './matrix-world.js';
import { watched } from './store-calls.js';
import { canary, clock, serverHolding } from './two-patients.js';
import type { Attempt } from './walk.js';

const SEED = Number(process.env['PORTICO_MATRIX_SEED'] ?? 20260601);
/** Requests a store. */
const COUNT = samples(4000, 24_000);
/** On Mongo, whose stand-in takes its time: of one caller in six, but for the long form. */
const SLOW = { count: samples(400, 20_000), every: samples(6, 1) };

const ENDPOINTS = ['portal', 'facade', 'customer'] as const;

type Server = TestServer & { storage: Storage; calls: string[] };

interface Asked extends Attempt {
  endpoint: (typeof ENDPOINTS)[number];
}

interface Answer {
  status: number;
  text: string;
  calls: string;
}

const nameOf = ({ resource: { resourceType, id } }: Owned): string => `${resourceType}/${id}`;

/** A server with what this decides of the patients' resources. */
async function serverOf(caller: MatrixCaller, open: OpenStorage, holds: (one: Owned) => boolean): Promise<Server> {
  const calls: string[] = [];
  const opened = await open(clock);
  const resources = [...everybodys, ...owned.filter(holds).map(({ resource }) => resource), ...caller.own];
  const server = await serverHolding(resources, watched(opened, calls), { PORTICO_ISSUERS: MATRIX_ISSUERS });
  return { ...server, storage: opened, calls };
}

async function ask(
  server: Server,
  token: string,
  { endpoint, method, path, headers = {}, body }: Asked,
): Promise<Answer> {
  server.calls.length = 0;
  const response = await fetch(
    `${server[endpoint]}${path === '' || path.startsWith('?') ? '' : '/'}${encodeURI(path)}`,
    {
      method,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    },
  );
  const text = await response.text();
  const told = [...response.headers].filter(([name]) => !PASSING.has(name)).map(part => part.join(': '));
  const whole = [...told, text].join('\n').replaceAll(server.url, '');
  const calls = server.calls.join(' ');
  return {
    status: response.status,
    calls,
    text: whole.replaceAll(/_page=[\w.-]+/g, '_page=').replaceAll(/id-\d+/g, 'id'),
  };
}

/** Headers that vary from call to call. */
const PASSING = new Set(['date', 'x-request-id', 'x-correlation-id', 'content-length', 'keep-alive', 'connection']);

/** The canaries in an answer that are neither the caller's to see nor part of what they asked. */
function foreign({ text }: Answer, caller: MatrixCaller, asked: Asked): string[] {
  const reached = new Set(owned.filter(one => caller.sees(one)).map(({ patient }) => patient));
  const sent = JSON.stringify(asked);
  const strangers = PATIENTS.filter(patient => !reached.has(patient)).map(canary);
  return strangers.filter(secret => text.includes(secret) && !sent.includes(secret));
}

const statementOf = async (base: string): Promise<CapabilityStatement> =>
  (await (await fetch(`${base}/metadata`)).json()) as CapabilityStatement;

const OF_ALL_TYPES = /^(?:\?|_history|_search)/;

/** All that one caller could ask, at each endpoint, about each patient. */
async function possible(server: Server, { readsAudit = false }: MatrixCaller): Promise<Asked[]> {
  const all = await Promise.all(
    ENDPOINTS.map(async endpoint => {
      const statement = await statementOf(server[endpoint]);
      // A customer's endpoint declares every type, and admits none of these callers but systems.
      const about = endpoint === 'customer' ? PATIENTS.slice(0, 1) : PATIENTS;
      return about.flatMap(other =>
        attemptsAbout(statement, other, endpoint === 'customer').map(one => ({
          ...one,
          endpoint,
          kind: `${endpoint} ${one.kind}`,
        })),
      );
    }),
  );
  // The audit of the two servers is of different requests by right; a search of all types holds it for those who read it.
  return all.flat().filter(({ path }) => !path.includes('AuditEvent') && !(readsAudit && OF_ALL_TYPES.test(path)));
}

describe('the matrix', () => {
  eachStorage((store, open) => {
    const isSlow = store === 'mongo';
    const callers = matrixCallers.filter((_, at) => !isSlow || at % SLOW.every === SEED % SLOW.every);
    const count = Math.ceil((isSlow ? SLOW.count : COUNT) / callers.length);

    async function compared(caller: MatrixCaller, number: (below: number) => number): Promise<string[]> {
      const whole = await serverOf(caller, open, () => true);
      const without = await serverOf(caller, open, one => caller.sees(one) || caller.needs.includes(nameOf(one)));
      const servers = [whole, without] as const;
      const told: string[] = [];
      try {
        const tokens = await Promise.all(servers.map(async server => caller.token(server)));
        const warm: Asked = { kind: '', endpoint: 'portal', method: 'GET', path: 'Patient/zqwarm' };
        await Promise.all(servers.map((server, at) => ask(server, tokens[at]!, warm)));
        for (const asked of drawn(await possible(whole, caller), count, number)) {
          const [one, two] = await Promise.all(servers.map((server, at) => ask(server, tokens[at]!, asked)));
          const title = `${asked.method} ${asked.endpoint}/${asked.path}`;
          assert.ok(one && two && one.status < 500, `${title}: ${one?.status} ${one?.text}`);
          const differ = one.status !== two.status || one.text !== two.text || one.calls !== two.calls;
          if (differ)
            told.push(
              [title, ...[one, two].map(({ status, text, calls }) => `${status} ${text}\n${calls}`)].join('\n'),
            );
          told.push(...foreign(one, caller, asked).map(secret => `${title}: ${secret}`));
        }
        if (caller.finds !== undefined) await finds(whole, tokens[0]!, caller.finds);
        return told;
      } finally {
        for (const { close, storage } of servers) {
          await close();
          await storage.store.close();
        }
      }
    }

    /** The token is good, and shows what it is for. */
    async function finds(server: Server, token: string, kind: string): Promise<void> {
      const type = kind === 'laboratory' ? 'Observation' : kind;
      const asked: Asked = { kind: '', endpoint: 'portal', method: 'GET', path: `${type}?_summary=count` };
      const { status, text } = await ask(server, token, asked);
      assert.equal(status, 200, text);
      assert.doesNotMatch(text, /"total":0\b/);
    }

    callers.forEach((caller, at) => {
      it(`[B37] [B45] ${caller.name}: ${count} requests show nothing that is not theirs`, async () => {
        const told = await compared(caller, numbersOf(SEED + at));
        assert.deepEqual(told.slice(0, 3), [], `seed ${SEED}: ${told.length} of ${count}`);
      });
    });
  });
});
