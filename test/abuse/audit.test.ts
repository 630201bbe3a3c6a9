/** The audit: nothing is answered that it does not hold, each access once, and no line of it can be changed unseen. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent, Bundle } from 'fhir/r4.js';
import { systemClock } from '../../src/fhir/clock.js';
import { verifyChain } from '../../src/observe/audit/chain.js';
import { openMemory } from '../../src/store/memory/open.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';
import { defined } from '../../src/fhir/defined.js';

const json = { 'content-type': 'application/fhir+json' };

interface Call {
  client: string;
  method: string;
  path: string;
  body?: unknown;
}

async function call(server: TestServer, { client, method, path, body }: Call, id?: string): Promise<number> {
  const [name = '', person] = client.split(' as ');
  const response = await fetch(`${server.portal}/${path}`, {
    method,
    headers: {
      ...(name === '' ? {} : { authorization: `Bearer ${server.token(name, person)}` }),
      ...defined({ 'x-request-id': id }),
      ...(body === undefined ? {} : json),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Numbers that look random and are the same each time. */
function* numbers(): Generator<number, never> {
  for (let state = 20261121; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: 'Patient/demo-patient' },
};
const CLIENTS = ['demo-system', 'demo-ehr', 'demo-patient', 'demo-clinician', 'demo-agent', ''];
const CALLS: readonly Omit<Call, 'client'>[] = [
  { method: 'GET', path: 'Patient/demo-patient' },
  { method: 'HEAD', path: 'Patient/demo-patient' },
  { method: 'GET', path: 'Patient/absent' },
  { method: 'GET', path: 'Patient/demo-patient/_history' },
  { method: 'GET', path: 'Patient?name=Whitfield' },
  { method: 'GET', path: 'Patient?nonsense=1' },
  { method: 'GET', path: 'Communication?_summary=count' },
  { method: 'GET', path: 'Nonsense/1' },
  { method: 'GET', path: 'AuditEvent/x' },
  { method: 'GET', path: 'Patient/demo-patient/$everything?_count=2' },
  { method: 'POST', path: 'Observation', body: observation },
  { method: 'POST', path: 'Observation', body: { ...observation, status: 'nonsense' } },
  { method: 'DELETE', path: 'Observation/absent' },
  { method: 'PUT', path: 'Patient/absent', body: { resourceType: 'Patient', id: 'absent' } },
];

async function auditEvents(server: TestServer): Promise<AuditEvent[]> {
  const auditor = server.token('demo-agent', 'Practitioner/demo-auditor');
  const events: AuditEvent[] = [];
  let url: string | undefined = `${server.portal}/AuditEvent?_count=200&_sort=date`;
  while (url !== undefined) {
    const response: Response = await fetch(url, {
      headers: { authorization: `Bearer ${auditor}`, 'x-request-id': 'counting' },
    });
    const bundle = (await response.json()) as Bundle<AuditEvent>;
    assert.equal(response.status, 200, JSON.stringify(bundle).slice(0, 300));
    events.push(
      ...(bundle.entry ?? []).flatMap(({ resource }) => (resource?.resourceType === 'AuditEvent' ? [resource] : [])),
    );
    url = bundle.link?.find(({ relation }) => relation === 'next')?.url;
  }
  return events;
}

const requestOf = ({ entity = [] }: AuditEvent): string | undefined =>
  entity.find(({ type }) => type?.code === 'XrequestId')?.what?.identifier?.value;

describe('abuse: the audit', () => {
  it('[H06] holds every one of 300 accesses once, with who, what, when and how it ended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portico-test-'));
    const server = await startTestServer({ env: { PORTICO_STORE: `sqlite:${join(folder, 'portico.db')}` } });
    const random = numbers();
    const pick = <T>(list: readonly T[]): T => list[(random.next().value >>> 8) % list.length]!;
    const statuses = new Map<string, { status: number; client: string; path: string }>();
    const started = Date.now();
    const jobs = Array.from({ length: 300 }, (_, at) => ({ id: `call-${at}`, client: pick(CLIENTS), ...pick(CALLS) }));
    const worker = async (): Promise<void> => {
      for (let job = jobs.pop(); job; job = jobs.pop())
        statuses.set(job.id, { status: await call(server, job, job.id), client: job.client, path: job.path });
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    const events = (await auditEvents(server)).filter(event => requestOf(event)?.startsWith('call-'));
    assert.deepEqual(events.map(event => requestOf(event) ?? '').sort(), [...statuses.keys()].sort());
    for (const event of events) {
      const { status, client, path } = statuses.get(requestOf(event) ?? '') ?? assert.fail();
      assert.equal(event.outcomeDesc, `HTTP ${status}`);
      assert.equal(event.outcome, status < 400 ? '0' : status < 500 ? '4' : '8');
      const [who, application] = event.agent;
      // Of a path that is none, nobody is asked who they are.
      const stranger = status === 401 || path.startsWith('Nonsense');
      assert.equal(who?.altId === 'unknown', stranger, `${client} ${who?.altId}`);
      assert.equal(application?.altId, stranger ? undefined : client);
      assert.ok(['C', 'R', 'U', 'D', 'E'].includes(event.action ?? ''));
      const at = Date.parse(event.recorded);
      assert.ok(at >= started - 1000 && at <= Date.now() + 1000 && /(Z|\+00:00)$/.test(event.recorded));
    }
    assert.ok(new Set([...statuses.values()].map(({ status }) => status)).size >= 8, 'calls of many kinds');
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('[H06] [D17] names the patients concerned, by the endpoint they are of', async () => {
    const server = await startTestServer();
    const ask = (client: string, path: string, id: string) => call(server, { client, method: 'GET', path }, id);
    const token = server.token('demo-clinician');
    await ask('demo-patient', 'Observation?code=x', 'own');
    await ask('demo-clinician', 'Observation/demo-blood-pressure', 'resource');
    await ask('demo-clinician', 'Patient/demo-omar-alkhatib/Observation', 'compartment');
    await ask('demo-clinician', 'Observation?subject=Patient/demo-omar-alkhatib,Patient/demo-patient', 'search');
    await ask('demo-patient', 'Patient/demo-omar-alkhatib', 'refused');
    await ask('demo-clinician', 'Organization', 'nobody');
    await fetch(`${server.portal}/Observation/_search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'x-request-id': 'form' },
      body: new URLSearchParams({ patient: 'demo-omar-alkhatib' }),
    });
    await fetch(`${server.customer}/Patient/demo-patient`, {
      headers: { authorization: `Bearer ${server.token('demo-system')}`, 'x-request-id': 'customer' },
    });
    const events = await auditEvents(server);
    const named = (id: string) =>
      events
        .filter(event => requestOf(event) === id)
        .flatMap(({ entity = [] }) =>
          entity.filter(({ role }) => role?.code === '1').map(({ what }) => what?.reference),
        );
    const [me, other] = ['Patient/demo-patient', 'Patient/demo-omar-alkhatib'];
    assert.deepEqual(named('own'), [me]);
    assert.deepEqual(named('resource'), [me]);
    assert.deepEqual(named('compartment'), [other]);
    assert.deepEqual(named('search'), [other, me]);
    assert.deepEqual(named('form'), [other]);
    assert.deepEqual(named('refused'), [other]);
    assert.deepEqual(named('nobody'), []);
    assert.deepEqual(named('customer'), [`${server.customer}/${me}`]);
    await server.close();
  });

  it('[H05] [A09] shows which line was changed, taken out or moved, and holds no secret', async () => {
    const server = await startTestServer();
    for (let at = 0; at < 6; at++)
      await call(server, { client: 'demo-patient', method: 'GET', path: `Observation/a-${at}` });
    await call(server, { client: '', method: 'GET', path: 'Patient?access_token=ZQSECRETTOKEN' });
    const folder = join(server.folder, 'audit');
    const [name = ''] = await readdir(folder);
    const file = join(folder, name);
    const text = await readFile(file, 'utf8');
    assert.ok(!text.includes('ZQSECRETTOKEN') && !text.includes('eyJ'));
    const [start = '', ...lines] = text.trimEnd().split('\n');
    const whole = verifyChain(lines, start);
    assert.deepEqual([whole.lines, whole.brokenAt], [lines.length, undefined]);
    assert.ok(lines.length >= 7);
    const tampered: [string, string[], number][] = [
      ['changed', lines.map((line, at) => (at === 2 ? line.replace('a-2', 'a-9') : line)), 3],
      ['taken out', lines.filter((_line, at) => at !== 2), 3],
      ['moved', [lines[1]!, lines[0]!, ...lines.slice(2)], 1],
    ];
    for (const [what, altered, brokenAt] of tampered) {
      assert.equal(verifyChain(altered, start).brokenAt, brokenAt, what);
    }
    await server.close();
  });

  eachStorage((_name, open) => {
    it('[H04] answers nothing where it cannot be written: reads and refusals 503, nothing of what was asked', async () => {
      const storage = await open();
      const server = await startTestServer({ storage });
      // A file stands where the folder of the logs has to be.
      await rm(join(server.folder, 'audit'), { recursive: true, force: true });
      await writeFile(join(server.folder, 'audit'), '');
      const token = server.token('demo-patient');
      for (const path of ['Patient/demo-patient', 'Communication', 'Patient/absent', 'AuditEvent']) {
        const response = await fetch(`${server.portal}/${path}`, { headers: { authorization: `Bearer ${token}` } });
        const text = await response.text();
        assert.equal(response.status, 503, `${path}: ${text}`);
        assert.ok(response.headers.has('retry-after'));
        assert.ok(!text.includes('Whitfield') && !text.includes(server.folder));
      }
      assert.equal(await call(server, { client: '', method: 'GET', path: 'Patient' }), 503);
      assert.equal(await call(server, { client: '', method: 'GET', path: 'metadata' }), 200);
      await server.close();
      await storage.store.close();
    });
  });

  it('[H04] writes nothing where the audit of it cannot be stored', async () => {
    const storage = openMemory(systemClock);
    let checking = false;
    let checked = 0;
    const { store } = storage;
    const commit: typeof store.commit = changes => {
      const audited =
        changes.documents?.some(change => change.op === 'put' && change.document.kind === 'audit') ?? false;
      if (checking) assert.ok(audited, 'every commit of a request carries its audit');
      checked += checking ? 1 : 0;
      return store.commit(changes);
    };
    const watched = new Proxy(store, { get: (target, name) => (name === 'commit' ? commit : bound(target, name)) });
    const server = await startTestServer({ storage: { ...storage, store: watched } });
    checking = true;
    const demo = 'Patient/demo-patient';
    const body = { resourceType: 'Parameters' };
    for (const [status, path, content] of [
      [201, 'Observation', observation],
      [200, `${demo}/$enroll`, body],
    ] as const) {
      assert.equal(await call(server, { client: 'demo-system', method: 'POST', path, body: content }), status, path);
    }
    assert.ok(checked > 0);
    await server.close();
    await store.close();
  });
});

function bound(target: object, name: string | symbol): unknown {
  const member: unknown = Reflect.get(target, name);
  return typeof member === 'function' ? (member.bind(target) as unknown) : member;
}
