/** Work does not stick, and goes nowhere where nobody could handle it. */
import assert from 'node:assert/strict';
import type { Bundle, Extension, Organization, Task } from 'fhir/r4.js';
import { actionsOf, coding, flow, organization, reference, toGroup } from './desk.js';
import { asTask, eachPortal, issue, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const patient: Caller = 'demo-patient';
const agent: Caller = 'demo-agent';
const manager: Caller = 'demo-agent as Practitioner/demo-manager';

const assignTo = (person: string, more: object[] = []) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'owner', valueReference: reference(person) }, ...more],
});

function flows(journey: () => Journey): void {
  const { make, desk, write, ask, itemsOf, move } = actionsOf(journey);

  it('[MSG-5] a flow into nothing is refused when it is written, by its place', async () => {
    const inactive = await make(organization('workflow-group', 'Closed', { active: false }));
    const other = await make(organization('clinical-group', 'No desk'));
    const to = (extension: Extension[]) =>
      journey().call(system, 'POST', 'Organization', organization('clinical-group', 'Lost', { extension }));
    for (const group of [inactive, other, 'Organization/absent']) {
      const answer = await to([
        toGroup('Organization/demo-workflow-group'),
        toGroup(group, [{ url: 'category', valueCode: 'billing' }]),
      ]);
      assert.equal(answer.status, 422, group);
      assert.equal(issue(answer).expression?.startsWith('Organization.extension[1]'), true, answer.text);
    }
    const external = flow('external', { url: 'endpoint', valueReference: reference('Endpoint/absent') });
    assert.equal((await to([external])).status, 422);
    const twice = [toGroup('Organization/demo-workflow-group'), toGroup('Organization/demo-workflow-group')];
    assert.equal(issue(await to(twice)).expression, 'Organization.extension[1]');
  });

  it('[MSG-5] group and flow may come in one transaction', async () => {
    const urls = ['urn:uuid:0d3a4c9e-6d0b-4b61-9a3c-0c8f4a8b6a01', 'urn:uuid:0d3a4c9e-6d0b-4b61-9a3c-0c8f4a8b6a02'];
    const entry = [
      organization('clinical-group', 'Both', { extension: [toGroup(urls[1]!)] }),
      organization('workflow-group', 'Both desk'),
    ].map((resource, at) => ({ fullUrl: urls[at], resource, request: { method: 'POST', url: 'Organization' } }));
    await journey().expect(200, system, 'POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
  });

  it('[MSG-5] a message goes nowhere once nobody is left to handle it, and says for which recipient', async () => {
    const [open, lost] = [await desk('Cardiology'), await desk('Cardiac surgery')];
    await ask([lost.clinical]);
    const { body } = await journey().expect(200, system, 'GET', lost.agentRole);
    const ended = { ...body, period: { end: '2020-01-01' } };
    await journey().expect(200, system, 'PUT', lost.agentRole, ended);
    const answer = await write(patient, { recipient: [open.clinical, lost.clinical].map(reference) });
    assert.deepEqual([answer.status, issue(answer).expression], [422, 'Communication.recipient[1]'], answer.text);
    await journey().expect(200, system, 'PUT', lost.agentRole, body);
    await ask([open.clinical, lost.clinical]);
    const left = await journey().expect(200, system, 'GET', lost.person);
    await journey().expect(200, system, 'PUT', lost.person, { ...left.body, active: false });
    assert.equal((await write(patient, { recipient: [reference(lost.clinical)] })).status, 422, 'has left the house');
  });

  it('[MSG-5] a flow to a group without agents is taken with a warning', async () => {
    const empty = await make(organization('workflow-group', 'Empty'));
    const group = organization('clinical-group', 'Early', { extension: [toGroup(empty)] });
    const told = { prefer: 'return=OperationOutcome' };
    const answer = await journey().expect(201, system, 'POST', 'Organization', group, told);
    assert.match(answer.text, /has no agent yet/);
    const staffed = organization('clinical-group', 'Ready', {
      extension: [toGroup('Organization/demo-workflow-group')],
    });
    assert.doesNotMatch((await journey().expect(201, system, 'POST', 'Organization', staffed, told)).text, /agent/);
  });

  it('[MSG-5] a workflow group closes once no flow leads there and no work is left in it', async () => {
    const { workflow, clinical, caller } = await desk('Closing');
    const [item] = await itemsOf(await ask([clinical]));
    const group = (await journey().expect(200, system, 'GET', workflow)).body;
    const close = (change: object) => journey().call(system, 'PUT', workflow, { ...group, ...change });
    const changes = [{ active: false }, { type: [coding('organization-type', 'clinical-group')] }];
    for (const change of changes) {
      const answer = await close(change);
      assert.deepEqual([answer.status, issue(answer).expression], [409, 'Organization.active'], answer.text);
    }
    const { body } = await journey().expect(200, system, 'GET', clinical);
    const moved = [toGroup('Organization/demo-workflow-group')];
    await journey().expect(200, system, 'PUT', clinical, { ...body, extension: moved });
    assert.equal((await close({ active: false })).status, 409, 'work is left');
    for (const name of ['claim', 'complete']) assert.equal((await move(caller, item!, name)).status, 200);
    await journey().expect(200, system, 'PUT', clinical, body);
    assert.equal((await close({ active: false })).status, 409, 'a flow leads there');
    await journey().expect(200, system, 'PUT', clinical, { ...body, extension: moved });
    assert.equal((await close({ active: false })).status, 200);
  });

  it('[MSG-5] a category has its own way, and what is due has its time', async () => {
    const billing = await desk('Billing', [{ url: 'dueHours', valuePositiveInt: 48 }]);
    const { clinical, workflow } = await desk('Dermatology');
    const { body } = await journey().expect(200, system, 'GET', clinical);
    const extension = [
      ...((body as unknown as Organization).extension ?? []),
      toGroup(billing.workflow, [
        { url: 'category', valueCode: 'billing' },
        { url: 'dueHours', valuePositiveInt: 2 },
      ]),
    ];
    await journey().expect(200, system, 'PUT', clinical, { ...body, extension });
    const bill = await ask([clinical], { category: [coding('message-category', 'billing')] });
    const question = await ask([clinical]);
    const [[first], [second]] = [await itemsOf(bill), await itemsOf(question)];
    assert.deepEqual([first?.owner?.reference, second?.owner?.reference], [billing.workflow, workflow]);
    const due = Date.parse(first?.restriction?.period?.end ?? '') - Date.parse(first?.authoredOn ?? '');
    assert.deepEqual([due, second?.restriction], [2 * 3600_000, undefined]);
  });
}

function threads(journey: () => Journey): void {
  const { desk, write, ask, reply, tasks, itemsOf, move } = actionsOf(journey);

  it('[MSG-6] later messages of a thread join its open item; once that is done they make another', async () => {
    const { workflow, clinical, caller } = await desk('Neurology');
    const question = await ask([clinical]);
    const second = await reply(question);
    const [item, ...more] = await itemsOf(question);
    assert.ok(item && more.length === 0);
    assert.deepEqual([item.status, item.businessStatus?.coding?.[0]?.code], ['ready', 'queued']);
    assert.deepEqual(
      item.input?.map(({ valueReference }) => valueReference),
      [reference(`Communication/${second.id}`)],
    );
    assert.equal(item.groupIdentifier?.value, question.id);
    assert.deepEqual(
      (await tasks(`workflow-group=${workflow}`)).map(({ id }) => id),
      [item.id],
    );
    const claimed = asTask(await move(caller, item, 'claim'));
    assert.equal(claimed.businessStatus?.coding?.[0]?.code, 'claimed');
    await reply(question);
    const [joined] = await itemsOf(question);
    assert.deepEqual(
      [joined?.status, joined?.owner?.reference, joined?.input?.length],
      ['in-progress', claimed.owner?.reference, 2],
    );
    assert.equal((await move(caller, item, 'complete')).status, 200);
    await reply(question);
    assert.deepEqual((await itemsOf(question)).map(({ status }) => status).sort(), ['completed', 'ready']);
  });

  it('[MSG-6] twelve messages of a thread at once make one item, and none is lost', async () => {
    const { clinical } = await desk('Urology');
    const question = await ask([clinical]);
    const replies = await Promise.all(Array.from({ length: 12 }, () => reply(question)));
    const [item, ...more] = await itemsOf(question);
    assert.equal(more.length, 0);
    const joined = item?.input?.map(({ valueReference }) => valueReference?.reference).sort();
    assert.deepEqual(joined, replies.map(({ id }) => `Communication/${id}`).sort());
  });

  it('[MSG-5] two groups as recipients have an item each', async () => {
    const [one, other] = [await desk('Surgery'), await desk('Radiology')];
    const items = await itemsOf(await ask([one.clinical, other.clinical]));
    assert.deepEqual(items.map(({ owner }) => owner?.reference).sort(), [one.workflow, other.workflow].sort());
  });

  it('[PC-6] [MSG-6] an answer in the name of one group leaves the work of the other', async () => {
    const [one, other] = [await desk('Endocrinology'), await desk('Nephrology')];
    const question = await ask([one.clinical, other.clinical]);
    const answer = await write('demo-ehr', {
      subject: reference('Patient/demo-patient'),
      sender: reference(one.clinical),
      inResponseTo: [reference(`Communication/${question.id}`)],
    });
    assert.equal(answer.status, 201, answer.text);
    const items = await itemsOf(question);
    const found = items.map(({ owner, status }) => `${owner?.reference} ${status}`).sort();
    assert.deepEqual(found, [`${one.workflow} completed`, `${other.workflow} ready`].sort());
  });

  it('[MSG-6] no plain update changes whose a work item is, or what it is about', async () => {
    const { clinical, person } = await desk('Hepatology');
    const [item] = await itemsOf(await ask([clinical]));
    const changes: [keyof Task, object][] = [
      ['owner', reference(person)],
      ['groupIdentifier', { ...item!.groupIdentifier, value: 'other' }],
      ['businessStatus', coding('work-item-status', 'claimed')],
      ['for', reference('Patient/demo-harold-brookfield')],
      ['focus', reference('Communication/other')],
      ['extension', [{ ...item!.extension![0]!, valueReference: reference('Organization/demo-workflow-group') }]],
    ];
    for (const [element, value] of changes) {
      const answer = await journey().call(system, 'PUT', `Task/${item!.id}`, { ...item, [element]: value });
      assert.deepEqual([answer.status, issue(answer).expression], [409, `Task.${element}`], answer.text);
    }
    const due = { restriction: { period: { end: '2031-01-01T12:00:00Z' } } };
    assert.equal((await journey().call(system, 'PUT', `Task/${item!.id}`, { ...item, ...due })).status, 200);
  });

  it('[PC-6] [MSG-6] an answer of the record system completes the item, claimed or not', async () => {
    const { clinical, caller } = await desk('Allergy');
    for (const claim of [false, true]) {
      const question = await ask([clinical]);
      const [item] = await itemsOf(question);
      if (claim) assert.equal((await move(caller, item!, 'claim')).status, 200);
      const answer = await write('demo-ehr', {
        subject: reference('Patient/demo-patient'),
        sender: reference(clinical),
        recipient: [reference('Patient/demo-patient')],
        inResponseTo: [reference(`Communication/${question.id}`)],
      });
      assert.equal(answer.status, 201, answer.text);
      const [done] = await itemsOf(question);
      assert.deepEqual(
        [done?.status, done?.output?.[0]?.valueReference],
        ['completed', reference(`Communication/${String(answer.body.id)}`)],
      );
    }
  });
}

function leaving(journey: () => Journey): void {
  const { desk, role, make, ask, itemsOf, move } = actionsOf(journey);

  it('[MSG-6] the item of an agent who has left goes back into the queue, and is given to another by who manages the group', async () => {
    const { workflow, clinical, agentRole, caller } = await desk('Oncology');
    const [item] = await itemsOf(await ask([clinical]));
    assert.equal((await move(caller, item!, 'claim')).status, 200);
    const { body } = await journey().expect(200, system, 'GET', agentRole);
    await journey().expect(200, system, 'PUT', agentRole, { ...body, active: false });
    const back = asTask(await journey().expect(200, system, 'GET', `Task/${item!.id}`));
    assert.deepEqual([back.status, back.owner?.reference], ['ready', workflow]);
    assert.ok([403, 409].includes((await move(caller, item!, 'complete')).status));
    assert.ok(
      [403, 404].includes((await move(manager, item!, 'assign', assignTo('Practitioner/demo-agent'))).status),
      'of another group',
    );
    const chief = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Chief' }] });
    const next = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Next' }] });
    for (const [who, code] of [
      [chief, 'manager'],
      [next, 'agent'],
    ] as const)
      for (const one of ['workbench-user', 'task-processing', code]) await role(who, one, workflow);
    const refused = await move(
      `demo-agent as ${chief}`,
      item!,
      'assign',
      assignTo(caller.slice('demo-agent as '.length)),
    );
    assert.deepEqual([refused.status, issue(refused).expression], [422, "Parameters.parameter.where(name='owner')"]);
    const due = { name: 'due', valueDateTime: '2031-05-06T07:08:09Z' };
    const assigned = asTask(await move(`demo-agent as ${chief}`, item!, 'assign', assignTo(next, [due])));
    assert.deepEqual([assigned.status, assigned.owner?.reference], ['in-progress', next]);
    const { body: found } = await journey().expect(200, system, 'GET', `Task?_id=${item!.id}&due=2031-05-06`);
    assert.equal((found as unknown as Bundle).entry?.length, 1);
    assert.equal((await move(`demo-agent as ${next}`, item!, 'assign', assignTo(chief))).status, 403);
    assert.equal((await move(`demo-agent as ${next}`, item!, 'complete')).status, 200);
    assert.equal((await move(`demo-agent as ${chief}`, item!, 'release')).status, 409);
  });

  it('[MSG-6] a healthcare administrator takes back and assigns too', async () => {
    const { clinical, person, caller } = await desk('Podiatry');
    const admin = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Admin' }] });
    await role(admin, 'healthcare-administrator', 'Organization/demo-organization');
    const [item] = await itemsOf(await ask([clinical]));
    assert.equal((await move(`demo-agent as ${admin}`, item!, 'claim')).status, 403);
    assert.equal((await move(`demo-agent as ${admin}`, item!, 'assign', assignTo(person))).status, 200);
    assert.equal((await move(`demo-agent as ${admin}`, item!, 'release')).status, 200);
    assert.equal((await move(caller, item!, 'claim')).status, 200);
    assert.ok([403, 404].includes((await move(agent, item!, 'release')).status), 'an agent of another group');
  });
}

describe('work that does not stick', () => {
  eachPortal(journey => {
    flows(journey);
    threads(journey);
    leaving(journey);
  });
});
