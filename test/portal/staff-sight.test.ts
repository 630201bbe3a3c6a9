/** Which staff see a message, and may answer it. */
import assert from 'node:assert/strict';
import type { Communication, Provenance, Task } from 'fhir/r4.js';
import { asMessage, eachPortal, issue, type Caller, type Journey } from './journey.js';

const patient: Caller = 'demo-patient';
const agent: Caller = 'demo-agent';
const system: Caller = 'demo-system';
const ours = 'https://portico.health/fhir';
const category = [{ coding: [{ system: `${ours}/CodeSystem/message-category`, code: 'medical' }] }];
const family = { reference: 'Organization/demo-clinical-group' };
const dana = { reference: 'Patient/demo-patient' };

function actionsOf(journey: () => Journey) {
  const file = async (resource: object): Promise<string> => {
    const type = (resource as { resourceType: string }).resourceType;
    const { body } = await journey().expect(201, system, 'POST', type, resource);
    return `${type}/${String(body.id)}`;
  };
  const role = (practitioner: string, organization: string, ...codes: string[]) =>
    file({
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: { reference: practitioner },
      organization: { reference: organization },
      code: codes.map(code => ({ coding: [{ system: `${ours}/CodeSystem/role`, code }] })),
    });
  const organization = (name: string, type: string, extension?: object[]) =>
    file({
      resourceType: 'Organization',
      active: true,
      name,
      type: [{ coding: [{ system: `${ours}/CodeSystem/organization-type`, code: type }] }],
      ...(extension ? { extension } : {}),
    });
  const practitioner = async (name: string): Promise<string> =>
    file({ resourceType: 'Practitioner', active: true, name: [{ family: name }] });
  const as = (who: string): Caller => `demo-agent as ${who}`;

  /** Another clinical group with an agent and a clinician of its own. */
  async function psychiatry() {
    const desk = await organization('Psychiatry desk', 'workflow-group');
    const [worker, doctor] = [await practitioner('Desk'), await practitioner('Doctor')];
    await role(worker, desk, 'agent', 'workbench-user', 'task-processing');
    const target = { url: 'workflowGroup', valueReference: { reference: desk } };
    const route = { url: 'route', valueCode: 'workbench' };
    const flow = { url: `${ours}/StructureDefinition/message-flow`, extension: [route, target] };
    const group = await organization('Psychiatry', 'clinical-group', [flow]);
    await role(doctor, group, 'clinician');
    return { desk, group, worker: as(worker), doctor: as(doctor) };
  }

  const message = (text: string, more: object): object => ({
    ...{ resourceType: 'Communication', status: 'completed', category },
    ...{ payload: [{ contentString: text }], ...more },
  });
  const post = async (caller: Caller, resource: object): Promise<Communication> =>
    asMessage(await journey().expect(201, caller, 'POST', 'Communication', resource));
  const reply = (to: Communication, more: object = {}): object =>
    message('Answer', { inResponseTo: [{ reference: `Communication/${to.id}` }], ...more });
  async function sees(caller: Caller, { id = '' }: Communication): Promise<boolean> {
    const read = await journey().call(caller, 'GET', `Communication/${id}`);
    const found = await journey().expect(200, caller, 'GET', `Communication?_id=${id}`);
    assert.equal(found.body['total'], read.status === 200 ? 1 : 0);
    assert.ok(read.status === 200 || read.status === 404, String(read.status));
    return read.status === 200;
  }
  async function item({ id }: Communication): Promise<Task> {
    const { body } = await journey().expect(200, system, 'GET', `Task?focus=Communication/${id}`);
    return (body['entry'] as unknown as { resource: Task }[])[0]?.resource ?? assert.fail();
  }
  return { file, psychiatry, practitioner, role, as, message, post, reply, sees, item };
}

function sight(journey: () => Journey): void {
  const { file, psychiatry, practitioner, role, as, message, post, reply, sees } = actionsOf(journey);

  it('[MSG-2] true at the edges: a message to one group is nothing to another, in any of its roles', async () => {
    const { group, worker, doctor } = await psychiatry();
    const question = await post(patient, message('Not for all', { recipient: [{ reference: group }] }));
    for (const inside of [worker, doctor]) assert.ok(await sees(inside, question), inside);
    const stranger = await practitioner('Stranger');
    await role(stranger, 'Organization/demo-clinical-group', 'clinician');
    for (const outside of [agent, as(stranger)]) {
      assert.ok(!(await sees(outside, question)), outside);
      const answer = await journey().call(outside, 'POST', 'Communication', reply(question));
      const none = await journey().call(outside, 'POST', 'Communication', reply({ ...question, id: 'absent' }));
      assert.deepEqual([answer.status, answer.text], [404, none.text]);
    }
    assert.ok(await sees('demo-clinician', question), 'the patient’s own general practitioner');
  });

  it('[MSG-6] true at the edges: who handles a thread sees all of it, from the message that brings the work', async () => {
    const { group, worker } = await psychiatry();
    const first = await post('demo-clinician', message('How are you?', { subject: dana }));
    assert.ok(!(await sees(worker, first)));
    const answer = await post(patient, reply(first, { recipient: [{ reference: group }] }));
    assert.deepEqual([await sees(worker, answer), await sees(worker, first)], [true, true]);
    await journey().expect(200, patient, 'POST', `Communication/${first.id}/$mark-read`);
    assert.ok(await sees(worker, first), 'marks change nothing of it');
  });

  it('[PC-6] true at the edges: a care relation begins and ends with the record, for old messages too', async () => {
    const doctor = await practitioner('Own');
    const other = await practitioner('Elsewhere');
    await role(doctor, 'Organization/demo-organization', 'clinician');
    const person = await file({ resourceType: 'Patient', active: true, name: [{ family: 'Cared' }] });
    const subject = { reference: person };
    const sent = await post(system, message('Hello', { subject, sender: { reference: other } }));
    assert.ok(!(await sees(as(doctor), sent)));
    const { body } = await journey().expect(200, system, 'GET', person);
    const cared = { ...body, generalPractitioner: [{ reference: doctor }] };
    await journey().expect(200, system, 'PUT', person, cared);
    assert.ok(await sees(as(doctor), sent));
    await journey().expect(200, system, 'PUT', person, body);
    assert.ok(!(await sees(as(doctor), sent)));
  });
}

function answering(journey: () => Journey): void {
  const { psychiatry, practitioner, role, message, post, reply, item } = actionsOf(journey);

  it('[MSG-2] true at the edges: who has claimed the work answers, and the server links the two', async () => {
    const question = await post(patient, message('Who answers?', { recipient: [family] }));
    for (const unclaimed of [agent, 'demo-clinician']) {
      const answer = await journey().expect(409, unclaimed, 'POST', 'Communication', reply(question));
      assert.equal(issue(answer).expression, 'Communication.basedOn');
    }
    const { id } = await item(question);
    await journey().expect(200, agent, 'POST', `Task/${id}/$claim`);
    await journey().expect(409, 'demo-clinician', 'POST', 'Communication', reply(question));
    const answer = await post(agent, reply(question));
    assert.deepEqual(answer.basedOn, [{ reference: `Task/${id}` }]);
    const worked = await item(question);
    assert.deepEqual(worked.output?.at(-1)?.valueReference, { reference: `Communication/${answer.id}` });
  });

  it('[MSG-17] true at the edges: a representative writes for the group, and it is kept who wrote', async () => {
    const { group, worker } = await psychiatry();
    const sent = await post(agent, message('From us', { subject: dana, sender: family }));
    assert.deepEqual(sent.sender, family);
    const { body } = await journey().expect(200, system, 'GET', `Provenance?target=Communication/${sent.id}`);
    const [entry] = body['entry'] as unknown as { resource: Provenance }[];
    const [writer] = entry?.resource.agent ?? [];
    assert.deepEqual([writer?.who, writer?.onBehalfOf], [{ reference: 'Practitioner/demo-agent' }, family]);
    const seen = await journey().expect(200, patient, 'GET', `Communication/${sent.id}`);
    assert.ok(!seen.text.includes('demo-agent'));
    const colleague = await practitioner('Colleague');
    await role(colleague, family.reference, 'clinician');
    for (const [caller, sender] of [
      [agent, group],
      [worker, family.reference],
      ['demo-clinician', group],
      ['demo-clinician', 'Practitioner/demo-agent'],
      ['demo-clinician', colleague],
    ] as const) {
      const refused = message('Forged', { subject: dana, sender: { reference: sender } });
      const answer = await journey().expect(403, caller, 'POST', 'Communication', refused);
      assert.equal(issue(answer).expression, 'Communication.sender');
    }
  });

  it('[MSG-18] true at the edges: whether a message can be answered is told with it, by the server alone', async () => {
    const flag = (valueBoolean: boolean) => ({
      extension: [{ url: `${ours}/StructureDefinition/reply-allowed`, valueBoolean }],
    });
    const allowed = ({ extension = [] }: Communication) =>
      extension.filter(({ url }) => url.endsWith('/reply-allowed')).map(({ valueBoolean }) => valueBoolean);
    const open = await post('demo-clinician', message('Ask away', { subject: dana }));
    const closed = await post('demo-clinician', message('No answer', { subject: dana, ...flag(false) }));
    const nowhere = { reference: 'Practitioner/demo-auditor' };
    const automatic = await post(system, message('News', { subject: dana, sender: nowhere, ...flag(true) }));
    assert.deepEqual([open, closed, automatic].map(allowed), [[true], [false], [false]]);
    await journey().expect(201, patient, 'POST', 'Communication', reply(open));
    for (const one of [closed, automatic]) {
      const answer = await journey().expect(409, patient, 'POST', 'Communication', reply(one));
      assert.equal(issue(answer).expression, 'Communication.inResponseTo');
    }
    const question = await post(patient, message('Forged', { recipient: [family], ...flag(false) }));
    assert.deepEqual(allowed(question), [true]);
  });
}

describe('staff and messages', () => {
  eachPortal(journey => {
    sight(journey);
    answering(journey);
  });
});
