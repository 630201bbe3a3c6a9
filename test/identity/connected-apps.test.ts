/** The page of the apps that a person has given access, and how they end it. */
import assert from 'node:assert/strict';
import { grantRecord } from '../../src/access/opaque.js';
import { secretHash } from '../../src/fhir/secret.js';
import { createTethers } from '../../src/identity/authorization-server/tethers.js';
import { documentedBy } from '../../src/observe/audit/writes.js';
import { CookieJar } from '../fixtures/cookie-jar.js';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { App } from './launch.js';
import { launchedBy } from './member-launch.js';
import { eachMembership, signIn, type Member } from './members.js';

const PATH = '/account/connected-apps';
const NARROW = 'openid fhirUser launch/patient patient/Observation.rs?category=';
const LABORATORY = 'http://terminology.hl7.org/CodeSystem/observation-category|laboratory';

eachMembership('connected apps', portal => {
  // Tries are counted for all members of one network.
  beforeEach(() => portal().world.advance(7 * 3600_000));

  const launch = (member: Member, scope?: string) => launchedBy(member, portal(), new CookieJar(), scope);
  const opened = async (member: Member): Promise<{ browser: PageVisitor; page: Page }> => {
    const browser = portal().visitor();
    await signIn(browser, member);
    const page = await browser.get(PATH);
    return { browser, page: { ...page, text: page.text.replace(/\s+/g, ' ') } };
  };
  /** What another app was granted, as the consent page writes it. */
  const grant = async (member: Member, client: string, scope = 'openid patient/Patient.rs'): Promise<void> => {
    const { server, world } = portal();
    const id = `grant of ${client} ${member.account}`;
    const details = { account: member.account, client, scope, context: {}, fhirUser: member.account };
    await server.app.grants.write(id, { ...details, at: world.clock.now() });
    const document = { ...grantRecord(secretHash(id)), value: {}, keys: { subject: member.account, client } };
    await portal().storage.records.write({ op: 'put', document });
  };

  it('[PKB-2] [RN-14] lists and ends what the organization let a partner see of the own record, with the reason', async () => {
    const { storage, world, server } = portal();
    const dana = await portal().member();
    const tethers = createTethers({ ...storage, ...world, grants: server.app.grants, audit: documentedBy(world) });
    const patient = dana.patient.slice('Patient/'.length);
    await tethers.make({ client: 'a-partner', patient, scope: 'patient/*.rs', reason: 'Care at home' });
    const { browser, page } = await opened(dana);
    assert.match(page.text, /Your care provider has given it access. The reason: <bdi>Care at home<\/bdi>/);
    await browser.send(page, {}, '/account/end-app');
    assert.equal(await tethers.of('a-partner', patient), undefined);
  });

  it('[RN-14] lists each app once: whose record, what of it, since when, when it was last used', async () => {
    const { world } = portal();
    const dana = await portal().member();
    assert.match((await opened(dana)).page.text, /You have not let any app see your record/);
    const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' });
    const since = day.format(world.clock.now());
    await launch(dana, 'openid fhirUser offline_access launch/patient patient/Observation.rs patient/Task.cruds');
    world.advance(3 * 24 * 3600_000);
    await launch(dana, 'openid fhirUser launch/patient patient/Patient.rs');
    const used = day.format(world.clock.now());
    const { page } = await opened(dana);
    assert.equal([...page.text.matchAll(/<form method="post" action="\/account\/end-app/g)].length, 1);
    assert.ok(page.text.includes(`Since ${since} · last used on ${used}`), page.text);
    assert.match(page.text, /keeps its access while you are away/);
    assert.match(page.text, /<bdi>Dana F/);
    for (const what of [
      'Measurements and test results: see',
      'Tasks and requests: see',
      'Name, birth date, address: see',
    ])
      assert.ok(page.text.includes(what), what);
  });

  it('[RN-14] a refresh is a use', async () => {
    const { world, server } = portal();
    const dana = await portal().member();
    const tokens = await launch(dana, 'openid fhirUser offline_access launch/patient patient/*.rs');
    const [before] = await server.app.grants.list(dana.account);
    world.advance(2 * 24 * 3600_000);
    const fields = { grant_type: 'refresh_token', client_id: 'demo-app' };
    const refreshed = await new App(server).token({ ...fields, refresh_token: String(tokens['refresh_token']) });
    assert.equal(refreshed.status, 200);
    const [after] = await server.app.grants.list(dana.account);
    assert.equal(after?.at, before?.at);
    assert.ok((after?.used ?? 0) - (before?.used ?? 0) >= 2 * 24 * 3600_000);
  });

  it('[A27] [D03] its end binds the next request, for all that the app was granted, and for no other app', async () => {
    const { server } = portal();
    const dana = await portal().member();
    const other = await portal().member();
    const app = new App(server);
    const staying = await launch(dana, 'openid fhirUser offline_access launch/patient patient/*.rs');
    const tokens = await launch(dana);
    const others = await launch(other);
    await grant(dana, 'some-other-app');
    const { browser, page } = await opened(dana);
    const form = page.text.split('<li><h2>').find(entry => entry.includes('value="demo-app"')) ?? '';
    const ended = await browser.send({ ...page, text: form }, {});
    assert.match(ended.text, /The access has ended/);
    for (const token of [staying['access_token'], tokens['access_token']])
      assert.equal(await app.read(token, dana.patient), 401);
    const fields = { grant_type: 'refresh_token', client_id: 'demo-app' };
    assert.equal((await app.token({ ...fields, refresh_token: String(staying['refresh_token']) })).status, 400);
    assert.equal(await app.read(others['access_token'], other.patient), 200);
    const left = await server.app.grants.list(dana.account);
    assert.deepEqual(
      left.map(({ client }) => client),
      ['some-other-app'],
    );
    assert.match(ended.text, /some-other-app/);
    assert.equal((await browser.send({ ...page, text: form }, {})).status, 200, 'a retry');
    assert.equal(await app.read((await launch(dana))['access_token'], dana.patient), 200, 'connected anew');
  });

  it('[C17] nobody ends an app without the token of the form, a session, or for somebody else', async () => {
    const { server, visitor } = portal();
    const dana = await portal().member();
    const tokens = await launch(dana);
    const still = async () => new App(server).read(tokens['access_token'], dana.patient);
    const { browser } = await opened(dana);
    const body = new URLSearchParams({ app: 'demo-app' });
    const own = { origin: new URL(server.url).origin, 'sec-fetch-site': 'same-origin' };
    assert.equal((await browser.request('/account/end-app', { method: 'POST', body, headers: own })).status, 403);
    assert.equal(await still(), 200);
    const stranger = visitor();
    const signInPage = await stranger.get(PATH);
    assert.match(signInPage.text, /name="password"/);
    const [, form = ''] = /name="form" value="([^"]*)"/.exec(signInPage.text) ?? [];
    const sent = new URLSearchParams({ app: 'demo-app', form });
    assert.equal(
      (await stranger.request('/account/end-app', { method: 'POST', body: sent, headers: own })).status,
      303,
    );
    assert.equal(await still(), 200);
    const other = await portal().member();
    await launch(other);
    const theirs = await opened(other);
    assert.match((await theirs.browser.send(theirs.page, {}, '/account/end-app')).text, /The access has ended/);
    assert.equal(await still(), 200, 'of another account');
  });

  it('[G14] [E04] a name is text, however an app calls itself; what people cannot read is shown as it is', async () => {
    const dana = await portal().member();
    const name = '"><script>alert(1)</script>';
    await grant(dana, name, `${NARROW}${LABORATORY} patient/Flag.rs patient/Communication.$mark-read`);
    const { page } = await opened(dana);
    assert.ok(!page.text.includes('<script>alert'));
    assert.match(page.text, /Measurements and test results \(Laboratory results\): see/);
    assert.match(page.text, /<bdi dir="ltr">Flag<\/bdi>: see/);
    assert.match(page.text, /Messages: add and change/);
  });
});
