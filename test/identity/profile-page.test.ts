/** The page on which people keep their profile, and that of those for whom they do it. */
import assert from 'node:assert/strict';
import type { Patient } from 'fhir/r4.js';
import { configure, eachMembership, signIn, token, type Member, type Portal } from './members.js';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';

const PATH = '/account/profile';
const OWN = 'https://portico.health/fhir';
const VALUES = {
  ...{ street: '12 Mill Lane\r\nFlat 3', city: 'Springfield', state: 'MA', postalCode: '01101', country: 'US' },
  ...{ mobile: '(212) 555-0123', language: 'ar', channel: 'email', quietFrom: '22:00', quietUntil: '07:00' },
};

async function opened(portal: Portal): Promise<{ dana: Member; browser: PageVisitor; page: Page }> {
  const dana = await portal.member();
  const browser = portal.visitor();
  await signIn(browser, dana);
  return { dana, browser, page: await browser.get(PATH) };
}

const record = async (portal: Portal, reference: string): Promise<Patient> =>
  (await portal.fhir('demo-system', 'GET', reference)) as unknown as Patient;

eachMembership('the page of a profile', portal => {
  it('[RN-4] shows how the patient is reached, and changes it at once; the rest of the record stays', async () => {
    const { dana, browser, page } = await opened(portal());
    assert.match(page.text, new RegExp(dana.email));
    const before = await record(portal(), dana.patient);
    const email = `next-${token()}@example.org`;
    const saved = await browser.send(page, { ...VALUES, email }, PATH);
    for (const shown of ['It is saved.', 'Mill Lane', 'Springfield', '(212) 555-0123', email])
      assert.ok(saved.text.includes(shown), shown);
    const after = await record(portal(), dana.patient);
    assert.deepEqual(after.address, [
      {
        ...{ use: 'home', line: ['12 Mill Lane', 'Flat 3'], city: 'Springfield', state: 'MA' },
        postalCode: '01101',
        country: 'US',
      },
    ]);
    assert.deepEqual(after.telecom, [
      { system: 'email', value: email },
      { system: 'phone', use: 'mobile', value: '(212) 555-0123' },
    ]);
    assert.deepEqual(after.communication?.[0]?.preferred, true);
    assert.deepEqual(
      after.extension?.map(({ url }) => url),
      [`${OWN}/StructureDefinition/notice-channel`, `${OWN}/StructureDefinition/quiet-hours`],
    );
    assert.deepEqual(
      [after.name, after.birthDate, after.identifier],
      [before.name, before.birthDate, before.identifier],
    );
    const emptied = await browser.send(saved, { email }, PATH);
    assert.match(emptied.text, /It is saved/);
    const last = await record(portal(), dana.patient);
    assert.deepEqual([last.address, last.communication, last.extension], [undefined, undefined, undefined]);
  });

  it('[RN-4] what is not shown stays: second addresses, landlines, preferences of one kind of notice', async () => {
    const { dana, browser } = await opened(portal());
    const before = await record(portal(), dana.patient);
    const extension = [
      {
        url: `${OWN}/StructureDefinition/notice-channel`,
        extension: [
          { url: 'channel', valueCode: 'none' },
          { url: 'notice', valueCode: 'new-message' },
        ],
      },
    ];
    const address = [
      { use: 'work', city: 'Ogdenville' },
      { use: 'home', text: 'by the river', period: { start: '2020' } },
    ];
    const telecom = [{ system: 'phone', use: 'home', value: '212 555 0100' }, ...(before.telecom ?? [])];
    await portal().fhir('demo-system', 'PUT', dana.patient, { ...before, address, telecom, extension });
    const page = await browser.get(PATH);
    const saved = await browser.send(page, { email: dana.email, city: 'Springfield' }, PATH);
    assert.match(saved.text, /It is saved/);
    const after = await record(portal(), dana.patient);
    assert.deepEqual(after.address, [address[0], { use: 'home', city: 'Springfield' }]);
    assert.deepEqual([after.telecom, after.extension], [telecom, extension]);
  });

  it('[RN-4] wrong values are refused, and shown as they were typed; nothing changes', async () => {
    const { dana, browser, page } = await opened(portal());
    const before = await record(portal(), dana.patient);
    const wrong = [
      { email: 'no address' },
      { mobile: 'call me', email: dana.email },
      { quietFrom: '22:00' },
      { channel: 'pigeon' },
    ];
    for (const values of wrong) {
      const refused = await browser.send(page, { city: '"<b>Here', ...values }, PATH);
      assert.equal(refused.status, 422, JSON.stringify(values));
      assert.ok(refused.text.includes('&quot;&lt;b&gt;Here'));
      assert.match(refused.text, /role="alert"/);
    }
    assert.deepEqual(await record(portal(), dana.patient), before);
  });

  it('[RN-4] of two pages that were open the second is refused, and keeps what the first has saved', async () => {
    const { dana, browser, page } = await opened(portal());
    await browser.send(page, { email: dana.email, city: 'Springfield' }, PATH);
    const second = await browser.send(page, { email: dana.email, city: 'Shelbyville' }, PATH);
    assert.equal(second.status, 409);
    assert.equal((await record(portal(), dana.patient)).address?.[0]?.city, 'Springfield');
  });

  it('[RN-4] [D04] a proxy keeps the profile of a patient where the relation includes it, and of nobody else', async () => {
    const { dana, browser } = await opened(portal());
    const [child, other, stranger] = [await portal().member(), await portal().member(), await portal().member()];
    const relate = async (patient: string, code: string): Promise<object> => {
      const extension = [{ url: `${OWN}/StructureDefinition/proxy-function`, valueCode: code }];
      const related = { resourceType: 'RelatedPerson', active: true, patient: { reference: patient }, extension };
      const { id } = await portal().fhir('demo-system', 'POST', 'RelatedPerson', related);
      return { target: { reference: `RelatedPerson/${String(id)}` } };
    };
    const person = await portal().fhir('demo-system', 'GET', dana.account);
    const link = [
      ...(person['link'] as object[]),
      await relate(child.patient, 'profile'),
      await relate(other.patient, 'tasks'),
    ];
    await portal().fhir('demo-system', 'PUT', dana.account, { ...person, link });
    const own = await browser.get(PATH);
    const id = child.patient.slice('Patient/'.length);
    assert.ok(own.text.includes(`patient=${id}`));
    const theirs = await browser.get(`${PATH}?patient=${id}`);
    assert.match((await browser.send(theirs, { city: 'Springfield' }, PATH)).text, /It is saved/);
    assert.equal((await record(portal(), child.patient)).address?.[0]?.city, 'Springfield');
    for (const one of [other, stranger]) {
      const patient = one.patient.slice('Patient/'.length);
      assert.ok(!(await browser.get(`${PATH}?patient=${patient}`)).text.includes(one.email));
      await browser.send(own, { city: 'Springfield', patient }, PATH);
      assert.equal((await record(portal(), one.patient)).address, undefined);
    }
  });

  it('[RN-24] while it is switched off there is no form, and one that was open changes nothing', async () => {
    const { dana, browser, page } = await opened(portal());
    await configure(portal(), { 'update-profile': { valueBoolean: false } });
    assert.ok(!(await browser.get(PATH)).text.includes('name="city"'));
    assert.equal((await browser.send(page, { email: dana.email, city: 'Springfield' }, PATH)).status, 403);
    await configure(portal(), { 'update-profile': { valueBoolean: true } });
    assert.equal((await record(portal(), dana.patient)).address, undefined);
  });

  it('[C17] needs a sign-in, and a form of this server', async () => {
    const { browser, page } = await opened(portal());
    assert.match((await portal().visitor().get(PATH)).text, /Sign in/);
    const forged = {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: new URLSearchParams({ form: 'x' }),
    };
    assert.equal((await browser.request(PATH, forged)).status, 403);
    assert.ok(page.text.includes('name="form"'));
  });
});
