/** Invitations and activations with an identity provider in place of a password. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { token, type Portal } from './members.js';
import {
  accountIn,
  backFrom,
  eachOutsidePortal,
  follow,
  leavesTo,
  linkBySignIn,
  modelOf,
  signInAt,
} from './outsiders.js';

const BIRTH_DATE = '1980-02-03';

/** Invites somebody; resolves with the code. */
async function invited({ fhir, mails }: Portal): Promise<string> {
  const unique = token();
  const email = `${unique}@example.org`;
  const values = { family: `Family${unique}`, given: 'Noor', birthDate: BIRTH_DATE, email };
  await fhir('demo-ehr', 'POST', 'Patient/$invite', {
    resourceType: 'Parameters',
    parameter: Object.entries(values).map(([name, value]) =>
      name === 'birthDate' ? { name, valueDate: value } : { name, valueString: value },
    ),
  });
  return /invitation#([0-9A-Z-]+)/.exec((await mails(email)).at(-1)?.text ?? '')?.[1] ?? '';
}

const verify = async (visitor: PageVisitor, code: string, birthDate = BIRTH_DATE): Promise<Page> =>
  visitor.send(await visitor.get('/invitation'), { code, birthDate });

const toProvider = (visitor: PageVisitor, page: Page): Promise<Page> => visitor.send(page, {}, '/external?');

eachOutsidePortal('an invitation with an identity provider', (portal, provider) => {
  beforeEach(() => portal().world.advance(7 * 3600_000));

  for (const model of ['both', 'external'] as const) {
    it(`[PC-3] [RN-16] code and birth date, then the provider: the person is signed in (model ${model})`, async () => {
      await modelOf(portal(), model);
      provider().person = { sub: `sub-${token()}` };
      const visitor = portal().visitor();
      const page = await verify(visitor, await invited(portal()));
      assert.equal(page.text.includes('name="password"'), model === 'both');
      await follow(portal(), visitor, await toProvider(visitor, page));
      const first = await accountIn(portal(), visitor);
      assert.match(first?.account ?? '', /^Person\//);
      const later = portal().visitor();
      await signInAt(portal(), later, 'one');
      assert.equal((await accountIn(portal(), later))?.account, first?.account);
      await modelOf(portal(), 'both');
    });
  }

  it('[PC-3] where the provider does not sign the person in, the code stays good and there is no account', async () => {
    provider().person = undefined;
    const code = await invited(portal());
    const visitor = portal().visitor();
    const page = await follow(portal(), visitor, await toProvider(visitor, await verify(visitor, code)));
    assert.equal(page.status, 403);
    assert.equal((await verify(portal().visitor(), code)).status, 200);
  });

  it('[C16] the identity of one account does not open another, and nothing of the other is used up', async () => {
    const member = await portal().member();
    provider().person = { sub: `sub-${token()}` };
    await linkBySignIn(portal(), member, 'one');
    const code = await invited(portal());
    const visitor = portal().visitor();
    await signInAt(portal(), visitor, 'one');
    const page = await follow(portal(), visitor, await toProvider(visitor, await verify(visitor, code)));
    assert.equal(page.status, 409);
    assert.match(page.text, /signs in to another account here/);
    assert.equal((await accountIn(portal(), visitor))?.account, member.account);
    assert.equal((await verify(portal().visitor(), code)).status, 200);
  });

  it('[C02] [R17] of two browsers with one invitation one opens the account; of two invitations one has the identity', async () => {
    provider().person = { sub: `sub-${token()}` };
    const codes = [await invited(portal()), await invited(portal())];
    const walks = await Promise.all(
      [codes[0]!, codes[1]!, codes[0]!].map(async code => {
        const visitor = portal().visitor();
        const sent = await toProvider(visitor, await verify(visitor, code));
        return { visitor, path: await backFrom(leavesTo(sent), portal().server.url) };
      }),
    );
    await Promise.all(walks.map(({ visitor, path }) => visitor.get(path)));
    const accounts = await Promise.all(walks.map(async ({ visitor }) => (await accountIn(portal(), visitor))?.account));
    const holders = new Set(accounts.filter(account => account !== undefined));
    assert.equal(holders.size, 1, JSON.stringify(accounts));
    const later = portal().visitor();
    await signInAt(portal(), later, 'one');
    assert.ok(holders.has((await accountIn(portal(), later))?.account ?? ''));
  });

  it('[A10] the code of the invitation is not in the store while the browser is at the provider', async () => {
    provider().person = { sub: `sub-${token()}` };
    const code = await invited(portal());
    const visitor = portal().visitor();
    await toProvider(visitor, await verify(visitor, code));
    const secret = visitor.cookies.get('portico-external-sign-in') ?? '';
    const { createHash } = await import('node:crypto');
    const id = createHash('sha256').update(`session:${secret}`).digest('hex');
    const kept = await portal().storage.records.get('external-sign-in', id, portal().world.clock.now());
    assert.ok(kept, 'the record is there');
    const text = JSON.stringify(kept);
    assert.ok(!text.includes(code) && !text.includes(secret) && !text.includes(BIRTH_DATE));
  });

  it('[C23] a person whose account is closed is invited anew, and brings the same identity', async () => {
    provider().person = { sub: `sub-${token()}` };
    const member = await portal().member();
    await linkBySignIn(portal(), member, 'one');
    const person = await portal().fhir('demo-system', 'GET', member.account);
    await portal().fhir('demo-system', 'PUT', member.account, { ...person, active: false });
    const closed = portal().visitor();
    const page = await signInAt(portal(), closed, 'one');
    assert.match(page.text, /not connected with an account here/);
    const visitor = portal().visitor();
    await follow(portal(), visitor, await toProvider(visitor, await verify(visitor, await invited(portal()))));
    const signedIn = await accountIn(portal(), visitor);
    assert.ok(signedIn !== undefined && signedIn.account !== member.account);
  });
});
