/** Attacks on passwords: lists of stolen ones, and floods that are to keep somebody out. */
import assert from 'node:assert/strict';
import { samples } from '../fixtures/samples.js';
import type { PageVisitor } from '../fixtures/page-visitor.js';
import { uniqueLetters } from '../fixtures/unique.js';
import { codeOf, eachMembership, PASSWORD, signIn, type Member, type Portal } from './members.js';
import { unreachableStaff } from './unreachable-staff.js';

const WRONG = 'some other password';
const isIn = ({ text }: { text: string }): boolean => text.includes('You are signed in');

/** Browsers that come from as many networks as they are. */
const from = ({ visitor }: Portal, number: number): PageVisitor =>
  visitor({ 'x-forwarded-for': `198.51.${number >> 8}.${number & 255}` });

/** So many stolen pairs are tried, each once and from a network of its own, as many at a time as are let through. */
async function stuff(portal: Portal, count: number): Promise<number[]> {
  const statuses: number[] = [];
  const one = async (number: number): Promise<number> =>
    (await signIn(from(portal, number), { userName: `x${uniqueLetters()}`, password: WRONG })).status;
  for (let at = 0; at < count; at += 20)
    statuses.push(...(await Promise.all(Array.from({ length: 20 }, (_, number) => one(at + number)))));
  return statuses;
}

const trusting = () => ({ PORTICO_TRUST_PROXY: 'loopback' });

const tests = (portal: () => Portal): void => {
  // Tries are counted for all members.
  beforeEach(() => portal().world.advance(7 * 3600_000));

  const codesOf = async ({ email }: Member): Promise<string[]> =>
    (await portal().mails(email)).map(mail => codeOf([mail]));

  it('[C20] stolen pairs from many networks: a right one is worth nothing without a code, where nobody knows the browser', async () => {
    const dana = await portal().member();
    const own = portal().visitor();
    assert.equal(isIn(await signIn(own, dana)), true);
    await own.send(await own.get('/account'), {}, '/sign-out');
    assert.deepEqual([...new Set(await stuff(portal(), 120))], [401]);
    const thief = portal().visitor();
    const page = await signIn(thief, dana);
    assert.match(page.text, /One more step/);
    assert.match((await signIn(thief, dana)).text, /One more step/, 'a right password makes no browser known');
    assert.equal(isIn(await thief.get('/account')), false);
    assert.equal(isIn(await signIn(own, dana)), true, 'in a browser of before the password does');
    const other = portal().visitor();
    const before = await codesOf(dana);
    const asked = await signIn(other, dana);
    const [code = ''] = (await codesOf(dana)).filter(one => !before.includes(one));
    assert.equal(isIn(await other.send(asked, { code }, '/sign-in/code')), true, 'the code is brought by its person');
    await other.send(await other.get('/account'), {}, '/sign-out');
    assert.equal(isIn(await signIn(other, dana)), true, 'and makes the browser known');
    portal().world.advance(11 * 60_000);
    assert.equal(isIn(await signIn(portal().visitor(), dana)), true, 'the attack is over');
  });

  it('[C20] with a password that may be stolen nobody sets a factor up; another code is sent', async () => {
    const [nurse, dana] = [await unreachableStaff(portal()), await portal().member()];
    await stuff(portal(), 120);
    const thief = portal().visitor();
    assert.match((await signIn(thief, nurse)).text, /One more step/);
    for (const path of ['/sign-in/set-up', '/sign-in/code'])
      assert.ok(!(await thief.get(path)).text.includes('/sign-in/set-up/app'));
    const other = portal().visitor();
    const again = await other.send(await signIn(other, dana), {}, '/sign-in/another-code');
    assert.match(again.text, /Another code is on its way/);
    assert.equal((await codesOf(dana)).filter(code => code !== '').length, 2);
    portal().world.advance(11 * 60_000);
    assert.match((await signIn(portal().visitor(), nurse)).text, /Set up a second step/);
  });

  it('[C20] some wrong passwords are no attack', async () => {
    const dana = await portal().member();
    await stuff(portal(), 60);
    assert.equal(isIn(await signIn(portal().visitor(), dana)), true);
  });

  it('[C20] [R37 fault] a flood of sign-ins is bounded: others read before it is through, and who is too much comes back later', async () => {
    const { server } = portal();
    let left = 100;
    const flood = Array.from({ length: left }, async (_, number) => {
      const { status, headers } = await signIn(from(portal(), 1000 + number), {
        ...{ userName: `x${uniqueLetters()}`, password: WRONG },
      });
      left--;
      assert.ok(status === 401 || (status === 429 && headers.get('retry-after')), String(status));
    });
    const read = fetch(`${server.portal}/Patient/demo-patient`, {
      headers: { authorization: `Bearer ${server.token('demo-patient')}` },
    });
    assert.equal((await read).status, 200);
    assert.ok(left > 0, 'the flood is not through');
    await Promise.all(flood);
  });

  it('[C22] a flood of wrong passwords for one account slows new sign-ins, and locks neither sessions nor settings nor known browsers', async () => {
    const { member, visitor, world } = portal();
    const dana = await member();
    const live = visitor();
    await signIn(live, dana);
    const known = visitor();
    await signIn(known, dana);
    await known.send(await known.get('/account'), {}, '/sign-out');
    const statuses: number[] = [];
    const count = samples(200, 1000);
    for (let i = 0; i < count; i++) {
      if (i % 100 === 99) world.advance(30_000);
      statuses.push((await signIn(from(portal(), i), { ...dana, password: WRONG })).status);
    }
    assert.ok(statuses.filter(status => status === 429).length > count * 0.8, 'tries wait');
    const waits = await signIn(visitor(), dana);
    assert.equal(waits.status, 429);
    assert.ok(Number(waits.headers.get('retry-after')) <= 300);
    assert.equal(isIn(await live.get('/account')), true);
    const page = await live.get('/account');
    const changed = await live.send(
      page,
      { current: PASSWORD, password: 'six tall poplars lean', again: 'six tall poplars lean' },
      '/account/password',
    );
    assert.equal(changed.status, 200);
    const again = await signIn(known, { ...dana, password: 'six tall poplars lean' });
    assert.equal(isIn(again), true, 'a browser of before does not wait');
    world.advance(300_000);
    const fresh = await signIn(visitor(), { ...dana, password: 'six tall poplars lean' });
    assert.ok(isIn(fresh) || fresh.text.includes('One more step'), 'five minutes are the longest');
  });

  it('[C22] in a known browser, too, wrong tries wait; of one account they are not those of another', async () => {
    const { member, visitor } = portal();
    const [dana, noor] = [await member(), await member()];
    const browser = visitor();
    await signIn(browser, dana);
    for (let i = 0; i < 5; i++) assert.equal((await signIn(browser, { ...dana, password: WRONG })).status, 401);
    assert.equal((await signIn(browser, dana)).status, 429);
    assert.equal(isIn(await signIn(browser, noor)), true);
  });

  it('[C18] the session that a sixth one ends is told to its person, once in an hour', async () => {
    const { member, visitor, world, mails } = portal();
    const dana = await member();
    const notices = async () =>
      (await mails(dana.email)).filter(({ subject }) => subject === 'You were signed out in one browser').length;
    for (let i = 0; i < 5; i++) {
      await signIn(visitor(), dana);
      world.advance(1000);
    }
    assert.equal(await notices(), 0);
    await signIn(visitor(), dana);
    assert.equal(await notices(), 1);
    await signIn(visitor(), dana);
    assert.equal(await notices(), 1);
  });

  it('[A30] forms that carry credentials are answered with 303: no browser sends them on', async () => {
    const { member, visitor } = portal();
    const dana = await member();
    const browser = visitor();
    const page = await browser.get('/sign-in');
    const [, form = ''] = /name="form" value="([^"]*)"/.exec(page.text) ?? [];
    const post = async (path: string, fields: Record<string, string>) =>
      (await browser.request(path, { method: 'POST', body: new URLSearchParams({ form, ...fields }) })).status;
    assert.equal(await post('/sign-in', { userName: dana.userName, password: dana.password }), 303);
    const next = { current: PASSWORD, password: 'six tall poplars lean', again: 'six tall poplars lean' };
    assert.equal(await post('/account/password', next), 303);
    assert.equal(await post('/account/close', { current: next.password }), 303);
    const authorize = await browser.request('/oauth/authorize', {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'demo-app', response_type: 'code' }),
    });
    assert.ok(authorize.status === 303 || authorize.status === 400, String(authorize.status));
  });
};

eachMembership('attacks on passwords', tests, 'demo', trusting);
