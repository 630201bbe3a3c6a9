/** The first sign-in of an external identity: nobody is linked by what a provider says. */
import assert from 'node:assert/strict';
import type { Outsider } from '../fixtures/openid-provider.js';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { codeOf, signIn, token, type Member, type Portal } from './members.js';
import { accountIn, eachOutsidePortal, follow, modelOf, signInAt } from './outsiders.js';

/** Somebody whose claims are the facts of this member's record. */
async function doubleOf({ fhir }: Portal, { patient }: Pick<Member, 'patient'>): Promise<Outsider> {
  const record = await fhir('demo-system', 'GET', patient);
  const [name] = record['name'] as { family: string; given: string[] }[];
  const [telecom] = record['telecom'] as { value: string }[];
  const claims = { family_name: name?.family, given_name: name?.given[0], birthdate: record['birthDate'] };
  return { sub: `sub-${token()}`, claims: { ...claims, email: telecom?.value, email_verified: true } };
}

const accountOf = async (portal: Portal, visitor: PageVisitor): Promise<string | undefined> =>
  (await accountIn(portal, visitor))?.account;

/** A page without what belongs to one browser. */
const bare = ({ text }: Page): string => text.replace(/value="[^"]*"/g, '');

const askForMail = (visitor: PageVisitor, page: Page): Promise<Page> =>
  visitor.send(page, {}, '/external/unlinked/e-mail');

eachOutsidePortal('the first sign-in at an identity provider', (portal, provider) => {
  beforeEach(() => portal().world.advance(7 * 3600_000));

  it('[RN-8] [RN-16] a member connects it by a code to the contact on record, and signs in with it from then on', async () => {
    const member = await portal().member();
    provider().person = await doubleOf(portal(), member);
    const visitor = portal().visitor();
    const page = await signInAt(portal(), visitor, 'one');
    assert.match(page.text, /not connected with an account here/);
    assert.equal(await accountOf(portal(), visitor), undefined);
    const asked = await askForMail(visitor, page);
    const code = codeOf(await portal().mails(member.email));
    assert.match(code, /^\d{6}$/);
    assert.equal((await visitor.send(asked, { code: '000000' })).status, 401);
    const account = await visitor.send(asked, { code });
    assert.match(account.text, /Your account/);
    assert.equal(await accountOf(portal(), visitor), member.account);
    const later = portal().visitor();
    await signInAt(portal(), later, 'one');
    assert.equal(await accountOf(portal(), later), member.account);
    assert.match((await portal().mails(member.email)).at(-1)?.subject ?? '', /How you sign in has changed/);
  });

  it('[RN-8] a member connects it by a sign-in of their own that comes after it', async () => {
    const member = await portal().member();
    provider().person = { sub: `sub-${token()}` };
    const visitor = portal().visitor();
    await signIn(visitor, member);
    await signInAt(portal(), visitor, 'one');
    const before = await visitor.get('/external/connect');
    assert.match(before.text, /name="password"/, 'a sign-in from before is no proof');
    const page = await signIn(visitor, member, '/sign-in?return=%2Fexternal%2Fconnect');
    assert.match(page.text, /Connect Service one/);
    assert.equal(await accountOf(portal(), portal().visitor()), undefined);
    assert.match((await visitor.send(page, {})).text, /It is saved/);
    const later = portal().visitor();
    await signInAt(portal(), later, 'one');
    assert.equal(await accountOf(portal(), later), member.account);
  });

  it('[C07] claims of a member, of a patient, of nobody, and no claims at all are the same page, answer and cookies', async () => {
    const member = await portal().member();
    const unique = token();
    const patient = await portal().fhir('demo-system', 'POST', 'Patient', {
      ...{ resourceType: 'Patient', active: true, birthDate: '1971-01-01', name: [{ family: unique, given: ['Pat'] }] },
      telecom: [{ system: 'email', value: `${unique}@example.org` }],
    });
    const people = [
      await doubleOf(portal(), member),
      await doubleOf(portal(), { patient: `Patient/${String(patient['id'])}` }),
      { sub: `sub-${token()}`, claims: { family_name: 'No', given_name: 'Body', birthdate: '1990-01-01' } },
      { sub: `sub-${token()}` },
    ];
    const seen = [];
    for (const person of people) {
      provider().person = person;
      const visitor = portal().visitor();
      const page = await signInAt(portal(), visitor, 'one');
      const asked = await askForMail(visitor, page);
      const wrong = await visitor.send(asked, { code: '123456' });
      seen.push([page, asked, wrong].map(one => [one.status, bare(one), [...visitor.cookies.keys()]]));
    }
    for (const one of seen) assert.deepEqual(one, seen[0]);
    assert.deepEqual(await portal().mails(`${unique}@example.org`), [], 'no enrollment where the switch is off');
  });

  it('[PC-13] a patient without an account is sent the way in where self-enrollment is on, and goes on with the provider', async () => {
    await modelOf(portal(), 'both', 'both', { 'self-enrollment': { valueCode: 'on' } });
    const unique = token();
    const email = `${unique}@example.org`;
    const made = await portal().fhir('demo-system', 'POST', 'Patient', {
      ...{ resourceType: 'Patient', active: true, birthDate: '1971-01-01', name: [{ family: unique, given: ['Pat'] }] },
      telecom: [{ system: 'email', value: email }],
    });
    provider().person = await doubleOf(portal(), { patient: `Patient/${String(made['id'])}` });
    const visitor = portal().visitor();
    await askForMail(visitor, await signInAt(portal(), visitor, 'one'));
    const [, code = ''] = /activation#([0-9A-Z-]+)/.exec((await portal().mails(email)).at(-1)?.text ?? '') ?? [];
    const page = await visitor.send(await visitor.get('/activation'), { code, birthDate: '1971-01-01' });
    assert.match(page.text, /Use Service one/);
    await follow(portal(), visitor, await visitor.send(page, {}, '/external?'));
    const account = await accountOf(portal(), visitor);
    const person = await portal().fhir('demo-system', 'GET', account ?? 'none');
    assert.equal(
      (person['link'] as { target: { reference: string } }[])[0]?.target.reference,
      `Patient/${String(made['id'])}`,
    );
    await modelOf(portal(), 'both');
  });
});
