/** Who must have a second factor: members by one setting, staff by their roles. */
import assert from 'node:assert/strict';
import { generate } from 'otplib';
import { CookieJar } from '../fixtures/cookie-jar.js';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { softwareAuthenticator } from '../fixtures/software-authenticator.js';
import { App } from './launch.js';
import { launchedBy, SCOPE } from './member-launch.js';
import { codeOf, configure, eachMembership, signIn, token, type Portal } from './members.js';
import { holder, isIn, optionsIn, originOf, whoIsIn } from './passkeys.js';
import { unreachableStaff } from './unreachable-staff.js';

const SESSION = 'portico-session';
const SET_UP = /Set up a second step/;

const members = (portal: Portal, rule: string) => configure(portal, { 'second-factor': { valueCode: rule } });
const roles = (portal: Portal, ...codes: string[]) => configureRoles(portal, codes);

async function configureRoles({ fhir }: Portal, codes: readonly string[]): Promise<void> {
  const path = 'Basic/portal-configuration';
  const body = await fhir('demo-system', 'GET', path);
  const url = 'https://portico.health/fhir/StructureDefinition/portal-settings';
  const extension = codes.map(valueCode => ({ url: 'second-factor-role', valueCode }));
  const match = { 'if-match': `W/"${(body['meta'] as { versionId: string }).versionId}"` };
  await fhir('demo-system', 'PUT', path, { ...body, extension: [{ url, extension }] }, match);
}

/** The app's first code. */
async function proveApp(portal: Portal, browser: PageVisitor, page: Page): Promise<Page> {
  const proposed = await browser.send(page, {}, '/sign-in/set-up/app');
  const [, secret = ''] = /name="secret" value="([A-Z2-7]+)"/.exec(proposed.text) ?? [];
  const code = await generate({ secret, epoch: Math.floor(portal.world.clock.now() / 1000) });
  return browser.send(proposed, { code }, '/sign-in/set-up/app-code');
}

eachMembership('who must have a second factor', portal => {
  beforeEach(() => portal().world.advance(3_600_000));
  // Every other setting is its default again.
  afterEach(() => members(portal(), 'optional'));

  it('[RN-15] [RN-24] staff by role: who holds a role that needs one is asked, all others choose', async () => {
    await roles(portal(), 'configuration-manager', 'healthcare-administrator');
    const telecom = [{ system: 'email', value: `${token()}@clinic.example.org` }];
    const nurse = await unreachableStaff(portal(), ['workbench-user', 'clinician'], telecom);
    const keeper = await unreachableStaff(portal(), ['workbench-user', 'configuration-manager'], telecom);
    assert.equal(isIn(await signIn(portal().visitor(), nurse)), true);
    assert.match((await signIn(portal().visitor(), keeper)).text, /One more step/);
    await members(portal(), 'optional');
    assert.match((await signIn(portal().visitor(), nurse)).text, /One more step/);
  });

  it('[RN-15] [D03] a role that has ended needs none; one that begins binds the next page', async () => {
    await roles(portal(), 'auditor');
    const nurse = await unreachableStaff(portal());
    const browser = portal().visitor();
    assert.equal(isIn(await signIn(browser, nurse)), true);
    const role = (active: boolean, method = 'POST', path = 'PractitionerRole', more = {}) =>
      portal().fhir('demo-system', method, path, {
        ...{ resourceType: 'PractitionerRole', active, practitioner: { reference: nurse.account }, ...more },
        code: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/role', code: 'auditor' }] }],
      });
    const { id } = await role(true);
    assert.match((await browser.get('/account')).text, /name="password"/);
    assert.match((await signIn(portal().visitor(), nurse)).text, SET_UP);
    await role(false, 'PUT', `PractitionerRole/${String(id)}`, { id });
    assert.equal(isIn(await signIn(portal().visitor(), nurse)), true);
  });

  it('[RN-24] a role that does not exist is no setting', async () => {
    await assert.rejects(() => roles(portal(), 'night-watch'), /422|400/);
  });

  it('[RN-15] [R126] a session without second factor ends where one becomes due, also for an app that waits', async () => {
    const dana = await portal().member();
    const browser = portal().visitor();
    await signIn(browser, dana);
    const jar = new CookieJar();
    await launchedBy(dana, portal(), jar);
    const app = new App(portal().server);
    const mayAllow = async () => (await app.ask({ jar, scope: SCOPE })).shown.text.includes('value="allow"');
    assert.equal(await mayAllow(), true);
    await members(portal(), 'required');
    assert.equal(await mayAllow(), false);
    assert.deepEqual(await whoIsIn(portal(), browser), [undefined, undefined]);
    assert.match((await browser.get('/account')).text, /name="password"/);
    const page = await signIn(browser, dana);
    await browser.send(page, { code: codeOf(await portal().mails(dana.email)) }, '/sign-in/code');
    assert.deepEqual(await whoIsIn(portal(), browser), [dana.account, ['pwd', 'otp', 'mfa']]);
  });

  it('[RN-15] who must have one and cannot be sent a code sets an app up before anything else', async () => {
    const nurse = await unreachableStaff(portal());
    const browser = portal().visitor();
    const page = await signIn(browser, nurse);
    assert.match(page.text, SET_UP);
    assert.equal(browser.cookies.has(SESSION), false);
    assert.match((await browser.get('/account')).text, /name="password"/);
    const done = await proveApp(portal(), browser, page);
    assert.match(done.text, /Your recovery codes/);
    assert.equal([...done.text.matchAll(/<code dir="ltr">[0-9A-Z-]{14}<\/code>/g)].length, 8);
    assert.deepEqual(await whoIsIn(portal(), browser), [nurse.account, ['pwd', 'otp', 'mfa']]);
    portal().world.advance(30_000);
    assert.match((await signIn(portal().visitor(), nurse)).text, /code of your authenticator app/);
  });

  it('[RN-15] or a passkey', async () => {
    const nurse = await unreachableStaff(portal());
    const browser = portal().visitor();
    const device = softwareAuthenticator(originOf(portal()));
    const asked = await browser.send(await signIn(browser, nurse), {}, '/sign-in/set-up/passkey');
    const wrong = device.create(optionsIn(asked), { origin: 'https://evil.example.org' });
    const refused = await browser.send(asked, { answer: wrong }, '/sign-in/set-up/passkey-answer');
    assert.equal(refused.status, 422);
    const again = await browser.send(refused, {}, '/sign-in/set-up/passkey');
    const answer = softwareAuthenticator(originOf(portal())).create(optionsIn(again));
    const done = await browser.send(again, { answer }, '/sign-in/set-up/passkey-answer');
    assert.match(done.text, /Your recovery codes/);
    assert.deepEqual(await whoIsIn(portal(), browser), [nurse.account, ['pwd', 'pop', 'mfa']]);
    assert.match((await signIn(portal().visitor(), nurse)).text, /Use your passkey/);
  });

  it('[C12] [C16] of two who set one up at once one does; nobody sets one up who has one, or without the password', async () => {
    const nurse = await unreachableStaff(portal());
    const [one, other] = [portal().visitor(), portal().visitor()];
    const pages = [await signIn(one, nurse), await signIn(other, nurse)];
    // Each proposal takes the place of the one before.
    const both = await Promise.all(
      [one, other].map((browser, at) => proveApp(portal(), browser, pages[at]!).catch(() => undefined)),
    );
    const winners = both.filter(page => page?.text.includes('Your recovery codes'));
    assert.ok(winners.length <= 1);
    if (winners.length === 0) await proveApp(portal(), one, await one.get('/sign-in/set-up'));
    const third = portal().visitor();
    portal().world.advance(60_000);
    assert.match((await signIn(third, nurse)).text, /code of your authenticator app/);
    assert.match((await third.get('/sign-in/set-up')).text, /name="password"/);
    assert.match((await portal().visitor().get('/sign-in/set-up')).text, /name="password"/);
    assert.equal(third.cookies.has(SESSION), false);
  });

  it('[RN-15] a sign-in by passkey is enough whatever the rule, and needs no set-up', async () => {
    const { dana, device } = await holder(portal());
    await members(portal(), 'required');
    const browser = portal().visitor();
    await browser.get('/sign-in');
    const asked = await browser.get('/passkey');
    const page = await browser.send(asked, { answer: device.get(optionsIn(asked)) }, '/passkey/answer');
    assert.match(page.text, new RegExp(dana.userName));
  });

  it('[C13] who must have one does not switch it off, nor give up an app for a code', async () => {
    await members(portal(), 'required');
    const dana = await portal().member();
    const browser = portal().visitor();
    const page = await signIn(browser, dana);
    const account = await browser.send(page, { code: codeOf(await portal().mails(dana.email)) }, '/sign-in/code');
    assert.ok(!account.text.includes('/account/second-factor'));
    const [, form = ''] = /name="form" value="([^"]+)"/.exec(account.text) ?? [];
    const post = (factor: string) =>
      browser.request('/account/second-factor', {
        method: 'POST',
        body: new URLSearchParams({ form, factor, current: dana.password }),
        headers: { origin: new URL(portal().server.url).origin, 'sec-fetch-site': 'same-origin' },
      });
    assert.deepEqual([(await post('')).status, (await post('passkey')).status], [403, 403]);
    const proposed = await browser.send(await browser.get('/account'), { current: dana.password }, '/account/app');
    const [, secret = ''] = /name="secret" value="([A-Z2-7]+)"/.exec(proposed.text) ?? [];
    const code = await generate({ secret, epoch: Math.floor(portal().world.clock.now() / 1000) });
    await browser.send(proposed, { code }, '/account/app-code');
    assert.equal((await post('code')).status, 403);
    portal().world.advance(30_000);
    assert.match((await signIn(portal().visitor(), dana)).text, /code of your authenticator app/);
  });

  it('[RN-24] where members may have none, none is offered and none is set up', async () => {
    await members(portal(), 'off');
    const dana = await portal().member();
    const browser = portal().visitor();
    const account = await signIn(browser, dana);
    assert.equal(isIn(account), true);
    assert.ok(!account.text.includes('/account/app') && !account.text.includes('/account/second-factor'));
    const [, form = ''] = /name="form" value="([^"]+)"/.exec(account.text) ?? [];
    for (const path of ['/account/app', '/account/second-factor']) {
      const body = new URLSearchParams({ form, factor: 'code', current: dana.password });
      const headers = { origin: new URL(portal().server.url).origin, 'sec-fetch-site': 'same-origin' };
      assert.equal((await browser.request(path, { method: 'POST', body, headers })).status, 403);
    }
  });
});
