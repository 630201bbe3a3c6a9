/** Two processes on one store: what is good once is good once for both, and what is counted is counted by both. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMailbox } from '../../src/delivery/mailbox.js';
import { openSqlite } from '../../src/store/sqlite/open.js';
import type { Storage } from '../../src/store/port.js';
import { CookieJar } from '../fixtures/cookie-jar.js';
import { pageVisitor, type Page, type PageVisitor } from '../fixtures/page-visitor.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { testWorld } from '../fixtures/world.js';
import { post } from '../identity/launch.js';
import { launchedBy, SCOPE } from '../identity/member-launch.js';
import { codeOf, configure, PASSWORD, portalOf, signIn, type Member, type Portal } from '../identity/members.js';
import { assertion, JWT_BEARER, keyPair, register, system } from '../identity/registering.js';
import { parameters, stranger } from '../portal/journey.js';

const isIn = ({ text }: { text: string }): boolean => text.includes('You are signed in');

describe('faults: one-time things in two processes', () => {
  const world = testWorld();
  let folder: string;
  let storages: Storage[];
  let servers: [TestServer, TestServer];
  let portal: Portal;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-test-'));
    const open = () => openSqlite(join(folder, 'portico.db'), world.clock);
    storages = [await open(), await open()];
    const [storage, another] = storages as [Storage, Storage];
    const one = await startTestServer({ storage, world });
    // Both are one deployment, at one public address.
    const two = await startTestServer({ storage: another, world, env: { PORTICO_URL: one.url } });
    servers = [one, two];
    portal = portalOf(one, storage, world, 'demo');
  });
  after(async () => {
    for (const server of servers) await server.close();
    for (const { store } of storages) await store.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => world.advance(7 * 3600_000));

  const server = (at: number): TestServer => servers[at % 2 === 0 ? 0 : 1];
  const browser = (at: number): PageVisitor => pageVisitor(server(at).url);
  /** The same at both processes at once, so many times. */
  const atBoth = <T>(count: number, work: (at: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, at) => work(at)));
  /** Either process may have sent an e-mail. */
  const mails = async (to: string): Promise<{ subject: string; text: string }[]> => {
    for (const { app } of servers) await app.identity.requests.idle();
    for (const { app } of servers) await app.dispatcher.idle();
    const all = await Promise.all(
      servers.map(async one => {
        const box = openMailbox(join(one.folder, 'mail'));
        const found = (await box.list(200)).filter(mail => mail.to === to);
        return Promise.all(
          found.map(async ({ id, subject = '' }) => ({ subject, text: (await box.read(id))?.text ?? '' })),
        );
      }),
    );
    return all.flat();
  };
  const member = async (): Promise<Member> => {
    const one = await portal.member();
    await mails(one.email);
    return one;
  };
  const fhir = (at: number, path: string) =>
    fetch(`${server(at).portal}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server(at).token('demo-system')}` },
    });

  it('[R17 fault] [C02] an invitation gives one account, whoever redeems it where', async () => {
    const person = stranger();
    await portal.fhir('demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const [, code = ''] = /invitation#([0-9A-Z-]+)/.exec((await mails(person.email)).at(-1)?.text ?? '') ?? [];
    const { birthDate } = person;
    const visitors = await atBoth(6, async at => {
      const one = browser(at);
      return { one, page: await one.send(await one.get('/invitation'), { code, birthDate }) };
    });
    const answers = await Promise.all(
      visitors.map(({ one, page }, at) =>
        one.send(page, { userName: `${person.family}.${at}`, password: PASSWORD, again: PASSWORD }),
      ),
    );
    assert.equal(answers.filter(({ text }) => text.includes('Your account is ready')).length, 1);
  });

  it('[R17 fault] [C04] a code signs in once, with the same browser at both', async () => {
    await configure(portal, { 'second-factor': { valueCode: 'required' } });
    const dana = await member();
    const first = browser(0);
    const page = await signIn(first, dana);
    const code = codeOf((await mails(dana.email)).filter(({ subject }) => subject === 'Your code to sign in'));
    const twins = [0, 1].map(at => {
      const twin = browser(at);
      for (const [name, value] of first.cookies) twin.cookies.set(name, value);
      return twin;
    });
    const answers: Page[] = await Promise.all(twins.map(twin => twin.send(page, { code }, '/sign-in/code')));
    await configure(portal, { 'second-factor': { valueCode: 'optional' } });
    assert.equal(answers.filter(isIn).length, 1);
  });

  it('[R17 fault] [A20] a refresh token is rotated once; used again later its grant ends at both, and is told once', async () => {
    const dana = await member();
    const tokens = await launchedBy(dana, portal, new CookieJar(), `${SCOPE} offline_access`);
    const fields = {
      grant_type: 'refresh_token',
      client_id: 'demo-app',
      refresh_token: String(tokens['refresh_token']),
    };
    const refresh = (at: number) => post(`${server(at).url}/oauth/token`, new URLSearchParams(fields));
    const all = await atBoth(8, refresh);
    assert.equal(all.filter(({ status }) => status === 200).length, 1);
    world.advance(6000);
    assert.ok((await atBoth(6, refresh)).every(({ status }) => status === 400));
    const access = String(all.find(({ status }) => status === 200)?.body['access_token']);
    for (const at of [0, 1]) {
      const headers = { authorization: `Bearer ${access}` };
      assert.equal((await fetch(`${server(at).portal}/${dana.patient}`, { headers })).status, 401);
    }
    const told = (await mails(dana.email)).filter(({ subject }) => subject === 'The access of an app has ended');
    assert.equal(told.length, 1);
  });

  it('[R17 fault] [A23] an assertion is taken once', async () => {
    const keys = await keyPair('ES384');
    const client = system({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [keys.publicJwk] } });
    const { body } = await register(servers[0], client);
    const endpoint = `${servers[0].url}/oauth/token`;
    const client_assertion = await assertion(String(body['client_id']), endpoint, keys);
    const fields = { grant_type: 'client_credentials', scope: 'system/Patient.rs', client_assertion };
    const sent = new URLSearchParams({ ...fields, client_assertion_type: JWT_BEARER });
    const all = await atBoth(8, at => post(`${server(at).url}/oauth/token`, sent));
    assert.equal(all.filter(({ status }) => status === 200).length, 1);
  });

  it('[R17 fault] [C22] wrong passwords are counted by both together', async () => {
    const dana = await member();
    for (let at = 0; at < 5; at++) {
      const { status } = await signIn(browser(at), { ...dana, password: 'some other password' });
      assert.equal(status, 401);
    }
    for (const at of [0, 1]) assert.equal((await signIn(browser(at), dana)).status, 429);
  });

  it('[R49 fault] a request that both may look into is answered once; what is sent again at both is sent once', async () => {
    const dana = await member();
    const asking = browser(0);
    await asking.send(await asking.get('/password-reset'), { name: dana.userName });
    const codes = (await mails(dana.email)).filter(({ subject }) => subject === 'Your code for a new password');
    assert.equal(codes.length, 1);
    const person = stranger();
    await portal.fhir('demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const invitations = async () => (await mails(person.email)).length;
    assert.equal(await invitations(), 1);
    const query = 'Task?code=invitation&_sort=-_lastUpdated&_count=1';
    const found = await portal.fhir('demo-system', 'GET', query);
    const [{ resource }] = found['entry'] as [{ resource: { id: string } }];
    const answers = await atBoth(4, at => fhir(at, `Task/${resource.id}/$resend`));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(await invitations(), 2);
  });
});
