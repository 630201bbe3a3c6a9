/** Staff sign in at an identity provider: with a role in force, and a second factor that is the provider's or their own. */
import assert from 'node:assert/strict';
import type { PageVisitor } from '../fixtures/page-visitor.js';
import { codeOf, token, type Portal } from './members.js';
import { accountIn, eachOutsidePortal, follow, modelOf, signInAt } from './outsiders.js';

const ROLE = 'https://portico.health/fhir/CodeSystem/role';

interface Nurse {
  readonly account: string;
  readonly role: Record<string, unknown>;
  readonly email: string;
}

async function nurse({ fhir }: Portal): Promise<Nurse> {
  const unique = token();
  const email = `${unique}@clinic.example.org`;
  const made = await fhir('demo-system', 'POST', 'Practitioner', {
    ...{ resourceType: 'Practitioner', active: true, name: [{ family: `Staff${unique}` }] },
    telecom: [{ system: 'email', value: email }],
  });
  const account = `Practitioner/${String(made['id'])}`;
  const role = await fhir('demo-system', 'POST', 'PractitionerRole', {
    ...{ resourceType: 'PractitionerRole', active: true, practitioner: { reference: account } },
    code: [{ coding: [{ system: ROLE, code: 'workbench-user' }] }],
  });
  return { account, role, email };
}

/** The first sign-in: the claimed address is on record, a code of activation goes there, and the provider opens the account. */
async function connected(portal: Portal, { email }: Nurse): Promise<void> {
  const visitor = portal.visitor();
  await visitor.send(await signInAt(portal, visitor, 'one'), {}, '/external/unlinked/e-mail');
  const [, code = ''] = /activation#([0-9A-Z-]+)/.exec((await portal.mails(email)).at(-1)?.text ?? '') ?? [];
  const page = await visitor.send(await visitor.get('/activation'), { code, birthDate: '1970-01-01' });
  await follow(portal, visitor, await visitor.send(page, {}, '/external?'));
  // Its code has arrived before another is sent.
  await portal.mails(email);
}

eachOutsidePortal(
  'staff at an identity provider',
  (portal, provider) => {
    before(() => modelOf(portal(), 'own', 'external'));
    beforeEach(() => portal().world.advance(7 * 3600_000));

    const amrIn = async (visitor: PageVisitor) => (await accountIn(portal(), visitor))?.amr;

    it('[RN-16] [RN-15] the own second factor is asked for, unless the provider says it has had one', async () => {
      const one = await nurse(portal());
      const sub = `sub-${token()}`;
      provider().person = { sub, claims: { email: one.email }, amr: ['pwd'] };
      await connected(portal(), one);
      const visitor = portal().visitor();
      const page = await signInAt(portal(), visitor, 'one');
      assert.match(page.text, /One more step/);
      assert.equal(await accountIn(portal(), visitor), undefined);
      await visitor.send(page, { code: codeOf(await portal().mails(one.email)) }, '/sign-in/code');
      assert.deepEqual(await amrIn(visitor), ['pwd', 'otp', 'mfa']);
      for (const more of [{ amr: ['pwd', 'hwk'] }, { acr: 'urn:two-steps' }]) {
        provider().person = { sub, ...more };
        const other = portal().visitor();
        await signInAt(portal(), other, 'one');
        assert.equal((await accountIn(portal(), other))?.account, one.account);
        assert.deepEqual(await amrIn(other), [...('amr' in more ? more.amr : []), 'mfa']);
      }
    });

    it('[D03] without the role in force it is nobody: the page is that of somebody unknown', async () => {
      const one = await nurse(portal());
      provider().person = { sub: `sub-${token()}`, claims: { email: one.email }, amr: ['hwk'] };
      await connected(portal(), one);
      const visitor = portal().visitor();
      await signInAt(portal(), visitor, 'one');
      assert.equal((await accountIn(portal(), visitor))?.account, one.account);
      await portal().fhir('demo-system', 'PUT', `PractitionerRole/${String(one.role['id'])}`, {
        ...one.role,
        active: false,
      });
      assert.equal(await accountIn(portal(), visitor), undefined);
      const later = portal().visitor();
      const page = await signInAt(portal(), later, 'one');
      assert.match(page.text, /not connected with an account here/);
      const sent = (await portal().mails(one.email)).length;
      await later.send(page, {}, '/external/unlinked/e-mail');
      assert.equal((await portal().mails(one.email)).length, sent);
    });

    it('[RN-16] members are not signed in to by a provider while their model is own', async () => {
      const member = await portal().member();
      provider().person = { sub: `sub-${token()}`, claims: { email: member.email, family_name: 'x' } };
      const visitor = portal().visitor();
      await visitor.send(await signInAt(portal(), visitor, 'one'), {}, '/external/unlinked/e-mail');
      assert.deepEqual(
        (await portal().mails(member.email)).filter(({ subject }) => subject.includes('another service')),
        [],
      );
    });
  },
  { secondFactor: { amr: ['hwk', 'mfa'], acr: ['urn:two-steps'] } },
);
