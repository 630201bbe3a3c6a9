/** Small leaks: contacts of other proxies, codes that stay in a file, demo pages under a foreign name. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Bundle, RelatedPerson } from 'fhir/r4.js';
import { eachPortal, parameters, stranger, type Caller, type Journey } from '../portal/journey.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';

const system: Caller = 'demo-system';

async function proxyOf(journey: Journey, patient: string, email: string): Promise<{ related: string; caller: Caller }> {
  const { body } = await journey.expect(201, system, 'POST', 'RelatedPerson', {
    resourceType: 'RelatedPerson',
    active: true,
    patient: { reference: patient },
    name: [{ family: 'Proxy' }],
    telecom: [{ system: 'email', value: email }],
    address: [{ text: `1 ${email} Street` }],
  });
  const related = `RelatedPerson/${String(body.id)}`;
  const link = [{ target: { reference: related } }];
  const account = { resourceType: 'Person', active: true, link, name: [{ family: 'Proxy' }] };
  const person = await journey.expect(201, system, 'POST', 'Person', account);
  return { related, caller: `demo-patient as Person/${String(person.body.id)}` };
}

describe('abuse: small leaks', () => {
  eachPortal(journey => {
    it('[B37] two proxies of one patient know of each other, and not where to reach each other', async () => {
      const patient = await journey().expect(201, system, 'POST', 'Patient', {
        resourceType: 'Patient',
        active: true,
        name: [{ family: 'Principal' }],
      });
      const principal = `Patient/${String(patient.body.id)}`;
      const one = await proxyOf(journey(), principal, 'one.proxy@example.org');
      const other = await proxyOf(journey(), principal, 'other.proxy@example.org');
      const own = await journey().expect(200, one.caller, 'GET', one.related);
      assert.ok(own.text.includes('one.proxy@example.org'), 'one’s own');
      for (const path of [
        other.related,
        `${other.related}/_history/1`,
        `${other.related}/_history`,
        `RelatedPerson?patient=${principal}`,
        `Patient?_id=${principal.slice('Patient/'.length)}&_revinclude=RelatedPerson:patient`,
        `${principal}/$everything`,
      ]) {
        const { text } = await journey().expect(200, one.caller, 'GET', path);
        assert.ok(text.includes('RelatedPerson'), path);
        assert.ok(!text.includes('other.proxy'), path);
      }
      for (const query of [
        'email=other.proxy@example.org',
        'telecom=other.proxy@example.org',
        'address=1',
        '_content=proxy',
      ]) {
        const { status } = await journey().call(one.caller, 'GET', `RelatedPerson?${query}`);
        assert.ok(status === 403 || status === 400, `${query} ${status}`);
      }
      const chained = await journey().call(
        one.caller,
        'GET',
        'Patient?_has:RelatedPerson:patient:email=other.proxy@example.org',
      );
      assert.equal(chained.status, 403);
      const { body } = await journey().expect(200, system, 'GET', `RelatedPerson?patient=${principal}`);
      const all = ((body as unknown as Bundle<RelatedPerson>).entry ?? []).map(
        ({ resource }) => resource?.telecom?.length,
      );
      assert.deepEqual(all, [1, 1], 'a system sees them');
    });
  });

  describe('on a disk', () => {
    let server: TestServer;
    const startOnDisk = (): Promise<TestServer> => {
      const path = join(mkdtempSync(join(tmpdir(), 'portico-leaks-')), 'portico.db');
      return startTestServer({ env: { PORTICO_STORE: `sqlite:${path}` } });
    };
    before(async () => {
      server = await startOnDisk();
    });
    after(() => server.close());

    const post = (path: string, body: object, token?: string): Promise<Response> =>
      fetch(`${server.portal}/${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/fhir+json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      });

    function ask(path: string, host: string, method = 'GET'): Promise<{ status: number; text: string }> {
      const { port } = new URL(server.url);
      return new Promise((resolve, reject) => {
        const sent = request({ host: '127.0.0.1', port, path, method, headers: { host } }, response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          );
        });
        sent.on('error', reject);
        sent.end();
      });
    }

    it('[C01] a code that was sent and redeemed stands in no file of the store any more', async () => {
      const person = stranger();
      const invited = await post('Patient/$invite', parameters(person), server.token('demo-ehr'));
      assert.equal(invited.status, 201);
      await server.app.dispatcher.idle();
      const mails = readdirSync(join(server.folder, 'mail')).map(file =>
        readFileSync(join(server.folder, 'mail', file), 'utf8'),
      );
      const code = mails
        .map(mail => /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){7}/.exec(mail)?.[0])
        .find(found => found !== undefined);
      assert.ok(code);
      const redeemed = await post('Patient/$redeem-invitation', parameters({ code, birthDate: person.birthDate }));
      assert.equal(redeemed.status, 201);
      const { store } = server.app.config;
      const folder = dirname(store.kind === 'sqlite' ? store.path : '');
      await server.close();
      const files = readdirSync(folder);
      assert.ok(files.includes('portico.db'));
      for (const file of files) assert.ok(!readFileSync(join(folder, file)).includes(code), file);
      rmSync(folder, { recursive: true });
      server = await startOnDisk();
    });

    it('demo pages show e-mails, and tokens are made, for readers who name this server alone', async () => {
      await post('Patient/$invite', parameters(stranger()), server.token('demo-ehr'));
      await server.app.dispatcher.idle();
      const [file = ''] = readdirSync(join(server.folder, 'mail'));
      const mail = `/mail/${file.replace(/\.eml$/, '')}`;
      assert.equal((await ask(mail, '127.0.0.1:8080')).status, 200);
      assert.equal((await ask(mail, 'localhost')).status, 200);
      for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:8080']) {
        assert.equal((await ask(mail, host)).status, 404, host);
        assert.equal((await ask(`${mail}/html`, host)).status, 404, host);
        const { status, text } = await ask('/', host);
        assert.equal(status, 200);
        assert.ok(!text.includes(mail), host);
        assert.equal((await ask('/development/token', host, 'POST')).status, 400, host);
      }
    });
  });
});
