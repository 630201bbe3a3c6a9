/** The page of relations: who acts for whom, the end of it, and another person who is asked to act, who accepts or declines. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { configure, eachMembership, PASSWORD, signIn, token, type Member, type Portal } from './members.js';

const PATH = '/account/relations';

interface Asked {
  readonly patient: Member;
  readonly browser: PageVisitor;
  readonly email: string;
  readonly code: string;
}

const wish = (email: string, more: Record<string, string> = {}) => ({
  ...{ given: 'Dana', family: 'Newcomer', email, relationship: 'SPS', 'may-messages': '1', 'may-pay': '1' },
  ...{ current: PASSWORD, ...more },
});

const codeIn = (mails: readonly { text: string }[]): string =>
  /proxy-invitation#([0-9A-Z-]+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';

async function openPage(portal: Portal, member: Member): Promise<{ browser: PageVisitor; page: Page }> {
  const browser = portal.visitor();
  await signIn(browser, member);
  return { browser, page: await browser.get(PATH) };
}

/** A patient who has asked somebody; by default a person whom nobody knows. */
async function ask(portal: Portal, more: Record<string, string> = {}): Promise<Asked> {
  const patient = await portal.member();
  const { browser, page } = await openPage(portal, patient);
  const email = more['email'] ?? `${token()}@example.org`;
  const sent = await browser.send(page, wish(email, more), `${PATH}/ask`);
  assert.equal(sent.status, 200, sent.text);
  assert.ok(sent.text.includes('The invitation is on its way.'));
  return { patient, browser, email, code: codeIn(await portal.mails(email)) };
}

/** A member who is asked by the name that they have. */
async function askMember(portal: Portal): Promise<Asked & { proxy: Member; family: string }> {
  const proxy = await portal.member();
  const { name } = (await portal.fhir('demo-system', 'GET', proxy.patient)) as { name: [{ family: string }] };
  const asked = await ask(portal, { family: name[0].family, email: proxy.email });
  return { ...asked, proxy, family: name[0].family };
}

async function relations(portal: Portal, { patient }: Pick<Member, 'patient'>): Promise<Record<string, unknown>[]> {
  const { entry = [] } = (await portal.fhir('demo-system', 'GET', `RelatedPerson?patient=${patient}`)) as {
    entry?: { resource: Record<string, unknown> }[];
  };
  return entry.map(({ resource }) => resource);
}

async function reads(portal: Portal, account: string, path: string): Promise<number> {
  const authorization = `Bearer ${portal.server.token('demo-patient', account)}`;
  return (await fetch(`${portal.server.portal}/${path}`, { headers: { authorization } })).status;
}

const openCode = async (browser: PageVisitor, code: string): Promise<Page> =>
  browser.send(await browser.get('/proxy-invitation'), { code }, '/proxy-invitation');

function accepting(portal: () => Portal): void {
  it('[RN-17] [RN-13] a member who was asked accepts by the code, and acts in what was given; the code is good once', async () => {
    const { patient, proxy, code, browser } = await askMember(portal());
    const { browser: theirs } = await openPage(portal(), proxy);
    const page = await openCode(theirs, code);
    assert.ok(page.text.includes('Read and write messages'));
    assert.ok(page.text.includes('asks you to act for them:') && !page.text.includes('A patient asks'), 'by name');
    const done = await theirs.send(page, {}, '/proxy-invitation/accept');
    assert.ok(done.text.includes('You may act for them now.'), done.text);
    assert.equal(await reads(portal(), proxy.account, patient.patient), 200);
    const [relation] = await relations(portal(), patient);
    assert.deepEqual(
      (relation?.['extension'] as { valueCode: string }[]).map(({ valueCode }) => valueCode),
      ['convenience', 'messages', 'pay'],
    );
    assert.equal((await openCode(theirs, code)).status, 410);
    const shown = await browser.get(PATH);
    assert.ok(shown.text.includes('Pay') || shown.text.includes('pay bills'));
    assert.ok(!shown.text.includes('Take it back'), 'it is answered');
  });

  it('[RN-17] a newcomer gets an account of their own, by the code and an activation, and no record', async () => {
    const { patient, email, code } = await ask(portal());
    const browser = portal().visitor();
    const page = await openCode(browser, code);
    const sent = await browser.send(page, { birthDate: '1985-05-06' }, '/proxy-invitation/new');
    assert.ok(sent.text.includes('How to activate your account'), sent.text);
    const activation = /activation#([0-9A-Z-]+)/.exec(
      (await portal().mails(email)).map(({ text }) => text).join(),
    )?.[1];
    const choice = await browser.send(
      await browser.get('/activation'),
      { code: activation ?? '', birthDate: '1985-05-06' },
      '/activation',
    );
    const userName = `new.${token()}`;
    const chosen = { userName, password: PASSWORD, again: PASSWORD };
    await browser.send(choice, chosen, '/activation/account');
    await signIn(browser, { userName, password: PASSWORD });
    const shown = await browser.get(PATH);
    assert.ok(
      shown.text.includes('People for whom you act') && !shown.text.includes('People who act for you<'),
      shown.text,
    );
    const [relation] = await relations(portal(), patient);
    const { entry } = (await portal().fhir(
      'demo-system',
      'GET',
      `Person?link=RelatedPerson/${String(relation?.['id'])}`,
    )) as {
      entry: [{ resource: { id: string; link: unknown[] } }];
    };
    assert.equal(entry[0].resource.link.length, 1, 'no record of their own');
    assert.equal(await reads(portal(), `Person/${entry[0].resource.id}`, patient.patient), 200);
  });

  it('[RN-17] external: a newcomer gets no account; a member accepts', async () => {
    await configure(portal(), { 'credential-model': { valueCode: 'both' } });
    const asked = await ask(portal());
    const member = await askMember(portal());
    const { browser: theirs } = await openPage(portal(), member.proxy);
    const accepting = await openCode(theirs, member.code);
    const browser = portal().visitor();
    const page = await openCode(browser, asked.code);
    await configure(portal(), { 'credential-model': { valueCode: 'external' } });
    assert.equal((await browser.send(page, { birthDate: '1985-05-06' }, '/proxy-invitation/new')).status, 422);
    assert.deepEqual(await relations(portal(), asked.patient), []);
    assert.equal((await theirs.send(accepting, {}, '/proxy-invitation/accept')).status, 200);
    assert.equal((await relations(portal(), member.patient)).length, 1);
    await configure(portal(), { 'credential-model': { valueCode: 'own' } });
  });

  it('[RN-13] of two who accept at once one relation is made; whoever declines acts for nobody', async () => {
    const { patient, proxy, code } = await askMember(portal());
    const pages = [await openPage(portal(), proxy), await openPage(portal(), proxy)];
    const opened = await Promise.all(pages.map(({ browser }) => openCode(browser, code)));
    const answers = await Promise.all(
      pages.map(({ browser }, at) => browser.send(opened[at]!, {}, '/proxy-invitation/accept')),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 410]);
    assert.equal((await relations(portal(), patient)).length, 1);
    const other = await ask(portal());
    const browser = portal().visitor();
    const declined = await browser.send(await openCode(browser, other.code), {}, '/proxy-invitation/decline');
    assert.ok(declined.text.includes('You have declined.'));
    assert.equal((await openCode(browser, other.code)).status, 410);
    assert.deepEqual(await relations(portal(), other.patient), []);
  });
}

function refusing(portal: () => Portal): void {
  it('[D05] a member of another name, the patient, and a minor are refused, and wrong names end the code', async () => {
    const { patient, code, browser } = await ask(portal(), { given: 'Nobody', family: 'Elsewhere' });
    const stranger = await portal().member();
    const { browser: theirs } = await openPage(portal(), stranger);
    for (let round = 0; round < 4; round++) {
      const page = await openCode(theirs, code);
      assert.ok(page.text.includes('A patient asks you'), 'who asks is not told to somebody else');
      assert.equal((await theirs.send(page, {}, '/proxy-invitation/accept')).status, 403);
    }
    await browser.send(await openCode(browser, code), {}, '/proxy-invitation/accept');
    assert.equal((await openCode(theirs, code)).status, 410, 'locked');
    assert.deepEqual(await relations(portal(), patient), []);
    const young = await ask(portal());
    const visitor = portal().visitor();
    const page = await openCode(visitor, young.code);
    assert.equal((await visitor.send(page, { birthDate: '2020-01-01' }, '/proxy-invitation/new')).status, 422);
    assert.deepEqual(await relations(portal(), young.patient), []);
  });

  it('[RN-13] needs the password once more, whole facts, and a function that may be given', async () => {
    const patient = await portal().member();
    const { browser, page } = await openPage(portal(), patient);
    const email = `${token()}@example.org`;
    const tries: [Record<string, string>, number][] = [
      [{ current: 'not the password' }, 403],
      [{ email: 'nowhere' }, 422],
      [{ family: ' ' }, 422],
      [{ relationship: 'ASTRO' }, 422],
      [{ end: '2001-01-01' }, 422],
      [{ 'may-messages': '', 'may-pay': '', 'may-consent': '1' }, 422],
    ];
    for (const [more, status] of tries) {
      assert.equal((await browser.send(page, wish(email, more), `${PATH}/ask`)).status, status, JSON.stringify(more));
    }
    assert.deepEqual(await portal().mails(email), []);
    const foreign = await browser.request(`${PATH}/ask`, { method: 'POST', body: new URLSearchParams(wish(email)) });
    assert.equal(foreign.status, 403, 'a form of another site');
  });

  it('[RN-13] what is taken back cannot be accepted, and nobody takes back what another asked', async () => {
    const { browser, code, patient } = await ask(portal());
    const other = await portal().member();
    const { browser: theirs, page } = await openPage(portal(), other);
    const shown = await browser.get(PATH);
    const id = /name="invitation" value="([^"]+)"/.exec(shown.text)?.[1] ?? '';
    const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const body = new URLSearchParams({ form, invitation: id });
    const own = { origin: new URL(portal().server.url).origin, 'sec-fetch-site': 'same-origin' };
    await theirs.request(`${PATH}/take-back`, { method: 'POST', body, headers: own });
    assert.equal((await openCode(portal().visitor(), code)).status, 200, 'still open');
    await browser.send(shown, {}, `${PATH}/take-back`);
    assert.equal((await openCode(portal().visitor(), code)).status, 410);
    assert.deepEqual(await relations(portal(), patient), []);
  });
}

function ending(portal: () => Portal): void {
  for (const side of ['patient', 'proxy'] as const) {
    it(`[RN-13] [D03] the ${side} ends a relation on the page, and both still see that it was`, async () => {
      const asked = await askMember(portal());
      const { browser: theirs } = await openPage(portal(), asked.proxy);
      await theirs.send(await openCode(theirs, asked.code), {}, '/proxy-invitation/accept');
      const browser = side === 'patient' ? asked.browser : theirs;
      const ended = await browser.send(await browser.get(PATH), {}, `${PATH}/end`);
      assert.ok(ended.text.includes('That has ended.'));
      assert.equal(await reads(portal(), asked.proxy.account, asked.patient.patient), 404);
      for (const one of [asked.browser, theirs]) assert.ok((await one.get(PATH)).text.includes('no longer'));
      const [relation] = await relations(portal(), asked.patient);
      assert.equal(relation?.['active'], false);
    });
  }

  it('[RN-13] nobody ends a relation of others', async () => {
    const asked = await askMember(portal());
    const { browser: theirs } = await openPage(portal(), asked.proxy);
    await theirs.send(await openCode(theirs, asked.code), {}, '/proxy-invitation/accept');
    const [relation] = await relations(portal(), asked.patient);
    const { browser, page } = await openPage(portal(), await portal().member());
    const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const body = new URLSearchParams({ form, relation: String(relation?.['id']) });
    const own = { origin: new URL(portal().server.url).origin, 'sec-fetch-site': 'same-origin' };
    await browser.request(`${PATH}/end`, { method: 'POST', body, headers: own });
    assert.equal(await reads(portal(), asked.proxy.account, asked.patient.patient), 200);
  });
}

eachMembership('relations on the page of the account', portal => {
  accepting(portal);
  refusing(portal);
  ending(portal);
});
