/** Whose credentials people sign in with: own, external or both. Pages show what is allowed, and the server refuses the rest. */
import assert from 'node:assert/strict';
import { PASSWORD, signIn, token } from './members.js';
import { accountIn, eachOutsidePortal, follow, linkBySignIn, modelOf, post, signInAt } from './outsiders.js';

eachOutsidePortal('models of credentials', (portal, provider) => {
  beforeEach(() => portal().world.advance(7 * 3600_000));
  afterEach(() => modelOf(portal(), 'both'));
  const linked = async () => {
    const member = await portal().member();
    provider().person = { sub: `sub-${token()}` };
    await linkBySignIn(portal(), member, 'one');
    return member;
  };

  it('[RN-16] [RN-24] external: a right password is refused as a wrong one is, and so are its pages', async () => {
    const member = await linked();
    const visitor = portal().visitor();
    const form = await visitor.get('/sign-in');
    const reset = await visitor.get('/password-reset');
    await modelOf(portal(), 'external');
    const page = await visitor.get('/sign-in');
    assert.ok(page.text.includes('Sign in with Service one') && !page.text.includes('name="password"'));
    assert.ok(!page.text.includes('/password-reset') && !page.text.includes('/user-name'));
    const right = await post(visitor, form, '/sign-in', { userName: member.userName, password: PASSWORD });
    const wrong = await post(visitor, form, '/sign-in', { userName: member.userName, password: 'wrong' });
    const bare = ({ text }: { text: string }) => text.replace(/value="[^"]*"/g, '');
    assert.deepEqual([right.status, wrong.status, bare(right)], [401, 401, bare(wrong)]);
    for (const path of ['/password-reset', '/user-name']) assert.equal((await visitor.get(path)).status, 404);
    assert.equal((await post(visitor, reset, '/password-reset', { name: member.userName })).status, 404);
    await signInAt(portal(), visitor, 'one');
    assert.equal((await accountIn(portal(), visitor))?.account, member.account);
    const account = await visitor.get('/account');
    assert.ok(!account.text.includes('/account/password'));
    const change = { current: PASSWORD, password: 'five loud geese at dawn', again: 'five loud geese at dawn' };
    assert.equal((await post(visitor, account, '/account/password', change)).status, 403);
  });

  it('[RN-16] external: a code for a new password that was asked for before changes nothing', async () => {
    const member = await linked();
    const visitor = portal().visitor();
    const page = await visitor.send(await visitor.get('/password-reset'), { name: member.userName });
    const [code = ''] = /^\d{6}$/m.exec((await portal().mails(member.email)).at(-1)?.text ?? '') ?? [];
    await modelOf(portal(), 'external', 'both');
    const password = 'five loud geese at dawn';
    assert.equal((await visitor.send(page, { code, password, again: password })).status, 422);
    await modelOf(portal(), 'both');
    assert.equal((await signIn(portal().visitor(), member)).status, 200);
  });

  it('[RN-16] external: an invitation is redeemed with a provider alone', async () => {
    const unique = token();
    const email = `${unique}@example.org`;
    await portal().fhir('demo-ehr', 'POST', 'Patient/$invite', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'family', valueString: unique },
        { name: 'given', valueString: 'Noor' },
        { name: 'birthDate', valueDate: '1980-02-03' },
        { name: 'email', valueString: email },
      ],
    });
    const [, code = ''] = /invitation#([0-9A-Z-]+)/.exec((await portal().mails(email)).at(-1)?.text ?? '') ?? [];
    await modelOf(portal(), 'external');
    const visitor = portal().visitor();
    const page = await visitor.send(await visitor.get('/invitation'), { code, birthDate: '1980-02-03' });
    assert.ok(!page.text.includes('name="password"'));
    const chosen = { code, birthDate: '1980-02-03', userName: `u-${unique}`, password: PASSWORD, again: PASSWORD };
    assert.equal((await post(visitor, page, '/invitation/account', chosen)).status, 403);
    const again = await visitor.send(await visitor.get('/invitation'), { code, birthDate: '1980-02-03' });
    assert.equal(again.status, 200, 'the code stays good');
  });

  it('[RN-16] own: no provider is shown, gone to, or believed, and what it was linked to rests', async () => {
    const member = await linked();
    const visitor = portal().visitor();
    const sent = await post(visitor, await visitor.get('/sign-in'), '/external', {
      provider: 'one',
      purpose: 'sign-in',
    });
    await modelOf(portal(), 'own');
    const page = await visitor.get('/sign-in');
    assert.ok(!page.text.includes('Service one'));
    assert.equal((await follow(portal(), visitor, sent)).status, 403);
    assert.equal(await accountIn(portal(), visitor), undefined);
    const again = await post(visitor, page, '/external', { provider: 'one', purpose: 'sign-in' });
    assert.equal(again.status, 404);
    const unknown = await post(visitor, page, '/external', { provider: 'other', purpose: 'sign-in' });
    assert.equal(unknown.status, 404);
    assert.equal((await signIn(portal().visitor(), member)).status, 200);
  });

  it('[PC-11] the portal document says whose credentials members sign in with', async () => {
    for (const model of ['external', 'both', 'own']) {
      await modelOf(portal(), model);
      const answer = await fetch(new URL('/.well-known/portal-configuration', portal().server.url));
      assert.equal(((await answer.json()) as { credentials: string }).credentials, model);
    }
  });
});
