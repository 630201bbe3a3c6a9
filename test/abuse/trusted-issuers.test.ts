/** Tokens of a trusted issuer (PORTICO_ISSUERS), as production has them: no demo mode, no development issuer. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { internalPosting } from '../../src/access/internal-posting.js';
import { eachStorage } from '../fixtures/storages.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import type { Storage } from '../../src/store/port.js';
import { putOf } from '../fixtures/storage-samples.js';

const ISSUER = 'https://login.example.org';
const AUDIENCE = 'https://portal.example.org';

const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k1' }];
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(claims: object = {}, head: object = {}, key: KeyObject = own.privateKey): string {
  const now = Math.floor(Date.now() / 1000);
  const usual = { iss: ISSUER, aud: AUDIENCE, sub: 'u1', client_id: 'any-app', iat: now, exp: now + 600 };
  const payload = { ...usual, fhirUser: 'Patient/p1', scope: 'patient/*.rs', ...claims };
  const text = `${part({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...head })}.${part(payload)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const person = (id: string) => {
  const json = JSON.stringify({ resourceType: 'Patient', id, meta: { versionId: '1' }, active: true });
  return {
    ...putOf('portal', `Patient/${id}`, { postings: [internalPosting('Patient', 'own', `Patient/${id}`)] }),
    json,
  };
};

describe('abuse: tokens of trusted issuers', () => {
  eachStorage((_name, open) => {
    let server: TestServer;
    let storage: Storage;
    before(async () => {
      storage = await open();
      await storage.store.commit({ puts: [person('p1'), person('p2')] });
      const issuers = JSON.stringify([{ issuer: ISSUER, audience: AUDIENCE, jwks: { keys } }]);
      const env = { PORTICO_DEMO: '0', PORTICO_ISSUERS: issuers, PORTICO_CUSTOMERS: 'demo' };
      server = await startTestServer({ storage, env });
    });
    after(async () => {
      await server.close();
      await storage.store.close();
    });

    async function statusOf(bearer: string, path = 'Patient/p1', base = server.portal): Promise<number> {
      const response = await fetch(`${base}/${path}`, { headers: { authorization: `Bearer ${bearer}` } });
      await response.arrayBuffer();
      return response.status;
    }

    it('[A06] are good at the portal for the person they name, whatever the app is called', async () => {
      assert.equal(await statusOf(token()), 200);
      assert.equal(await statusOf(token({ client_id: 'another-app' })), 200);
    });

    it('[A06] are refused for another audience, the issuer itself among them', async () => {
      for (const aud of ['https://other.example', ISSUER, [AUDIENCE, ISSUER], []]) {
        assert.equal(await statusOf(token({ aud })), 401, JSON.stringify(aud));
      }
    });

    it('[A05] are refused from another issuer, by another key and of another name of the key', async () => {
      assert.equal(await statusOf(token({ iss: 'https://evil.example' })), 401);
      assert.equal(await statusOf(token({}, {}, other.privateKey)), 401);
      assert.equal(await statusOf(token({}, { kid: 'k2' })), 401);
    });

    it('[A05] make nobody a system: its scopes are left out', async () => {
      assert.equal(await statusOf(token({ scope: 'system/*.cruds' })), 403);
      assert.equal(await statusOf(token({ scope: 'system/*.cruds', fhirUser: undefined })), 401);
      assert.equal(await statusOf(token({ client_id: 'demo-system', fhirUser: undefined })), 401);
    });

    it("[A05] open no customer's endpoint", async () => {
      assert.equal(await statusOf(token(), 'Patient/p1', server.customer), 403);
    });

    it('[H08] the page for everybody names no customer, and shows no mail that waits in a folder', async () => {
      const mail = ['To: ned@example.org', 'Subject: ZQSUBJECT', '', 'ZQTEXT'].join('\r\n');
      await mkdir(join(server.folder, 'mail'), { recursive: true });
      await writeFile(join(server.folder, 'mail', 'zq-mail.eml'), mail);
      const page = await (await fetch(server.url)).text();
      assert.match(page, /fhir\/portal/);
      assert.ok(!/customer\/demo|ZQSUBJECT|zq-mail/.test(page), page);
      for (const path of ['mail/zq-mail', 'mail/zq-mail/html'])
        assert.equal((await fetch(`${server.url}/${path}`)).status, 404, path);
    });

    it('[A05] beside them nobody is believed: no development issuer, no page that gives tokens', async () => {
      assert.equal(await statusOf(server.token('demo-system')), 401);
      assert.equal(await statusOf(server.token('demo-patient', 'Patient/p1')), 401);
    });
  });
});
