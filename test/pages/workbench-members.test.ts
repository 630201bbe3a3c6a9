/** Member administration at the Workbench: people are found, acted for and compared, with the rights of whoever is signed in. */
import assert from 'node:assert/strict';
import { uniqueLetters } from '../fixtures/unique.js';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, type Portal } from '../identity/members.js';
import { enrolStaff, staffVisitor } from '../identity/staff-visitor.js';

const MEMBERS = '/workbench/members';

/** The address of a link with this text. */
const linkTo = ({ text }: Page, label: string): string => {
  const links = [...text.matchAll(/<a\s+href="([^"]+)"[^>]*>(.*?)<\/a\s*>/gs)];
  const [, address = ''] = links.find(([, , content = '']) => content.includes(label)) ?? [];
  return address.replaceAll('&amp;', '&');
};

const memberAt = (browser: PageVisitor, of: string): Promise<Page> => browser.get(`${MEMBERS}/member?of=${of}`);

/** Follows the link of an act, and confirms it. */
async function acts(browser: PageVisitor, of: string, label: string, fields: Record<string, string> = {}) {
  const asked = await browser.get(linkTo(await memberAt(browser, of), label));
  return browser.send(asked, fields, `${MEMBERS}/action`);
}

async function recordOf({ fhir }: Portal, more: object): Promise<string> {
  const resource = { resourceType: 'Patient', active: true, birthDate: '1984-05-06', ...more };
  return `Patient/${String((await fhir('demo-system', 'POST', 'Patient', resource))['id'])}`;
}

eachMembership('the Workbench: members', portal => {
  let administrator: PageVisitor;
  let agent: PageVisitor;
  let auditor: PageVisitor;
  before(async () => {
    await enrolStaff(portal());
    agent = await staffVisitor(portal(), 'agent');
    auditor = await staffVisitor(portal(), 'auditor');
    administrator = await staffVisitor(portal(), 'administrator');
  });
  const search = async (fields: Record<string, string>, browser = administrator) =>
    browser.send(await browser.get(MEMBERS), fields, MEMBERS);

  it('[RN-30] people are found by what they are known by, with where they stand; names are text, and in no address', async () => {
    const family = `Y${uniqueLetters()}`;
    const script = `<script>alert("${family}")</script>`;
    const email = `${family.toLowerCase()}@example.org`;
    const telecom = [{ system: 'email', value: email }];
    await recordOf(portal(), { name: [{ text: script, family, given: ['Anna'] }], telecom });
    await recordOf(portal(), { name: [{ family, given: ['Boy'] }], birthDate: '2024-01-02' });
    await recordOf(portal(), { name: [{ family, given: ['Gone'] }], deceasedBoolean: true });
    const all = await search({ name: family });
    assert.equal(all.status, 200);
    assert.ok(!all.text.includes('<script>alert'));
    assert.match(all.text, new RegExp(`&lt;script&gt;alert\\(&quot;${family}`));
    for (const said of ['Not enrolled', 'Too young for an account', 'Closed', 'Has died', 'No contact on record'])
      assert.ok(all.text.includes(said), said);
    assert.ok(all.path.startsWith(MEMBERS) && !/[?&]name=/.test(all.path));
    const [one, none] = [await search({ email }), await search({ name: family, birthDate: '1984-05-07' })];
    assert.match(one.text, /Not enrolled/);
    assert.match(none.text, /Nobody is found/);
    const wrong = await search({ birthDate: 'May' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /role="alert"/);
    assert.match(wrong.text, /name="birthDate"[^>]*value="May"/s);
    assert.equal((await search({})).status, 422);
  });

  it('[RN-30] many are shown a page at a time, by a link that says nothing of whom', async () => {
    const family = `Y${uniqueLetters()}`;
    for (let at = 0; at < 21; at++) await recordOf(portal(), { name: [{ family, given: [`N${at}`] }] });
    const first = await search({ name: family });
    const next = linkTo(first, 'Next');
    assert.ok(next.includes('page=') && !next.includes(family));
    const second = await administrator.get(next);
    const namesIn = ({ text }: Page) => [...text.matchAll(new RegExp(`N\\d+ ${family}`, 'g'))].map(([name]) => name);
    assert.equal(new Set([...namesIn(first), ...namesIn(second)]).size, 21);
    assert.equal((await administrator.get(`${MEMBERS}?page=nonsense`)).status, 404);
  });

  it('[RN-30] someone is invited, the invitation sent again and withdrawn, each once it is confirmed', async () => {
    const family = `Y${uniqueLetters()}`;
    const email = `${family.toLowerCase()}@example.org`;
    const of = await recordOf(portal(), { name: [{ family }], telecom: [{ system: 'email', value: email }] });
    const asked = await administrator.get(linkTo(await memberAt(administrator, of), 'Invite'));
    assert.equal((await portal().mails(email)).length, 0, 'asking alone sends nothing');
    const invited = await administrator.send(asked, { channel: 'email' }, `${MEMBERS}/action`);
    assert.match(invited.text, /role="status"/);
    assert.equal((await portal().mails(email)).length, 1);
    portal().world.advance(11_000);
    await acts(administrator, of, 'Send the invitation again');
    assert.equal((await portal().mails(email)).length, 2);
    const withdrawn = await acts(administrator, of, 'Withdraw the invitation');
    assert.match(withdrawn.text, /withdrawn or replaced/);
    assert.equal(linkTo(withdrawn, 'Withdraw the invitation'), '');
  });

  it('[RN-30] an account is unlocked, closed and reopened; what cannot be is refused in the outcome’s words', async () => {
    const { patient, account } = await portal().member();
    assert.match((await acts(administrator, patient, 'Unlock')).text, /role="status"/);
    assert.match((await acts(administrator, patient, 'Remove the second step')).text, /role="status"/);
    const closed = await acts(administrator, patient, 'Close the account');
    assert.equal(linkTo(closed, 'Close the account'), '');
    const question = linkTo(closed, 'Reopen the account');
    const record = await portal().fhir('demo-system', 'GET', patient);
    await portal().fhir('demo-system', 'PUT', patient, { ...record, deceasedBoolean: true });
    const refused = await administrator.send(await administrator.get(question), {}, `${MEMBERS}/action`);
    assert.equal(refused.status, 409);
    assert.match(refused.text, /role="alert".*This is not possible as it stands now/s);
    const arabic = await administrator.send(
      await administrator.get(question.replace('lang=en', 'lang=ar')),
      {},
      `${MEMBERS}/action`,
    );
    assert.match(arabic.text, /role="alert".*لا يمكن ذلك في الوضع الحالي/s);
    assert.equal((await portal().fhir('demo-system', 'GET', account))['active'], false);
  });

  it('[RN-30] two records are compared, and decided on: one is kept, or both stay', async () => {
    const twin = async () => {
      const family = `Y${uniqueLetters()}`;
      const name = [{ family, given: ['Anna'] }];
      const telecom = () => [{ system: 'email', value: `${uniqueLetters()}@example.org` }];
      const one = await recordOf(portal(), { name, telecom: telecom() });
      await portal().fhir('demo-system', 'POST', `${one}/$enroll`);
      const two = await recordOf(portal(), { name, telecom: telecom(), gender: 'female' });
      const list = await administrator.get(`${MEMBERS}/duplicates`);
      return { one, two, family, page: await administrator.get(linkTo(list, family)) };
    };
    const same = await twin();
    assert.match(same.page.text, /<tr class="differs">\s*<th scope="row">Sex<\/th>/);
    const third = { kept: 'Patient/demo-patient' };
    const unsure = await administrator.send(same.page, third, `${MEMBERS}/duplicate/confirm`);
    assert.equal(unsure.status, 422);
    assert.match(unsure.text, /Say which of the two records is kept/);
    await administrator.send(same.page, { kept: same.two, note: 'Asked her' }, `${MEMBERS}/duplicate/confirm`);
    const gone = await memberAt(administrator, same.one);
    assert.match(gone.text, /was merged into another one/);
    assert.ok(linkTo(gone, 'Open it').includes(encodeURIComponent(same.two)));
    const two = await twin();
    const done = await administrator.send(two.page, {}, `${MEMBERS}/duplicate/reject`);
    assert.match(done.text, /role="status"/);
    assert.ok(!done.text.includes(two.family));
  });

  it('[RN-30] [B37] [C17] others do nothing here that the endpoint does not let them do; a form counts with its token', async () => {
    const { patient, account } = await portal().member();
    assert.equal(linkTo(await agent.get('/workbench'), 'Members'), '');
    const refused = await search({ name: 'Whitfield' }, agent);
    assert.equal(refused.status, 403);
    assert.ok(!refused.text.includes('Dana'));
    const asked = `${MEMBERS}/action?${new URLSearchParams({ do: 'deactivate', on: account, of: patient }).toString()}`;
    assert.equal((await agent.send(await agent.get(asked), {}, `${MEMBERS}/action`)).status, 403);
    const body = new URLSearchParams({ do: 'deactivate', on: account, of: patient });
    assert.equal((await administrator.request(`${MEMBERS}/action`, { method: 'POST', body })).status, 403);
    assert.equal((await portal().fhir('demo-system', 'GET', account))['active'], true);
    for (const of of ['Patient/absent', 'Practitioner/demo-agent', '../x', ''])
      assert.equal((await memberAt(administrator, of)).status, 404, of);
    assert.equal((await memberAt(auditor, patient)).status, 404);
    assert.equal((await administrator.get(`${MEMBERS}/action?do=delete&on=${account}&of=${patient}`)).status, 404);
  });
});
