/** An authenticator app as second factor, and the codes for those who lose it. */
import assert from 'node:assert/strict';
import { generate } from 'otplib';
import QrCode from 'qrcode';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, PASSWORD, signIn, type Member, type Portal } from './members.js';

const CODE = '/sign-in/code';

/** What the app shows at this moment, or some seconds away. */
const shownBy = ({ world }: Portal, secret: string, seconds = 0): Promise<string> =>
  generate({ secret, epoch: Math.floor(world.clock.now() / 1000) + seconds });

interface WithApp {
  readonly dana: Member;
  readonly browser: PageVisitor;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

async function withApp(portal: Portal): Promise<WithApp> {
  const dana = await portal.member();
  const browser = portal.visitor();
  const account = await signIn(browser, dana);
  const proposed = await browser.send(account, { current: PASSWORD }, '/account/app');
  const [, secret = ''] = /name="secret" value="([A-Z2-7]+)"/.exec(proposed.text) ?? [];
  const done = await browser.send(proposed, { code: await shownBy(portal, secret) });
  const recoveryCodes = [...done.text.matchAll(/<code dir="ltr">([0-9A-Z-]{14})<\/code>/g)].map(
    ([, code = '']) => code,
  );
  // The code that set it up is used.
  portal.world.advance(30_000);
  return { dana, browser, secret, recoveryCodes };
}

/** Signs in with password and this code. */
async function enter(portal: Portal, dana: Member, code: string): Promise<Page> {
  const browser = portal.visitor();
  return browser.send(await signIn(browser, dana), { code }, CODE);
}

const isIn = ({ text }: Page): boolean => text.includes('You are signed in');

eachMembership('an authenticator app', portal => {
  it('[RN-15] the app’s code is asked for after the password, and no e-mail is sent', async () => {
    const { dana, secret } = await withApp(portal());
    const before = (await portal().mails(dana.email)).length;
    assert.equal(isIn(await enter(portal(), dana, await shownBy(portal(), secret))), true);
    assert.equal((await portal().mails(dana.email)).length, before);
    assert.ok((await portal().mails(dana.email)).some(({ subject }) => subject === 'How you sign in has changed'));
  });

  it('[C11] a code counts once, one step away from the clock, and no more', async () => {
    const { dana, secret } = await withApp(portal());
    const code = await shownBy(portal(), secret);
    const both = await Promise.all([enter(portal(), dana, code), enter(portal(), dana, code)]);
    assert.equal(both.filter(isIn).length, 1);
    assert.equal((await enter(portal(), dana, code)).status, 401);
    assert.equal((await enter(portal(), dana, await shownBy(portal(), secret, -60))).status, 401);
    assert.equal((await enter(portal(), dana, await shownBy(portal(), secret, 90))).status, 401);
    portal().world.advance(60_000);
    assert.equal(isIn(await enter(portal(), dana, await shownBy(portal(), secret, -30))), true);
  });

  it('[C11] the fifth wrong code makes the next wait', async () => {
    const { dana, secret } = await withApp(portal());
    for (let i = 0; i < 5; i++) assert.equal((await enter(portal(), dana, '000000')).status, 401);
    assert.equal((await enter(portal(), dana, await shownBy(portal(), secret))).status, 429);
    portal().world.advance(31_000);
    assert.equal(isIn(await enter(portal(), dana, await shownBy(portal(), secret))), true);
  });

  it('[C21] recovery codes are good once each, stored as hashes, shown once, and replaced with the app', async () => {
    const { dana, browser, recoveryCodes } = await withApp(portal());
    assert.equal(new Set(recoveryCodes).size, 8);
    const { storage, world } = portal();
    const stored = JSON.stringify(await storage.records.get('credential', dana.account, world.clock.now()));
    const [first = '', second = ''] = recoveryCodes;
    assert.ok(!stored.includes(first) && !stored.includes(first.replaceAll('-', '')));
    const both = await Promise.all([enter(portal(), dana, first.toLowerCase()), enter(portal(), dana, first)]);
    assert.equal(both.filter(isIn).length, 1);
    assert.equal((await enter(portal(), dana, first)).status, 401);
    const account = await browser.get('/account');
    assert.ok(!recoveryCodes.some(code => account.text.includes(code)));
    const again = await browser.send(account, { current: PASSWORD }, '/account/app');
    const [, secret = ''] = /name="secret" value="([A-Z2-7]+)"/.exec(again.text) ?? [];
    await browser.send(again, { code: await shownBy(portal(), secret) });
    assert.equal((await enter(portal(), dana, second)).status, 401);
  });

  it('[RN-15] nothing changes before the app has shown a right code, nor without the password', async () => {
    const dana = await portal().member();
    const browser = portal().visitor();
    const account = await signIn(browser, dana);
    assert.equal((await browser.send(account, { current: 'not the password' }, '/account/app')).status, 403);
    const proposed = await browser.send(account, { current: PASSWORD }, '/account/app');
    assert.equal((await browser.send(proposed, { code: '000000' })).status, 422);
    assert.equal(isIn(await signIn(portal().visitor(), dana)), true);
  });

  it('[RN-15] [R135] the secret is a QR code with a name, made of shapes of the page itself, and stands beside it as text', async () => {
    const browser = portal().visitor();
    const account = await signIn(browser, await portal().member());
    const { text, headers } = await browser.send(account, { current: PASSWORD }, '/account/app');
    const [, uri = ''] = /name="uri" value="([^"]+)"/.exec(text) ?? [];
    const [, secret = ''] = /name="secret" value="([A-Z2-7]+)"/.exec(text) ?? [];
    assert.ok(text.includes(secret.match(/.{1,4}/g)?.join(' ') ?? 'none'));
    const [, svg = ''] = /<svg\s+class="qr"\s+role="img"\s+aria-label="QR code[^"]*"([^]*?)<\/svg>/.exec(text) ?? [];
    const dark = [...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${Number(x) - 4} ${Number(y) - 4}`);
    const { size, data } = QrCode.create(uri.replaceAll('&amp;', '&'), { errorCorrectionLevel: 'M' }).modules;
    const expected = [...data].flatMap((one, at) => (one === 1 ? [`${at % size} ${Math.floor(at / size)}`] : []));
    assert.deepEqual(dark, expected);
    assert.match(headers.get('content-security-policy') ?? '', /img-src 'self'; /);
    assert.ok(!/data:|<script/.test(text));
  });

  it('[F01] a picture is made of the address of an app alone, and of no longer text than it holds', async () => {
    const browser = portal().visitor();
    const account = await signIn(browser, await portal().member());
    const proposed = await browser.send(account, { current: PASSWORD }, '/account/app');
    for (const uri of ['javascript:alert(1)', `otpauth://${'x'.repeat(5000)}`]) {
      const page = await browser.send(proposed, { code: '000000', uri });
      assert.deepEqual([page.status, page.text.includes('class="qr"')], [422, false]);
    }
  });

  it('[A10] the secret of an app is in no record as it is', async () => {
    const { dana, secret } = await withApp(portal());
    const { storage, world } = portal();
    const stored = await storage.records.get('credential', dana.account, world.clock.now());
    assert.ok(!JSON.stringify(stored).includes(secret));
  });

  it('[RN-15] the app is given up with the second step', async () => {
    const { dana, browser } = await withApp(portal());
    await browser.send(await browser.get('/account'), { current: PASSWORD }, '/account/second-factor');
    assert.equal(isIn(await signIn(portal().visitor(), dana)), true);
  });
});
