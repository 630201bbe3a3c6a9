/** Enrollment without an invitation. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { uniqueLetters } from '../fixtures/unique.js';
import { configure, eachMembership, PASSWORD, signIn, type Portal } from './members.js';

const PATH = '/self-enrollment';
const BIRTH_DATE = '1980-02-03';

interface Facts {
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  readonly email: string;
}

const somebody = (): Facts => {
  const name = uniqueLetters();
  return { family: `Fam${name}`, given: 'Noor', birthDate: BIRTH_DATE, email: `${name}@example.org` };
};

async function onRecord({ fhir }: Portal, { family, given, birthDate, email }: Facts): Promise<string> {
  const patient = await fhir('demo-system', 'POST', 'Patient', {
    ...{ resourceType: 'Patient', active: true, birthDate, name: [{ family, given: [given] }] },
    telecom: [{ system: 'email', value: email }],
  });
  return `Patient/${String(patient['id'])}`;
}

const ask = async (browser: PageVisitor, facts: Facts): Promise<Page> =>
  browser.send(await browser.get(PATH), { ...facts });

const codeIn = async (portal: Portal, { email }: Facts): Promise<string> =>
  /activation#([0-9A-Z-]+)/.exec((await portal.mails(email)).at(-1)?.text ?? '')?.[1] ?? '';

const bare = ({ text }: Page): string => text.replace(/value="[^"]*"/g, '');

eachMembership('self-enrollment', portal => {
  before(() => configure(portal(), { 'self-enrollment': { valueCode: 'on' } }));
  beforeEach(() => portal().world.advance(7 * 3600_000));

  it('[PC-13] a patient states facts, gets the code at the contact on record, and has an account', async () => {
    const facts = somebody();
    const patient = await onRecord(portal(), facts);
    const browser = portal().visitor();
    assert.match((await browser.get('/sign-in')).text, /href="\/self-enrollment/);
    await ask(browser, { ...facts, email: facts.email.toUpperCase() });
    const code = await codeIn(portal(), facts);
    const page = await browser.send(await browser.get('/activation'), { code, birthDate: BIRTH_DATE });
    const userName = `u-${facts.family}`;
    const done = await browser.send(page, { userName, password: PASSWORD, again: PASSWORD });
    assert.match(done.text, /Your account is ready/);
    assert.match((await signIn(browser, { userName, password: PASSWORD })).text, new RegExp(userName));
    const accounts = await portal().fhir('demo-system', 'GET', `Person?link=${patient}`);
    assert.equal((accounts['entry'] as unknown[]).length, 1);
  });

  it('[PC-13] [C07] the answer is the same for a match, for none, for several, for members, minors and the dead', async () => {
    const matched = somebody();
    await onRecord(portal(), matched);
    const twins = somebody();
    await onRecord(portal(), twins);
    await onRecord(portal(), twins);
    const child = { ...somebody(), birthDate: new Date(portal().world.clock.now()).toISOString().slice(0, 10) };
    await onRecord(portal(), child);
    const dead = somebody();
    const gone = await onRecord(portal(), dead);
    const record = await portal().fhir('demo-system', 'GET', gone);
    await portal().fhir('demo-system', 'PUT', gone, { ...record, deceasedBoolean: true });
    const wrong = { ...matched, birthDate: '1981-02-03' };
    const elsewhere = { ...matched, email: somebody().email };
    const all = [matched, somebody(), twins, child, dead, wrong, elsewhere];
    const pages = [];
    for (const facts of all) pages.push(await ask(portal().visitor(), facts));
    assert.equal(new Set(pages.map(bare)).size, 1);
    assert.deepEqual([...new Set(pages.map(({ status }) => status))], [200]);
    assert.notEqual(await codeIn(portal(), matched), '');
    for (const one of [twins, child, dead, elsewhere]) assert.deepEqual(await portal().mails(one.email), []);
  });

  it('[PC-13] somebody who has an account is told its user name, and gets no second one', async () => {
    const dana = await portal().member();
    const { name, birthDate } = (await portal().fhir('demo-system', 'GET', dana.patient)) as {
      name: { family: string; given: string[] }[];
      birthDate: string;
    };
    const facts = { family: name[0]?.family ?? '', given: name[0]?.given[0] ?? '', birthDate, email: dana.email };
    await ask(portal().visitor(), facts);
    const mail = (await portal().mails(dana.email)).at(-1);
    assert.ok(mail?.text.includes(dana.userName));
    const accounts = await portal().fhir('demo-system', 'GET', `Person?link=${dana.patient}`);
    assert.equal((accounts['entry'] as unknown[]).length, 1);
  });

  it('[PC-13] facts that are none are refused, and change nothing', async () => {
    const facts = somebody();
    for (const change of [{ family: '' }, { birthDate: '1980' }, { email: 'x' }, { given: 'a\u0000b' }])
      assert.equal((await ask(portal().visitor(), { ...facts, ...change })).status, 422);
  });

  it('[PC-13] [RN-24] it is a switch: off, there is no such page', async () => {
    const facts = somebody();
    await onRecord(portal(), facts);
    const browser = portal().visitor();
    const page = await browser.get(PATH);
    await configure(portal(), { 'self-enrollment': { valueCode: 'off' } });
    assert.equal((await browser.send(page, { ...facts })).status, 404);
    assert.equal((await browser.get(PATH)).status, 404);
    assert.ok(!(await browser.get('/sign-in')).text.includes(PATH));
    assert.deepEqual(await portal().mails(facts.email), []);
    await configure(portal(), { 'self-enrollment': { valueCode: 'on' } });
  });
});
