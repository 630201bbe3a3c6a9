/** Two servers on one store: what the one takes away, the other no longer gives. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/fhir/clock.js';
import type { Storage } from '../../src/store/port.js';
import { openSqlite } from '../../src/store/sqlite/open.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { nameOf, resourcesOf, sharedResources } from './two-patients.js';
import { FIRST, seed } from './ward.js';

const relation = `RelatedPerson/${nameOf(FIRST, 'RelatedPerson')}`;
const helper = {
  ...{ resourceType: 'Person', id: 'zq-helper', active: true },
  link: [{ target: { reference: relation } }],
};

describe('abuse: two processes on one SQLite file', () => {
  let folder: string;
  let storages: Storage[];
  let servers: TestServer[];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-test-'));
    storages = [];
    servers = [];
    for (let at = 0; at < 2; at++) {
      const storage = await openSqlite(join(folder, 'portico.db'), systemClock);
      storages.push(storage);
      servers.push(await startTestServer({ storage }));
    }
    await seed(servers[0]!, [...sharedResources(), ...resourcesOf(FIRST), helper]);
  });
  after(async () => {
    for (const server of servers) await server.close();
    for (const { store } of storages) await store.close();
    await rm(folder, { recursive: true });
  });

  /** One token for each: what it came to is remembered, so that a change has to be noticed. */
  const tokens = new Map<string, string>();
  const held = (server: TestServer, client: string, person: string | undefined): string => {
    const name = [server.url, client, person].join();
    const token = tokens.get(name) ?? server.token(client, person);
    tokens.set(name, token);
    return token;
  };

  async function ask(
    server: TestServer,
    client: string,
    person: string | undefined,
    method: string,
    path: string,
    body?: unknown,
  ) {
    const token = held(server, client, person);
    const response = await fetch(`${server.portal}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }
  const change = async (server: TestServer, name: string, more: object): Promise<void> => {
    const { text } = await ask(server, 'demo-system', undefined, 'GET', name);
    const { status } = await ask(server, 'demo-system', undefined, 'PUT', name, {
      ...(JSON.parse(text) as object),
      ...more,
    });
    assert.equal(status, 200, name);
  };

  it('[D03] [D04] a proxy or a role that one takes away ends at the next request to the other', async () => {
    const [one, two] = servers as [TestServer, TestServer];
    const proxy = async (server: TestServer) =>
      (await ask(server, 'demo-patient', 'Person/zq-helper', 'GET', `Patient/${FIRST}`)).status;
    const agent = async (server: TestServer) =>
      (await ask(server, 'demo-agent', undefined, 'GET', `Patient/${FIRST}`)).status;
    for (let round = 0; round < 5; round++) {
      const [writer, reader] = round % 2 === 0 ? [one, two] : [two, one];
      assert.deepEqual([await proxy(reader), await agent(reader)], [200, 200]);
      await change(writer, relation, { active: false });
      assert.equal(await proxy(reader), 404);
      await change(writer, 'PractitionerRole/demo-agent-agent', { active: false });
      assert.equal(await agent(reader), 403);
      await change(writer, relation, { active: true });
      await change(writer, 'PractitionerRole/demo-agent-agent', { active: true });
    }
    assert.deepEqual([await proxy(one), await agent(two)], [200, 200]);
  });
});
