/**
 * Non-interference: a patient's token gets the same answers whether or not another patient is there. Types ×
 * interactions × parameters, all as declared; on Mongo, which is slow to ask, a sample that has each kind of request.
 */
import assert from 'node:assert/strict';
import type { CapabilityStatement } from 'fhir/r4.js';
import type { Storage } from '../../src/store/port.js';
import type { TestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';
import { canary, serverWith } from './two-patients.js';
import { directAttempts, sampleOf, searchAttempts, type Attempt } from './walk.js';

const FIRST = 'zqone';
const SECOND = 'zqtwo';
type Server = TestServer & { storage: Storage };

interface Answer {
  status: number;
  text: string;
}

async function ask(server: TestServer, token: string, { method, path, headers = {}, body }: Attempt): Promise<Answer> {
  const response = await fetch(`${server.portal}${path === '' || path.startsWith('?') ? '' : '/'}${encodeURI(path)}`, {
    method,
    headers: { ...headers, authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, text: comparable(server, response.headers, await response.text()) };
}

/** Without what differs from server to server and from call to call. */
function comparable({ url }: TestServer, headers: Headers, text: string): string {
  const told = ['etag', 'last-modified', 'location', 'content-type', 'www-authenticate', 'allow', 'x-progress'];
  return [...told.map(name => headers.get(name)), text]
    .join('\n')
    .replaceAll(url, '')
    .replaceAll(/_page=[\w.-]+/g, '_page=')
    .replaceAll(/id-\d+/g, 'id');
}

describe('two patients', () => {
  eachStorage((name, open) => {
    const some = (attempts: Attempt[]): Attempt[] => (name === 'mongo' ? sampleOf(attempts) : attempts);
    let both: Server;
    let alone: Record<string, Server>;
    let statement: CapabilityStatement;

    before(async () => {
      both = await serverWith([FIRST, SECOND], open);
      alone = { [FIRST]: await serverWith([FIRST], open), [SECOND]: await serverWith([SECOND], open) };
      statement = (await (await fetch(`${both.portal}/metadata`)).json()) as CapabilityStatement;
    });
    after(async () => {
      for (const server of [both, ...Object.values(alone)]) {
        await server.close();
        await server.storage.store.close();
      }
    });

    /** The attempts that are answered differently where the other is there, with both answers. */
    async function differences(client: string, self: string, list: readonly Attempt[]): Promise<string[]> {
      const without = alone[self];
      assert.ok(without);
      const token = (server: TestServer) =>
        client === 'demo-patient' ? server.token(client, `Person/${self}-Person`) : server.token(client);
      const [seeing, blind] = [token(both), token(without)];
      const told: string[] = [];
      const compare = async (attempt: Attempt) => {
        const [one, two] = await Promise.all([ask(both, seeing, attempt), ask(without, blind, attempt)]);
        const title = `${attempt.method} ${attempt.path}`;
        assert.ok(one.status < 500, `${title}: ${one.status} ${one.text}`);
        if (one.status !== two.status || one.text !== two.text) {
          told.push(`${title}\n${one.status} ${one.text}\n${two.status} ${two.text}`);
        }
      };
      const rest = [...list];
      const worker = async () => {
        for (let next = rest.shift(); next; next = rest.shift()) await compare(next);
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      return told;
    }

    for (const [self, other] of [
      [FIRST, SECOND],
      [SECOND, FIRST],
    ] as const) {
      it(`[B01] [B02] [B17] [B19] [B20] ${self} tries the resources of ${other}, and learns nothing`, async () => {
        assert.deepEqual(await differences('demo-patient', self, some(directAttempts(statement, other))), []);
      });
    }

    it('[B37] [B03] [B05] [B06] [B07] [B08] [B11] [B34] searches all that is declared, and learns nothing', async () => {
      assert.deepEqual(await differences('demo-patient', FIRST, some(searchAttempts(statement, SECOND))), []);
      if (name === 'mongo') return;
      assert.deepEqual(await differences('demo-patient', SECOND, sampleOf(searchAttempts(statement, FIRST))), []);
    });

    it('sees the own data on the way', async () => {
      const token = both.token('demo-patient', `Person/${FIRST}-Person`);
      const asked = (path: string) => ask(both, token, { kind: '', method: 'GET', path });
      for (const type of [
        'Patient',
        'RelatedPerson',
        'Person',
        'Communication',
        'Task',
        'DocumentReference',
        'Observation',
      ]) {
        const { text } = await asked(type);
        assert.ok(text.includes(canary(FIRST)), type);
        assert.match(text, /"total":1\b/, type);
        assert.ok(!text.includes(canary(SECOND)), type);
      }
      for (const [query, total] of [
        ['Practitioner?_contained=true', 1],
        ['Practitioner?_contained=true&_containedType=contained', 1],
        ['Organization?_contained=true', 1],
        ['Organization?_contained=true&_containedType=contained', 2],
        [`Observation?derived-from:DocumentReference.patient=${FIRST}`, 1],
        ['Patient?_has:DocumentReference:patient:_id=note', 1],
      ] as const) {
        const { text } = await asked(query);
        assert.match(text, new RegExp(`"total":${total}\\b`), query);
        assert.ok(text.includes(canary(FIRST)) && !text.includes(canary(SECOND)), query);
      }
      const system = both.token('demo-system');
      for (const [query, total] of [
        ['Organization?name=common&_contained=true&_containedType=contained', 2],
        ['Organization?name=common&_contained=true', 2],
        ['PractitionerRole?organization.name=commoner', 1],
      ] as const) {
        assert.match((await asked(query)).text, /"total":0\b/, `what the directory contains is hidden: ${query}`);
        const { text } = await ask(both, system, { kind: '', method: 'GET', path: query });
        assert.match(text, new RegExp(`"total":${total}\\b`), query);
      }
      for (const path of [`Binary/${FIRST}-Binary`, `Binary/${FIRST}-attachment`]) {
        assert.equal((await asked(path)).status, 200, path);
      }
      for (const path of [`Task/${FIRST}-work`, `AuditEvent/${FIRST}-AuditEvent`]) {
        assert.ok((await asked(path)).status >= 403, path);
      }
    });

    it('would notice: the same requests tell a system of the other', async () => {
      const telling = searchAttempts(statement, SECOND).filter(({ kind }) => !['_list=x', '_tag'].includes(kind));
      const list = telling.filter(({ path }) => /^(Patient|Observation)\?/.test(path) && !path.includes('AuditEvent'));
      const told = await differences('demo-system', FIRST, sampleOf(list));
      assert.ok(told.length > sampleOf(list).length / 5, `${told.length} of ${sampleOf(list).length}`);
    });
  });
});
