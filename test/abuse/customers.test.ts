/** A customer's endpoint holds what that customer sent, and nobody else's. */
import assert from 'node:assert/strict';
import type { Resource } from '../../src/fhir/resource.js';
import { extract } from '../../src/search/extract.js';
import type { Storage } from '../../src/store/port.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';

const SECRET = 'ZQCANARYOTHER';

const patient = (id: string, family: string): Resource & { id: string } => ({
  ...{ resourceType: 'Patient', id, name: [{ family }], identifier: [{ system: 'urn:x', value: family }] },
  meta: { versionId: '1', lastUpdated: '2026-01-01T00:00:00Z' },
});

/** The same id at both customers, and one that only the other has. */
async function fill({ store }: Storage, { app }: TestServer): Promise<void> {
  const at = Date.UTC(2026, 0, 1);
  const put = (partition: string, resource: Resource & { id: string }) => ({
    key: { partition, type: 'Patient', id: resource.id },
    ...{ version: 1, at, deleted: false, method: 'PUT' as const, json: JSON.stringify(resource) },
    index: extract(resource, app.parts.registry, { localBases: [], updated: at }),
  });
  const puts = [
    put('demo', patient('shared', 'Own')),
    put('other', patient('shared', SECRET)),
    put('other', patient('apart', SECRET)),
  ];
  await store.commit({ puts });
}

describe('abuse: customers', () => {
  eachStorage((_name, open) => {
    let server: TestServer;
    let storage: Storage;
    before(async () => {
      storage = await open();
      server = await startTestServer({ storage, env: { PORTICO_CUSTOMERS: 'other' } });
      await fill(storage, server);
    });
    after(async () => {
      await server.close();
      await storage.store.close();
    });

    async function ask(client: string, base: string, path: string, method = 'GET', body?: unknown) {
      const response = await fetch(`${base}/${path}`, {
        method,
        headers: { authorization: `Bearer ${server.token(client)}`, 'content-type': 'application/fhir+json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    }
    const other = () => `${server.url}/fhir/customer/other`;

    it('[B44] [G16] a client of one customer is refused by the other, whatever is there', async () => {
      for (const client of ['demo-system', 'demo-ehr', 'demo-patient', 'demo-clinician']) {
        const answers = [];
        for (const path of ['Patient/apart', 'Patient/absent']) {
          const { status, text } = await ask(client, other(), path);
          assert.equal(status, 403, `${client} ${path}`);
          answers.push(text);
        }
        assert.equal(answers[0], answers[1]);
        for (const path of [
          'Patient',
          'Patient?_summary=count',
          '_history',
          '?_type=Patient',
          'Patient/shared/$everything',
        ]) {
          assert.equal((await ask(client, other(), path)).status, 403, `${client} ${path}`);
        }
      }
      assert.equal((await ask('demo-system', other(), 'Patient', 'POST', { resourceType: 'Patient' })).status, 403);
      assert.equal((await ask('demo-ehr', server.customer, 'Patient')).status, 403);
      assert.equal((await ask('demo-patient', server.customer, 'Patient')).status, 403);
    });

    it('[B44] nothing of another customer is found, counted, included or written over', async () => {
      const asked = (path: string) => ask('demo-system', server.customer, path);
      assert.equal((await asked('Patient/apart')).status, 404);
      assert.match((await asked('Patient/shared')).text, /Own/);
      const searches = [
        'Patient?_count=100',
        `Patient?name=${SECRET}`,
        `Patient?identifier=${SECRET}`,
        `Patient?_content=${SECRET}`,
      ];
      for (const path of [
        ...searches,
        'Patient?_id=apart',
        '?_type=Patient',
        '_history?_count=100',
        'Patient/shared/_history',
        'Patient/shared/$everything',
      ]) {
        const { status, text } = await asked(path);
        assert.equal(status, 200, `${path}: ${text}`);
        // A self link repeats what was asked.
        const found = text.replace(/"link":\[.*?\]/, '');
        assert.ok(!found.includes(SECRET) && !found.includes('Patient/apart'), path);
      }
      const { text } = await asked('Patient?_summary=count');
      const before = Number(/"total":(\d+)/.exec(text)?.[1]);
      const made = await ask('demo-system', server.customer, `Patient?identifier=urn:x|${SECRET}`, 'PUT', {
        resourceType: 'Patient',
        id: 'apart',
        name: [{ family: 'New' }],
      });
      assert.equal(made.status, 201, made.text);
      assert.equal(Number(/"total":(\d+)/.exec((await asked('Patient?_summary=count')).text)?.[1]), before + 1);
      const [kept] = await storage.store.read([{ partition: 'other', type: 'Patient', id: 'apart' }]);
      assert.match(kept?.json ?? '', new RegExp(SECRET));
      assert.equal((await ask('demo-system', server.portal, 'Patient/apart')).status, 404);
    });
  });
});
