/** The server under requests that no client means well with: every answer is a good one, and the server is well afterwards. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CapabilityStatement } from 'fhir/r4.js';
import fc from 'fast-check';
import { loadDefinitions } from '../../src/definitions/load.js';
import { minimalOf } from '../conformance/minimal.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { exchange, shown, type Sent } from './exchange.js';
import { requestOf, type Target } from './requests.js';
import { seeds } from './resources.js';
import { createVerdict, type Verdict } from './verdict.js';
import { long, samples } from '../fixtures/samples.js';

/** The same in each short run; fast-check prints the one under which a long run failed. */
const SEED = long ? Date.now() % 0x7fffffff : 20260101;
/** Requests at a time, and how many times: more than 10,000 in all, or 200,000. */
const [PARALLEL, ROUNDS] = [16, samples(630, 12_600)];
/** Rounds between looks at the heap. */
const CHECKPOINT = samples(45, 900);
/** Bytes by which the heap of the last third may be above that of the one before it. */
const GROWTH = 32 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const least = (numbers: readonly number[]): number => Math.min(...numbers);

describe('hostile requests', function () {
  this.timeout(1_200_000);
  const statuses = new Set<number>();
  let folder: string;
  let server: TestServer;
  let agent: Agent;
  let verdict: Verdict;
  let targets: Target[];
  let tokens: string[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portico-fuzz-'));
    server = await startTestServer({ env: { PORTICO_STORE: `sqlite:${join(folder, 'fuzz.db')}` } });
    agent = new Agent({ keepAlive: true, maxSockets: PARALLEL });
    verdict = createVerdict(process.cwd());
    targets = await Promise.all([server.portal, server.customer].map(targetAt));
    const system = server.token('demo-system');
    tokens = [system, system, system, system, server.token('demo-patient')];
  });
  after(async () => {
    agent.destroy();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function targetAt(url: string): Promise<Target> {
    const statement = (await (await fetch(`${url}/metadata`)).json()) as CapabilityStatement;
    return { base: new URL(url).pathname, statement };
  }

  async function faultsOf(sent: Sent): Promise<string[]> {
    const answer = await exchange(agent, Number(new URL(server.url).port), sent);
    statuses.add(answer.status);
    return verdict(sent, answer).map(fault => `${fault}\n${shown(sent)}\n${answer.body.toString().slice(0, 1000)}`);
  }

  it('get good answers, of all kinds, and leave nothing in memory', async () => {
    const definitions = loadDefinitions(process.cwd());
    const types = targets.flatMap(({ statement }) => (statement.rest?.[0]?.resource ?? []).map(({ type }) => type));
    const smallest = [...new Set(types)].map(type => ({ ...minimalOf(type, definitions), id: 'fuzz-3' }));
    const requests = requestOf(targets, { resources: seeds(process.cwd()), smallest }, tokens);
    const heaps: number[] = [];
    let rounds = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: PARALLEL, maxLength: PARALLEL }), async list => {
        assert.deepEqual((await Promise.all(list.map(faultsOf))).flat(), []);
        if (++rounds % CHECKPOINT === 0) heaps.push(heap());
      }),
      { seed: SEED, numRuns: ROUNDS },
    );
    const third = Math.floor(heaps.length / 3);
    const growth = least(heaps.slice(-third)) - least(heaps.slice(-2 * third, -third));
    assert.ok(growth < GROWTH, `the heap grew: ${heaps.map(one => Math.round(one / 1e6)).join(' ')} MB`);
    const wanted = [200, 201, 204, 400, 401, 403, 404, 405, 406, 410, 412, 415, 422];
    assert.deepEqual(
      wanted.filter(status => !statuses.has(status)),
      [],
      'statuses that never came',
    );
  });

  it('have seeds of every type that has rules', () => {
    const portal = [
      'Basic',
      'Binary',
      'Communication',
      'Organization',
      'Patient',
      'Person',
      'PractitionerRole',
      'Task',
    ];
    const posted = ['SearchParameter', 'StructureDefinition', 'ValueSet', 'CodeSystem'];
    const types = new Set(seeds(process.cwd()).map(({ resourceType }) => resourceType));
    assert.deepEqual(
      [...portal, ...posted].filter(type => !types.has(type)),
      [],
    );
  });

  it('leave the server well', async () => {
    assert.equal((await fetch(`${server.url}/health/ready`)).status, 200);
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });
});
