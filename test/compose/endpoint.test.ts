/** An endpoint is a statement and a line of the table: one that is not the product's, read-only over two partitions. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Bundle, CapabilityStatementRestResource as Entry } from 'fhir/r4.js';
import { endpoints, type EndpointDeclaration } from '../../src/definitions/endpoints.table.js';
import { defined } from '../../src/fhir/defined.js';
import type { JsonObject, Resource } from '../../src/fhir/resource.js';
import type { Storage } from '../../src/store/port.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';

/** The portal's statement, cut down to reading two types. */
function statement(change: Partial<Entry> = {}): JsonObject {
  const portal = JSON.parse(readFileSync('capability/portal.json', 'utf8')) as { rest: { resource: Entry[] }[] };
  const types = ['Patient', 'Observation'];
  const served = (include: string): boolean => types.includes(include.split(':')[0]!);
  const resource = portal.rest[0]!.resource.filter(({ type }) => types.includes(type)).map(
    ({ type, searchParam, searchInclude = [], searchRevInclude = [] }) => ({
      ...{ type, searchParam, versioning: 'versioned', conditionalRead: 'full-support' },
      interaction: ['read', 'vread', 'history-instance', 'search-type'].map(code => ({ code })),
      searchInclude: searchInclude.filter(served),
      searchRevInclude: searchRevInclude.filter(served),
      ...change,
    }),
  );
  return { ...portal, rest: [{ mode: 'server', resource }] } as unknown as JsonObject;
}

const archive = (file: string): EndpointDeclaration => ({
  name: 'archive',
  path: '/fhir/archive',
  statement: relative('capability', file),
  partitions: ['demo', 'portal'],
  registrations: ['system'],
});

const patient = (id?: string): Resource => ({
  resourceType: 'Patient',
  ...defined({ id }),
  active: true,
  name: [{ family: 'Archived' }],
});
const observation = (id: string): Resource => ({
  ...{ resourceType: 'Observation', status: 'final', code: { text: 'x' } },
  subject: { reference: `Patient/${id}` },
});

eachStorage((_name, open) => {
  describe('an endpoint of two partitions', () => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-endpoint-'));
    let storage: Storage;
    let server: TestServer;
    const ask = (path: string, init: RequestInit = {}, client = 'demo-system') =>
      fetch(`${server.url}/fhir/${path}`, {
        ...init,
        headers: {
          authorization: `Bearer ${server.token(client)}`,
          'content-type': 'application/fhir+json',
        },
      });
    const send = (method: string, path: string, body: Resource) => ask(path, { method, body: JSON.stringify(body) });
    const read = async (path: string) => {
      const response = await ask(path);
      assert.equal(response.status, 200, path);
      return (await response.json()) as Bundle;
    };
    const idsOf = ({ entry = [] }: Bundle) => entry.map(({ resource }) => resource?.id);
    /** Ids as the server gave them, by the customer's endpoint and by the portal's. */
    const made: string[] = [];
    const observations: string[] = [];

    before(async () => {
      storage = await open();
      const file = join(folder, 'archive.json');
      writeFileSync(file, JSON.stringify(statement()));
      server = await startTestServer({ storage, endpoints: [...endpoints, archive(file)] });
      for (const base of ['customer/demo', 'portal', 'customer/demo', 'portal']) {
        const answer = await send('POST', `${base}/Patient`, patient());
        assert.equal(answer.status, 201);
        const { id = '' } = (await answer.json()) as Resource;
        const observed = (await (await send('POST', `${base}/Observation`, observation(id))).json()) as Resource;
        made.push(id);
        observations.push(observed.id ?? '');
      }
      await send('PUT', `portal/Patient/${made[1]}`, { ...patient(made[1]), active: false });
    });
    after(async () => {
      await server.close();
      await storage.store.close();
      rmSync(folder, { recursive: true });
    });

    it('reads what is in either, as it is there', async () => {
      for (const [at, id] of made.entries()) {
        const own = await ask(`${at % 2 === 0 ? 'customer/demo' : 'portal'}/Patient/${id}`);
        const here = await ask(`archive/Patient/${id}`);
        assert.equal(here.status, 200);
        assert.equal(here.headers.get('etag'), own.headers.get('etag'));
        assert.equal(await here.text(), await own.text());
      }
      assert.equal((await ask('archive/Patient/none')).status, 404);
      assert.equal((await read(`archive/Patient/${made[1]}/_history`)).total, 2);
      assert.equal((await ask(`archive/Patient/${made[1]}/_history/1`)).status, 200);
    });

    it('searches both, page by page, with what belongs to the matches', async () => {
      let url: string | undefined = 'archive/Patient?family=archived&_sort=_lastUpdated&_count=1';
      const found: (string | undefined)[] = [];
      while (url !== undefined) {
        const page: Bundle = await read(url);
        assert.equal(page.total, 4);
        found.push(...idsOf(page));
        url = page.link?.find(({ relation }) => relation === 'next')?.url.slice(`${server.url}/fhir/`.length);
      }
      assert.deepEqual(found.toSorted(), made.toSorted());
      const chained = await read(
        'archive/Observation?subject:Patient.family=archived&_include=Observation:subject&_count=10',
      );
      assert.deepEqual(idsOf(chained).toSorted(), [...made, ...observations].toSorted());
      assert.equal(chained.total, 4);
    });

    it('writes nothing, and says so', async () => {
      assert.equal((await send('POST', 'archive/Patient', patient())).status, 405);
      assert.equal((await send('PUT', `archive/Patient/${made[0]}`, patient(made[0]))).status, 405);
      assert.equal((await ask(`archive/Patient/${made[0]}`, { method: 'DELETE' })).status, 405);
      assert.equal((await ask(`customer/demo/Patient/${made[0]}`)).status, 200);
    });

    it('admits the clients that its line names, and no other', async () => {
      assert.equal((await ask('archive/Patient', {}, 'demo-ehr')).status, 200);
      assert.equal((await ask('archive/Patient', {}, 'demo-patient')).status, 403);
      assert.equal((await ask('archive/metadata', {}, 'demo-patient')).status, 200);
    });

    it('tells of itself by its statement', async () => {
      const metadata = (await (await ask('archive/metadata')).json()) as JsonObject;
      assert.equal((metadata['implementation'] as JsonObject)['url'], `${server.url}/fhir/archive`);
    });
  });
});

describe('an endpoint whose statement and code do not agree', () => {
  it('stops the start, with every gap', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-endpoint-'));
    try {
      const file = join(folder, 'archive.json');
      const unknown = { name: 'x', definition: 'http://example.org/SearchParameter/x', type: 'token' as const };
      writeFileSync(file, JSON.stringify(statement({ searchParam: [unknown], searchInclude: ['Patient:link'] })));
      await assert.rejects(startTestServer({ endpoints: [...endpoints, archive(file)] }), (error: Error) => {
        assert.match(error.message, /\/fhir\/archive: Patient: the search parameter x has no definition/);
        assert.match(error.message, /\/fhir\/archive: Observation: the include Patient:link names no declared/);
        return true;
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
