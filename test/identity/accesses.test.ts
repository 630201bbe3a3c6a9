/** Who saw a record, in words: by its person, by whoever acts for them in read-record, and by nobody else. */
import assert from 'node:assert/strict';
import type { PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, signIn, type Member, type Portal } from './members.js';
import { linking } from '../portal/relations.js';

const PATH = '/account/accesses';

async function get(portal: Portal, client: string, person: string | undefined, path: string): Promise<number> {
  const authorization = `Bearer ${portal.server.token(client, person)}`;
  return (await fetch(`${portal.server.portal}/${path}`, { headers: { authorization } })).status;
}

async function acting(
  portal: Portal,
  principal: Member,
  functions: readonly string[],
): Promise<{ proxy: Member; relation: string }> {
  const proxy = await portal.member();
  const how = linking({ principal: principal.patient, proxy: proxy.patient, functions });
  const { id } = await portal.fhir('demo-system', 'POST', 'RelatedPerson/$link-proxy', how);
  return { proxy, relation: String(id) };
}

async function signedIn(portal: Portal, member: Member): Promise<PageVisitor> {
  const browser = portal.visitor();
  await signIn(browser, member);
  return browser;
}

/** The lines of the page, newest first. */
const linesIn = (text: string): string[] =>
  [...text.matchAll(/<li><strong>(.*?)<br/gs)].map(([, line = '']) =>
    line
      .replace(/<[^>]+>/g, '')
      .replace(/\s+/g, ' ')
      .trim(),
  );

eachMembership('who saw a record', portal => {
  it('[RN-13] [D17] names staff as the directory does, systems, proxies and oneself, newest first', async () => {
    const dana = await portal().member();
    const { proxy } = await acting(portal(), dana, ['read-record']);
    assert.equal(await get(portal(), 'demo-clinician', undefined, dana.patient), 200);
    assert.equal(await get(portal(), 'demo-patient', proxy.account, dana.patient), 200);
    assert.equal(await get(portal(), 'demo-patient', dana.account, dana.patient), 200);
    const { text, status } = await (await signedIn(portal(), dana)).get(PATH);
    assert.equal(status, 200);
    const lines = linesIn(text);
    assert.match(lines[0] ?? '', /^You · looked at: Name, birth date, address/);
    assert.match(lines[1] ?? '', /^Dana F\w+ \(acts for the patient\) · looked at: /);
    const staff = (await portal().fhir('demo-system', 'GET', 'Practitioner/demo-clinician')) as {
      name: [{ family: string }];
    };
    assert.ok(lines[2]?.includes(staff.name[0].family) && lines[2].includes('(of the organization)'), lines[2]);
    assert.ok(lines.some(line => line.startsWith('A system of the organization · added')));
    assert.ok(!text.includes('HTTP 200'));
  });

  it('[B42] [RN-13] says where what is restricted was open by broken glass', async () => {
    const dana = await portal().member();
    assert.equal(await get(portal(), 'demo-clinician', undefined, dana.patient), 200);
    await portal().fhir('demo-clinician', 'POST', `${dana.patient}/$break-glass`, {
      resourceType: 'Parameters',
      parameter: [
        { name: 'reason', valueCode: 'emergency' },
        { name: 'text', valueString: 'Unconscious' },
      ],
    });
    assert.equal(await get(portal(), 'demo-clinician', undefined, dana.patient), 200);
    const { text } = await (await signedIn(portal(), dana)).get(PATH);
    const staff = linesIn(text).filter(line => line.includes('(of the organization)'));
    assert.deepEqual(
      staff.map(line => line.includes('with what is restricted, and a reason on record')),
      [true, true, false],
      text,
    );
  });

  it('[RN-13] [D02] others see it who act in read-record, while they do; nobody else does', async () => {
    const dana = await portal().member();
    const reader = await acting(portal(), dana, ['read-record']);
    const payer = await acting(portal(), dana, ['pay']);
    await get(portal(), 'demo-clinician', undefined, dana.patient);
    const browser = await signedIn(portal(), reader.proxy);
    const page = await browser.get(`${PATH}?of=${reader.relation}`);
    assert.equal(page.status, 200);
    assert.ok(linesIn(page.text).some(line => line.includes('(of the organization)')));
    assert.ok((await browser.get(PATH)).text.includes(`of=${reader.relation}`), 'a link to it');
    const other = await signedIn(portal(), payer.proxy);
    for (const relation of [payer.relation, reader.relation, 'nobody-at-all', dana.patient])
      assert.equal((await other.get(`${PATH}?of=${encodeURIComponent(relation)}`)).status, 404);
    assert.ok(!linesIn((await other.get(PATH)).text).some(line => line.includes('(of the organization)')));
    await portal().fhir('demo-system', 'POST', `RelatedPerson/${reader.relation}/$unlink-proxy`);
    assert.equal((await browser.get(`${PATH}?of=${reader.relation}`)).status, 404);
    assert.ok((await portal().visitor().get(PATH)).path.startsWith('/sign-in'), 'not without a sign-in');
  });

  it('[RN-13] is paged without a gap, and a place that is none shows the newest', async () => {
    const dana = await portal().member();
    for (let count = 0; count < 60; count++)
      await get(portal(), 'demo-clinician', undefined, `Patient/${dana.patient.slice(8)}`);
    const browser = await signedIn(portal(), dana);
    const first = await browser.get(PATH);
    const older = /href="(\/account\/accesses\?from=[^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await browser.get(older);
    const staff = [first, second].map(
      ({ text }) => linesIn(text).filter(line => line.includes('(of the organization)')).length,
    );
    assert.deepEqual([linesIn(first.text).length, staff[0]! + staff[1]!], [50, 60]);
    assert.equal((await browser.get(`${PATH}?from=nonsense`)).status, 200);
  });
});
