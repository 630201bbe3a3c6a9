/** What member administration does to how members sign in: closed accounts, locked ones, lost second factors. */
import assert from 'node:assert/strict';
import { generate } from 'otplib';
import { newMethod, signInMethods } from '../../src/identity/accounts/sign-in-method.js';
import { CookieJar } from '../fixtures/cookie-jar.js';
import type { PageVisitor } from '../fixtures/page-visitor.js';
import { App } from './launch.js';
import { launchedBy, SCOPE } from './member-launch.js';
import { eachMembership, PASSWORD, signIn, token, type Member, type Portal } from './members.js';

const isIn = ({ text }: { text: string }): boolean => text.includes('You are signed in');
const run = ({ fhir }: Portal, name: string, { account }: Pick<Member, 'account'>, who = 'demo-system') =>
  fhir(who, 'POST', `${account}/$${name}`);

/** The member's app is set up as second factor. */
async function withApp(portal: Portal, dana: Member, browser: PageVisitor): Promise<void> {
  const proposed = await browser.send(await signIn(browser, dana), { current: PASSWORD }, '/account/app');
  const [, secret = ''] = /name="secret" value="([A-Z2-7]+)"/.exec(proposed.text) ?? [];
  const code = await generate({ secret, epoch: Math.floor(portal.world.clock.now() / 1000) });
  assert.match((await browser.send(proposed, { code })).text, /<code dir="ltr">/);
}

const passkeyOf = (account: string) =>
  newMethod({
    ...{ kind: 'passkey', account, name: 'A key', addedAt: 0, credential: token(), publicKey: 'AA', counter: 0 },
    transports: [],
  });

function closed(portal: () => Portal): void {
  it('[RN-30] [A27] a closed account loses sessions and apps for good: opened again, it is signed in to anew', async () => {
    const dana = await portal().member();
    const browser = portal().visitor();
    assert.equal(isIn(await signIn(browser, dana)), true);
    const tokens = await launchedBy(dana, portal(), new CookieJar(), `${SCOPE} offline_access`);
    await run(portal(), 'deactivate', dana);
    assert.equal((await signIn(portal().visitor(), dana)).status, 401);
    await run(portal(), 'reactivate', dana);
    const app = new App(portal().server);
    assert.equal(await app.read(tokens['access_token'], dana.patient), 401);
    const refresh = { grant_type: 'refresh_token', client_id: 'demo-app' };
    const { status } = await app.token({ ...refresh, refresh_token: String(tokens['refresh_token']) });
    assert.equal(status, 400);
    assert.equal(isIn(await browser.get('/account')), false);
    assert.equal(isIn(await signIn(browser, dana)), true);
  });

  it('[RN-30] [A27] the same where the account is closed by a plain update, a deletion, or the death of its patient', async () => {
    const { fhir, visitor } = portal();
    const closings: ((dana: Member) => Promise<() => Promise<unknown>>)[] = [
      async ({ account }) => {
        const person = await fhir('demo-system', 'GET', account);
        await fhir('demo-system', 'PUT', account, { ...person, active: false });
        return () => fhir('demo-system', 'PUT', account, { ...person, active: true });
      },
      async ({ account }) => {
        const person = await fhir('demo-system', 'GET', account);
        await fhir('demo-system', 'DELETE', account);
        return () => fhir('demo-system', 'PUT', account, person);
      },
      async ({ account, patient }) => {
        const record = await fhir('demo-system', 'GET', patient);
        await fhir('demo-system', 'PUT', patient, { ...record, deceasedBoolean: true });
        return async () => {
          await fhir('demo-system', 'PUT', patient, record);
          await run(portal(), 'reactivate', { account });
        };
      },
    ];
    for (const close of closings) {
      const dana = await portal().member();
      const browser = visitor();
      await signIn(browser, dana);
      const open = await close(dana);
      await open();
      assert.equal(isIn(await browser.get('/account')), false);
      assert.equal(isIn(await signIn(browser, dana)), true, 'the password is good as before');
    }
  });
}

function locked(portal: () => Portal): void {
  const wrong = (dana: Member) => signIn(portal().visitor(), { ...dana, password: 'not my password at all' });

  it('[RN-30] [C22] an account that wrong passwords keep waiting is unlocked: the right one is taken at once', async () => {
    const dana = await portal().member();
    const other = await portal().member();
    for (let i = 0; i < 5; i++) for (const one of [dana, other]) await wrong(one);
    assert.equal((await signIn(portal().visitor(), dana)).status, 429);
    await run(portal(), 'unlock', dana);
    assert.equal((await signIn(portal().visitor(), other)).status, 429, 'of the others nothing changes');
    assert.equal(isIn(await signIn(portal().visitor(), dana)), true);
    await run(portal(), 'unlock', dana);
  });

  it('[RN-30] unlocking ends no session and lets nobody in', async () => {
    const dana = await portal().member();
    const browser = portal().visitor();
    await signIn(browser, dana);
    for (let i = 0; i < 6; i++) await wrong(dana);
    await run(portal(), 'unlock', dana);
    assert.equal(isIn(await browser.get('/account')), true);
    assert.equal((await wrong(dana)).status, 401);
  });
}

function lostFactor(portal: () => Portal): void {
  const methodsOf = ({ account }: Member) => {
    const { storage, world } = portal();
    return signInMethods(storage.records, world.clock).of(account);
  };
  const notices = async ({ email }: Member) =>
    (await portal().mails(email)).filter(({ subject }) => subject === 'Your second step of signing in was removed');

  it('[RN-30] [RN-15] a lost factor goes, passkeys with it: signed out, told once, and set up again', async () => {
    const dana = await portal().member();
    const browser = portal().visitor();
    await withApp(portal(), dana, browser);
    await portal().storage.store.commit({ documents: [passkeyOf(dana.account)] });
    assert.equal((await methodsOf(dana)).length, 1);
    const both = await Promise.allSettled([run(portal(), 'reset-factor', dana), run(portal(), 'reset-factor', dana)]);
    assert.ok(both.every(({ status }) => status === 'fulfilled'));
    assert.deepEqual(await methodsOf(dana), []);
    assert.equal(isIn(await browser.get('/account')), false);
    assert.equal((await notices(dana)).length, 1);
    await run(portal(), 'reset-factor', dana);
    assert.equal((await notices(dana)).length, 1, 'a retry');
    portal().world.advance(30_000);
    const again = portal().visitor();
    assert.equal(isIn(await signIn(again, dana)), true, 'the password alone');
    await withApp(portal(), dana, portal().visitor());
    portal().world.advance(30_000);
    assert.match((await signIn(portal().visitor(), dana)).text, /One more step/);
  });

  it('[RN-30] [RN-15] with the factor go the tokens of apps; an account without one is left as it is', async () => {
    const dana = await portal().member();
    const tokens = await launchedBy(dana, portal(), new CookieJar());
    const app = new App(portal().server);
    await run(portal(), 'reset-factor', dana);
    assert.equal(await app.read(tokens['access_token'], dana.patient), 200, 'nothing to reset');
    await portal().storage.store.commit({ documents: [passkeyOf(dana.account)] });
    await run(portal(), 'reset-factor', dana);
    assert.equal(await app.read(tokens['access_token'], dana.patient), 401);
  });
}

eachMembership('member administration of credentials', portal => {
  // Tries are counted for all members of one network.
  beforeEach(() => portal().world.advance(7 * 3600_000));
  closed(portal);
  locked(portal);
  lostFactor(portal);
});
