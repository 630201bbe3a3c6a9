/** Groups, flows and agents are administered in a browser without script, with the rights of whoever does it. */
import assert from 'node:assert/strict';
import type { Organization } from 'fhir/r4.js';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, signIn, token } from '../identity/members.js';
import { enrolStaff, staffVisitor } from '../identity/staff-visitor.js';
import { actionsOf, OWN, reference } from '../portal/desk.js';
import { Journey } from '../portal/journey.js';

const CLINICAL = '/workbench/groups/clinical';
const WORKFLOW = '/workbench/groups/workflow';

/** The id in the address that a form led to. */
const idIn = ({ path }: Page): string => new URL(path, 'http://x').searchParams.get('id') ?? '';

/** The fields of a form with flows as they stand on the page. */
const chosenIn = ({ text }: Page, name: string): string =>
  new RegExp(`<select id="${name}".*?<option value="([^"]*)"\\s+selected`, 's').exec(text)?.[1] ?? '';

eachMembership('administration of groups', portal => {
  const journey = (): Journey => new Journey(portal().server, portal().storage, { ahead: 0 });
  const { make, desk } = actionsOf(journey);
  const group = async (id: string) =>
    (await portal().fhir('demo-system', 'GET', `Organization/${id}`)) as unknown as Organization;
  let administrator: PageVisitor;
  before(async () => {
    await enrolStaff(portal());
    administrator = await staffVisitor(portal(), 'administrator');
  });

  it('[MSG-15] a workflow group and a clinical group with flows are made, agents enrolled, and messages go there', async () => {
    const name = `Dermatology ${token()}`;
    const made = await administrator.send(
      await administrator.get(WORKFLOW),
      { name: `${name} desk`, active: '1' },
      `${WORKFLOW}?`,
    );
    const workflow = `Organization/${idIn(made)}`;
    const enrolled = await administrator.send(
      made,
      { practitioner: 'Practitioner/demo-agent', role: 'agent' },
      `${WORKFLOW}/enrol`,
    );
    assert.match(enrolled.text, /Tomas Lindqvist/);
    const flows = { 'to-others': workflow, 'to-medical': workflow, 'hours-medical': '4' };
    const clinical = await administrator.send(
      await administrator.get(CLINICAL),
      { name, active: '1', ...flows },
      `${CLINICAL}?`,
    );
    assert.equal(chosenIn(clinical, 'to-medical'), workflow);
    const sent = await actionsOf(journey).ask([`Organization/${idIn(clinical)}`]);
    const [task] = await actionsOf(journey).itemsOf(sent);
    const hours = (Date.parse(task?.restriction?.period?.end ?? '') - Date.parse(sent.sent ?? '')) / 3600_000;
    assert.equal(Math.round(hours), 4);
    const list = await administrator.get('/workbench/groups');
    assert.match(list.text, new RegExp(`${name}.*within 4 hours`, 's'));
    const agents = await administrator.get(`${WORKFLOW}?id=${idIn(made)}`);
    const removed = await administrator.send(agents, {}, `${WORKFLOW}/remove`);
    assert.doesNotMatch(removed.text, /groups\/workflow\/remove/);
  });

  it('[MSG-15] what a form does not show stays; a flow is taken away; a group is switched off', async () => {
    const { clinical, workflow } = await desk(`Kept ${token()}`);
    const id = clinical.slice('Organization/'.length);
    const before = await group(id);
    const telecom = [{ system: 'phone', value: '+15555550177' }];
    const other = { url: 'https://example.org/cost-center', valueString: '12' };
    const extension = [other, ...(before.extension ?? [])];
    await portal().fhir('demo-system', 'PUT', clinical, { ...before, extension, telecom, alias: ['K'] });
    const page = await administrator.get(`${CLINICAL}?id=${id}`);
    assert.equal(chosenIn(page, 'to-others'), workflow);
    const saved = await administrator.send(page, { name: 'Kept as it is', 'to-others': '' }, `${CLINICAL}?`);
    assert.match(saved.text, /role="status"/);
    const after = await group(id);
    assert.deepEqual(
      [after.name, after.active, after.extension, after.telecom?.[0]?.value, after.alias],
      ['Kept as it is', false, [other], '+15555550177', ['K']],
    );
  });

  it('[MSG-15] [RN-24] of two who change a group at once the later is told, keeps what they typed, and may save it again', async () => {
    const { clinical, workflow } = await desk(`Race ${token()}`);
    const id = clinical.slice('Organization/'.length);
    const page = await administrator.get(`${CLINICAL}?id=${id}`);
    await portal().fhir('demo-system', 'PUT', clinical, { ...(await group(id)), name: 'By somebody else' });
    const typed = { name: 'Typed <i>here</i>', active: '1', 'to-billing': workflow };
    const late = await administrator.send(page, typed, `${CLINICAL}?`);
    assert.equal(late.status, 412);
    assert.match(late.text, /Somebody changed this meanwhile/);
    assert.match(late.text, /value="Typed &lt;i&gt;here&lt;\/i&gt;"/);
    assert.equal(chosenIn(late, 'to-billing'), workflow);
    assert.equal((await group(id)).name, 'By somebody else');
    const again = await administrator.send(late, typed, `${CLINICAL}?`);
    assert.equal(again.status, 200);
    assert.equal((await group(id)).name, typed.name);
    assert.match((await administrator.get('/workbench/groups')).text, /Typed &lt;i&gt;here&lt;\/i&gt;/);
  });

  it('[MSG-15] what is wrong is said by its field, and nothing is saved', async () => {
    const { clinical, workflow } = await desk(`Wrong ${token()}`);
    const id = clinical.slice('Organization/'.length);
    const page = await administrator.get(`${CLINICAL}?id=${id}`);
    for (const wrong of [
      { 'to-medical': 'Organization/none' },
      { 'to-medical': clinical },
      { 'to-medical': 'Endpoint/none' },
      { 'to-medical': workflow, 'hours-medical': '-1' },
      { 'to-medical': workflow, 'hours-medical': 'soon' },
      { 'to-medical': 'javascript:alert(1)' },
    ]) {
      const refused = await administrator.send(page, { name: 'New name', active: '1', ...wrong }, `${CLINICAL}?`);
      assert.ok([400, 422].includes(refused.status), JSON.stringify([wrong, refused.status]));
      assert.match(refused.text, /role="alert"/);
      assert.match(refused.text, /Medical questions<\/legend>\s*<p class="wrong">/, JSON.stringify(wrong));
      assert.match(refused.text, /value="New name"/);
    }
    const nameless = await administrator.send(page, { name: ' ', active: '1' }, `${CLINICAL}?`);
    assert.ok([400, 422].includes(nameless.status));
    assert.match(nameless.text, /aria-invalid="true"/);
    assert.equal((await group(id)).meta?.versionId, '1');
    const closing = await administrator.send(
      await administrator.get(`${WORKFLOW}?id=${workflow.slice('Organization/'.length)}`),
      { name: 'Closed' },
      `${WORKFLOW}?`,
    );
    assert.equal(closing.status, 409);
  });

  it('[MSG-15] a manager enrols agents of the own group alone, and changes no group; others see nothing of it', async () => {
    const { workflow, clinical } = await desk(`Others ${token()}`);
    const id = workflow.slice('Organization/'.length);
    const manager = await staffVisitor(portal(), 'manager');
    const list = await manager.get('/workbench/groups');
    assert.ok(list.text.includes('demo-workflow-group') && !list.text.includes(id));
    const own = await manager.get(`${WORKFLOW}?id=demo-workflow-group`);
    assert.ok(own.text.includes(`${WORKFLOW}/enrol`) && !own.text.includes('name="version"'));
    const other = await manager.get(`${WORKFLOW}?id=${id}`);
    assert.ok(!other.text.includes(`${WORKFLOW}/enrol`) && !other.text.includes(`${WORKFLOW}/remove`));
    const enrolment = { practitioner: 'Practitioner/demo-agent', role: 'agent' };
    const forged = await manager.send(own, { ...enrolment, id }, `${WORKFLOW}/enrol`);
    assert.equal(forged.status, 403);
    assert.equal((await manager.send(own, { ...enrolment, role: 'manager' }, `${WORKFLOW}/enrol`)).status, 403);
    assert.equal((await manager.get(`${CLINICAL}?id=${clinical.slice('Organization/'.length)}`)).status, 403);
    for (const visitor of [await staffVisitor(portal(), 'agent'), await staffVisitor(portal(), 'auditor')]) {
      for (const path of ['/workbench/groups', CLINICAL, WORKFLOW]) assert.equal((await visitor.get(path)).status, 403);
      assert.doesNotMatch((await visitor.get('/workbench')).text, /workbench\/groups/);
    }
  });

  it('[MSG-15] [B37] forms of other sites, of other kinds of organizations, and of people without a part in it change nothing', async () => {
    const name = `Forged ${token()}`;
    const forged = await administrator.request(CLINICAL, {
      method: 'POST',
      body: new URLSearchParams({ id: '', name, active: '1' }),
    });
    assert.equal(forged.status, 403);
    const form = await administrator.get(CLINICAL);
    for (const id of ['demo-organization', 'demo-workflow-group', 'none']) {
      assert.equal((await administrator.send(form, { id, name, active: '1' }, `${CLINICAL}?`)).status, 404);
    }
    const own = portal().visitor();
    await signIn(own, await portal().member());
    assert.equal((await own.get('/workbench/groups')).status, 403);
    assert.match((await portal().visitor().get('/workbench/groups')).text, /name="password"/);
    const found = await portal().fhir('demo-system', 'GET', `Organization?name=${encodeURIComponent(name)}`);
    assert.equal(found['total'], 0);
  });

  it('[MSG-15] a flow leads to an external system; one that is switched off is not offered, and refused', async () => {
    const endpoint = (status: string, name: string) =>
      make({
        ...{ resourceType: 'Endpoint', status, name, address: 'https://records.example.org' },
        connectionType: { system: `${OWN}/CodeSystem/other`, code: 'rest' },
        payloadType: [{ text: 'any' }],
      });
    const [records, closed] = [await endpoint('active', 'Records'), await endpoint('off', 'Closed records')];
    const name = `External ${token()}`;
    const form = await administrator.get(CLINICAL);
    assert.ok(form.text.includes(records) && !form.text.includes(closed));
    const made = await administrator.send(form, { name, active: '1', 'to-general': records }, `${CLINICAL}?`);
    assert.equal(chosenIn(made, 'to-general'), records);
    const [flow] = (await group(idIn(made))).extension ?? [];
    const target = flow?.extension?.find(({ url }) => url === 'endpoint');
    assert.deepEqual(target?.valueReference, reference(records));
    assert.equal(flow?.url, `${OWN}/StructureDefinition/message-flow`);
    const refused = await administrator.send(made, { name, active: '1', 'to-general': closed }, `${CLINICAL}?`);
    assert.equal(refused.status, 422);
    assert.equal(chosenIn(refused, 'to-general'), closed);
  });
});
