/** Several external identities on one account: added with a re-proof, listed, removed, but never the last way in. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { codeOf, PASSWORD, signIn, token, type Member } from './members.js';
import {
  accountIn,
  backFrom,
  eachOutsidePortal,
  follow,
  leavesTo,
  linkBySignIn,
  modelOf,
  post,
  signInAt,
} from './outsiders.js';

const add = async (visitor: PageVisitor, current = PASSWORD): Promise<Page> =>
  visitor.send(await visitor.get('/account'), { current }, '/account/external');

/** Removes the way in at this place of the list. */
async function remove(visitor: PageVisitor, at: number, current = PASSWORD): Promise<Page> {
  const account = await visitor.get('/account');
  const links = [...account.text.matchAll(/href="(\/account\/remove-method[^"]*)"/g)];
  const page = await visitor.get((links[at]?.[1] ?? '').replaceAll('&amp;', '&'));
  return visitor.send(page, { current }, '/account/remove-method');
}

const listed = async (visitor: PageVisitor): Promise<number> =>
  [...(await visitor.get('/account')).text.matchAll(/<bdi>Service one<\/bdi>/g)].length;

eachOutsidePortal('external identities of an account', (portal, provider) => {
  beforeEach(() => portal().world.advance(7 * 3600_000));
  const signedIn = async (): Promise<{ member: Member; visitor: PageVisitor }> => {
    const member = await portal().member();
    const visitor = portal().visitor();
    await signIn(visitor, member);
    return { member, visitor };
  };
  const asAnother = (more: object = {}) => {
    provider().person = { sub: `sub-${token()}`, ...more };
    return provider().person;
  };
  const accountBy = async (person: object | undefined): Promise<string | undefined> => {
    provider().person = person as { sub: string };
    const visitor = portal().visitor();
    await signInAt(portal(), visitor, 'one');
    return (await accountIn(portal(), visitor))?.account;
  };

  it('[RN-8] two are added with the password once more, listed, and each signs in until it is removed', async () => {
    const { member, visitor } = await signedIn();
    const people = [asAnother(), undefined];
    assert.equal((await add(visitor, 'wrong')).status, 403);
    assert.match((await follow(portal(), visitor, await add(visitor))).text, /It is saved/);
    people[1] = asAnother();
    await follow(portal(), visitor, await add(visitor));
    assert.equal(await listed(visitor), 2);
    for (const person of people) assert.equal(await accountBy(person), member.account);
    const told = await portal().mails(member.email);
    assert.equal(told.filter(({ subject }) => subject === 'How you sign in has changed').length, 2);
    assert.match((await remove(visitor, 1)).text, /It is saved/);
    assert.equal(await listed(visitor), 1);
    const accounts = [await accountBy(people[0]), await accountBy(people[1])];
    assert.deepEqual(accounts.filter(account => account === member.account).length, 1);
  });

  it('[RN-8] what came in by an identity is signed out when it is removed', async () => {
    const { member, visitor } = await signedIn();
    asAnother();
    await follow(portal(), visitor, await add(visitor));
    const other = portal().visitor();
    await signInAt(portal(), other, 'one');
    assert.equal((await accountIn(portal(), other))?.account, member.account);
    await remove(visitor, 1);
    assert.equal(await accountIn(portal(), other), undefined);
    assert.equal((await accountIn(portal(), visitor))?.account, member.account);
  });

  it('[RN-8] the last way in stays: of one, of those that rest by the model of credentials', async () => {
    const { visitor } = await signedIn();
    asAnother();
    await follow(portal(), visitor, await add(visitor));
    await modelOf(portal(), 'own');
    assert.equal((await remove(visitor, 0)).status, 409, 'the password, while no provider signs in');
    await modelOf(portal(), 'both');
    assert.match((await remove(visitor, 0)).text, /It is saved/);
    const account = await visitor.get('/account');
    assert.ok(!account.text.includes('/account/remove-method'), 'one is left');
    assert.ok(!account.text.includes('/account/password'));
  });

  it('[C13] an account without a password is confirmed by its provider before it is changed', async () => {
    const { member, visitor } = await signedIn();
    // The provider's clock is that of this machine.
    const behind = Math.round((Date.now() - portal().world.clock.now()) / 1000);
    const person = asAnother({ ago: behind + 301 });
    await follow(portal(), visitor, await add(visitor));
    await remove(visitor, 0);
    const later = portal().visitor();
    const account = await signInAt(portal(), later, 'one');
    assert.match(account.text, /Confirm that it is you/);
    assert.equal(
      (await later.send(account, {}, '/account/external')).status,
      403,
      'an old sign-in at the provider is no proof',
    );
    provider().person = { ...person, ago: behind } as { sub: string };
    const sent = await post(later, account, '/external', { provider: 'one', purpose: 'sign-in', fresh: '1' });
    assert.match(leavesTo(sent), /[?&]max_age=300(&|$)/);
    await follow(portal(), later, sent);
    asAnother();
    const again = await later.send(await later.get('/account'), {}, '/account/external');
    assert.match((await follow(portal(), later, again)).text, /It is saved/);
    assert.equal((await accountIn(portal(), later))?.account, member.account);
  });

  it('[RN-8] [R17] an identity belongs to one account, with two at once too', async () => {
    const people = await Promise.all([signedIn(), signedIn()]);
    const person = asAnother();
    const paths: string[] = [];
    for (const { visitor } of people) paths.push(await backFrom(leavesTo(await add(visitor)), portal().server.url));
    const pages = await Promise.all(people.map(({ visitor }, at) => visitor.get(paths[at] ?? '')));
    assert.deepEqual(pages.map(({ status }) => status).sort(), [200, 409]);
    const loser = people[pages.findIndex(({ status }) => status === 409)];
    assert.match(
      (await follow(portal(), loser!.visitor, await add(loser!.visitor))).text,
      /signs in to another account here/,
    );
    const winner = people[pages.findIndex(({ status }) => status === 200)];
    assert.equal(await accountBy(person), winner?.member.account);
  });

  it('[C16] the answer is for the session that asked: of another session, another account and nobody it adds nothing', async () => {
    const { member, visitor } = await signedIn();
    const person = asAnother();
    const sentOff = async (): Promise<string> => {
      const path = await backFrom(leavesTo(await add(visitor)), portal().server.url);
      await signIn(visitor, member);
      return path;
    };
    const path = await backFrom(leavesTo(await add(visitor)), portal().server.url);
    const other = await portal().member();
    await signIn(visitor, other);
    assert.equal((await visitor.get(path)).status, 400);
    await signIn(visitor, member);
    assert.equal((await visitor.get(await sentOff())).status, 400, 'a later session of the same account');
    const again = await backFrom(leavesTo(await add(visitor)), portal().server.url);
    await visitor.send(await visitor.get('/account'), {}, '/sign-out');
    assert.equal((await visitor.get(again)).status, 400);
    assert.equal(await accountBy(person), undefined);
  });

  it('[RN-15] [C12] [C14] the second factor of the account is asked for after the provider, and half a session opens nothing', async () => {
    const { member } = await signedIn();
    asAnother();
    await linkBySignIn(portal(), member, 'one');
    await modelOf(portal(), 'both', 'both', { 'second-factor': { valueCode: 'required' } });
    const visitor = portal().visitor();
    const page = await signInAt(portal(), visitor, 'one', { return: '/fhir/portal/Patient' });
    assert.match(page.text, /One more step/);
    assert.equal(await accountIn(portal(), visitor), undefined);
    assert.match((await visitor.get('/account')).text, /name="password"/);
    await modelOf(portal(), 'both');
  });

  it('[RN-16] an account that nobody has used for long asks for a code after the provider, whatever the provider has asked', async () => {
    const { member } = await signedIn();
    asAnother();
    await linkBySignIn(portal(), member, 'one');
    await modelOf(portal(), 'both', 'both', { 'dormant-days': { valueInteger: 30 } });
    // What was sent before has arrived.
    await portal().mails(member.email);
    portal().world.advance(31 * 24 * 3600_000);
    const visitor = portal().visitor();
    const page = await signInAt(portal(), visitor, 'one');
    assert.match(page.text, /One more step/);
    await visitor.send(page, { code: codeOf(await portal().mails(member.email)) }, '/sign-in/code');
    assert.equal((await accountIn(portal(), visitor))?.account, member.account);
    const later = portal().visitor();
    await signInAt(portal(), later, 'one');
    assert.equal((await accountIn(portal(), later))?.account, member.account, 'it is in use again');
    await modelOf(portal(), 'both');
  });

  it('[RN-14] a password that was removed is chosen anew by a code to the contact on record, with the same user name', async () => {
    const { member, visitor } = await signedIn();
    asAnother();
    await follow(portal(), visitor, await add(visitor));
    await remove(visitor, 0);
    assert.equal((await signIn(portal().visitor(), member)).status, 401);
    const browser = portal().visitor();
    await browser.send(await browser.get('/password-reset'), { name: member.email });
    const texts = (await portal().mails(member.email)).map(({ text }) => text).join();
    const [, code = ''] = /activation#([0-9A-Z-]+)/.exec(texts) ?? [];
    const page = await browser.send(await browser.get('/activation'), { code, birthDate: '1980-02-03' });
    const chosen = { userName: member.userName, password: PASSWORD, again: PASSWORD };
    assert.match((await browser.send(page, chosen, '/activation/account')).text, /Your account is ready/);
    assert.equal((await signIn(portal().visitor(), member)).status, 200);
  });

  it('[A27] signing out ends our session; the page after a sign-in leads where it was asked to, and nowhere else', async () => {
    const { member } = await signedIn();
    asAnother();
    await linkBySignIn(portal(), member, 'one');
    for (const evil of ['//evil.example', 'https://evil.example', '/\\evil', 'javascript:alert(1)']) {
      const visitor = portal().visitor();
      assert.match((await signInAt(portal(), visitor, 'one', { return: evil })).path, /^\/account\?/);
    }
    const visitor = portal().visitor();
    await signInAt(portal(), visitor, 'one');
    await visitor.send(await visitor.get('/account'), {}, '/sign-out');
    assert.equal(await accountIn(portal(), visitor), undefined);
  });
});
