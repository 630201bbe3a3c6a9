/** Staff and their roles are administered in a browser without script. */
import assert from 'node:assert/strict';
import type { PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, token } from '../identity/members.js';
import { enrolStaff, staffVisitor } from '../identity/staff-visitor.js';
import { Journey } from '../portal/journey.js';

const USERS = '/workbench/users';
const USER = `${USERS}/user`;

eachMembership('administration of staff', portal => {
  const journey = (): Journey => new Journey(portal().server, portal().storage, { ahead: 0 });
  const stored = (path: string) => portal().fhir('demo-system', 'GET', path);
  let administrator: PageVisitor;
  before(async () => {
    await enrolStaff(portal());
    administrator = await staffVisitor(portal(), 'administrator');
  });
  /** Makes somebody by the page. */
  async function newUser(family: string) {
    const fields = { given: 'Ana María', family, email: `${token()}@example.org`, active: '1' };
    const page = await administrator.send(await administrator.get(USER), fields, `${USER}?`);
    assert.equal(page.status, 200, page.text);
    const id = new URL(page.path, 'http://x').searchParams.get('id') ?? '';
    return { page, id, fields, caller: `demo-agent as Practitioner/${id}` };
  }

  it('[MSG-15] somebody is made, granted roles, which bind the next request, and loses them', async () => {
    const { page, id, caller } = await newUser(`Ruiz ${token()}`);
    const audits = 'AuditEvent?_count=1';
    await journey().expect(403, caller, 'GET', audits);
    let granted = page;
    for (const _twice of [1, 2])
      granted = await administrator.send(granted, { role: 'auditor', organization: '' }, `${USER}/grant`);
    assert.equal((await stored(`PractitionerRole?practitioner=Practitioner/${id}`))['total'], 1);
    await journey().expect(200, caller, 'GET', audits);
    const ended = await administrator.send(granted, {}, `${USER}/end`);
    assert.match(ended.text, /None yet/);
    await journey().expect(403, caller, 'GET', audits);
    assert.equal((await administrator.send(granted, {}, `${USER}/end`)).status, 412);
  });

  it('[MSG-15] a name is changed with all else as it stands; a race is told; somebody leaves', async () => {
    const unique = token();
    const body = {
      resourceType: 'Practitioner',
      active: true,
      name: [
        { use: 'official', text: 'Dr. X', prefix: ['Dr.'], family: 'X', given: ['Y'] },
        { use: 'maiden', family: 'Z' },
      ],
      telecom: [{ system: 'phone', value: '+15555550133' }],
      identifier: [{ system: 'https://example.org/npi', value: unique }],
    };
    const { id } = (await portal().fhir('demo-system', 'POST', 'Practitioner', body)) as { id: string };
    const page = await administrator.get(`${USER}?id=${id}`);
    const fields = { given: 'Y', family: `X<b>${unique}`, email: 'y@example.org', active: '' };
    const saved = await administrator.send(page, fields, `${USER}?`);
    assert.match(saved.text, new RegExp(`value="X&lt;b&gt;${unique}"`));
    const { name, telecom, active, identifier } = await stored(`Practitioner/${id}`);
    assert.deepEqual(name, [{ use: 'official', prefix: ['Dr.'], family: fields.family, given: ['Y'] }, body.name[1]]);
    assert.deepEqual(telecom, [{ system: 'email', use: 'work', value: 'y@example.org' }, ...body.telecom]);
    assert.deepEqual([active, identifier], [false, body.identifier]);
    const late = await administrator.send(page, { ...fields, family: 'Late' }, `${USER}?`);
    assert.equal(late.status, 412);
    const found = await administrator.send(await administrator.get(USERS), { name: fields.family }, `${USERS}?`);
    assert.match(found.text, new RegExp(`X&lt;b&gt;${unique}.*Switched off`, 's'));
  });

  it('[MSG-15] nobody raises themselves, no role is unknown, and a role is ended on the page of its holder alone', async () => {
    const own = await administrator.get(`${USER}?id=demo-administrator`);
    const raised = await administrator.send(own, { role: 'auditor', organization: '' }, `${USER}/grant`);
    assert.equal(raised.status, 403);
    assert.match(raised.text, /Nobody changes their own roles/);
    const { page, id } = await newUser(`Nobody ${token()}`);
    for (const wrong of [
      { role: 'root', organization: '' },
      { role: 'auditor', organization: 'Organization/none' },
    ])
      assert.ok([400, 422].includes((await administrator.send(page, wrong, `${USER}/grant`)).status));
    assert.equal((await stored(`PractitionerRole?practitioner=Practitioner/${id}`))['total'], 0);
    const granted = await administrator.send(page, { role: 'clinician', organization: '' }, `${USER}/grant`);
    const elsewhere = { role: 'demo-agent-workbench', version: '1' };
    assert.equal((await administrator.send(granted, elsewhere, `${USER}/end`)).status, 404);
    assert.equal((await stored('PractitionerRole/demo-agent-workbench'))['active'], true);
  });

  it('[MSG-15] [B37] it is for healthcare administrators', async () => {
    for (const staff of ['manager', 'agent', 'auditor', 'configuration-manager'] as const) {
      const visitor = await staffVisitor(portal(), staff);
      for (const path of [USERS, USER, `${USER}?id=demo-agent`]) assert.equal((await visitor.get(path)).status, 403);
      assert.equal((await visitor.request(`${USER}/grant`, { method: 'POST' })).status, 403);
    }
  });
});
