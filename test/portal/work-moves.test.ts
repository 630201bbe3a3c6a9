/** Work goes to other hands, waits, and comes back: one open item a thread and group, whatever is moved. */
import assert from 'node:assert/strict';
import type { Task } from 'fhir/r4.js';
import { actionsOf, organization, reference } from './desk.js';
import { asTask, eachPortal, issue, type Answer, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const administrator: Caller = 'demo-agent as Practitioner/demo-administrator';

const to = (target: string) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'to', valueReference: reference(target) }],
});
const stateOf = ({ status, businessStatus, owner }: Task) => [
  status,
  businessStatus?.coding?.[0]?.code,
  owner?.reference,
];

function handing(journey: () => Journey): void {
  const { make, role, desk, write, ask, tasks, itemsOf, move } = actionsOf(journey);
  const moved = async (who: Caller, item: Task, name: string, body?: object): Promise<Task> => {
    const answer = await move(who, item, name, body);
    assert.equal(answer.status, 200, answer.text);
    return asTask(answer);
  };
  const claimedAt = async (at: { clinical: string; caller: Caller }): Promise<Task> => {
    const [item] = await itemsOf(await ask([at.clinical]));
    return moved(at.caller, item ?? assert.fail(), 'claim');
  };
  const refused = (answer: Answer, status: number, expression: string): void =>
    assert.deepEqual([answer.status, issue(answer).expression], [status, expression], answer.text);

  it('[MSG-6] goes to the queue of another workflow group, and is no longer of the first', async () => {
    const [first, second] = [await desk('Allergy'), await desk('Asthma')];
    const item = await moved(first.caller, await claimedAt(first), 'transfer', to(second.workflow));
    assert.deepEqual(stateOf(item), ['ready', 'queued', second.workflow]);
    assert.deepEqual(
      (await tasks(`workflow-group=${second.workflow}&status=ready`)).map(({ id }) => id),
      [item.id],
    );
    assert.deepEqual(await tasks(`workflow-group=${first.workflow}`), []);
    assert.equal((await move(first.caller, item, 'claim')).status, 404);
    await moved(second.caller, item, 'claim');
    const answer = await write(second.caller, {
      inResponseTo: [item.focus],
      recipient: [item.for],
      subject: item.for,
    });
    assert.equal(answer.status, 201, answer.text);
    await moved(second.caller, item, 'complete');
  });

  it('[MSG-6] never becomes a second open item of its thread in a group, nor do two at once', async () => {
    const [first, second, third] = [await desk('Renal'), await desk('Dialysis'), await desk('Transplants')];
    const items = await itemsOf(await ask([first.clinical, second.clinical]));
    const itemOf = (group: string): Task => items.find(({ owner }) => owner?.reference === group) ?? assert.fail();
    const [one, other] = [itemOf(first.workflow), itemOf(second.workflow)];
    refused(await move(first.caller, one, 'transfer', to(second.workflow)), 409, 'Task.groupIdentifier');
    const answers = await Promise.all([
      move(first.caller, one, 'transfer', to(third.workflow)),
      move(second.caller, other, 'transfer', to(third.workflow)),
    ]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    assert.equal((await tasks(`workflow-group=${third.workflow}`)).length, 1);
  });

  it('[MSG-6] goes to no group that could not handle it', async () => {
    const here = await desk('Sleep');
    const item = await claimedAt(here);
    const inactive = await make(organization('workflow-group', 'Closed', { active: false }));
    const empty = await make(organization('workflow-group', 'Empty'));
    const targets = [inactive, empty, here.workflow, here.clinical, 'Organization/absent', 'Practitioner/absent'];
    for (const target of targets) {
      const answer = await move(here.caller, item, 'transfer', to(target));
      refused(answer, 422, "Parameters.parameter.where(name='to')");
    }
    assert.deepEqual(stateOf(asTask(await journey().call(system, 'GET', `Task/${item.id}`))), stateOf(item));
  });

  it('[MSG-6] goes to a colleague who may process it, by who has it, and by no other', async () => {
    const here = await desk('Pain');
    const colleague = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Colleague' }] });
    const caller: Caller = `demo-agent as ${colleague}`;
    const item = await claimedAt(here);
    refused(await move(here.caller, item, 'transfer', to(colleague)), 422, "Parameters.parameter.where(name='to')");
    for (const code of ['workbench-user', 'task-processing', 'agent']) await role(colleague, code, here.workflow);
    refused(await move(caller, item, 'transfer', to(colleague)), 409, 'Task.owner');
    const given = await moved(here.caller, item, 'transfer', to(colleague));
    assert.deepEqual(stateOf(given), ['in-progress', 'claimed', colleague]);
    assert.equal((await move(here.caller, given, 'complete')).status, 409);
    await moved(caller, given, 'complete');
  });

  it('[MSG-6] goes back into the queue when its agent leaves', async () => {
    const here = await desk('Hearing');
    const item = await claimedAt(here);
    const { body } = await journey().expect(200, system, 'GET', here.agentRole);
    await journey().expect(200, system, 'PUT', here.agentRole, { ...body, active: false });
    const back = asTask(await journey().call(system, 'GET', `Task/${item.id}`));
    assert.deepEqual(stateOf(back), ['ready', 'queued', here.workflow]);
    assert.equal((await move(administrator, item, 'unassign')).status, 409);
  });
}

function waiting(journey: () => Journey): void {
  const { desk, write, ask, reply, tasks, itemsOf, move } = actionsOf(journey);
  const step = async (who: Caller, item: Task, ...names: string[]): Promise<Task> => {
    let now = item;
    for (const name of names) {
      const answer = await move(who, item, name);
      assert.equal(answer.status, 200, `${name}: ${answer.text}`);
      now = asTask(answer);
    }
    return now;
  };

  it('[MSG-6] waits for the patient, whose next message resumes it for the same agent', async () => {
    const { workflow, clinical, person, caller } = await desk('Travel medicine');
    const question = await ask([clinical]);
    const [item] = await itemsOf(question);
    const waits = await step(caller, item!, 'claim', 'wait');
    assert.deepEqual(stateOf(waits), ['on-hold', 'waiting', person]);
    const own = 'https://portico.health/fhir/CodeSystem/work-item-status';
    const found = await tasks(`workflow-group=${workflow}&business-status=${own}|waiting`);
    assert.deepEqual(
      found.map(({ id }) => id),
      [item?.id],
    );
    assert.equal((await move(caller, waits, 'wait')).status, 409);
    const answer = await write(caller, {
      inResponseTo: [item?.focus],
      recipient: [item?.for],
      subject: item?.for,
    });
    assert.equal(answer.status, 201, answer.text);
    await reply(question);
    const [resumed, ...more] = await itemsOf(question);
    assert.deepEqual([stateOf(resumed!), more.length], [['in-progress', 'claimed', person], 0]);
    await step(caller, item!, 'wait', 'resume', 'wait', 'release');
  });

  it('[MSG-5] [MSG-6] keeps its workflow group open while it waits', async () => {
    const { workflow, clinical, caller } = await desk('Vaccinations');
    const [item] = await itemsOf(await ask([clinical]));
    await step(caller, item!, 'claim', 'wait');
    const { body } = await journey().expect(200, system, 'GET', workflow);
    const closed = await journey().call(system, 'PUT', workflow, { ...body, active: false });
    assert.match(closed.text, /open work items/);
    assert.equal(closed.status, 409);
  });

  it('[MSG-6] is reopened into the queue of its group, unless the thread has other open work there', async () => {
    const { workflow, clinical, caller } = await desk('Nutrition');
    const question = await ask([clinical]);
    const [item] = await itemsOf(question);
    await step(caller, item!, 'claim', 'complete');
    assert.deepEqual(stateOf(await step(caller, item!, 'reopen')), ['ready', 'queued', workflow]);
    await step(caller, item!, 'claim', 'complete');
    await reply(question);
    const answer = await move(administrator, item!, 'reopen');
    assert.deepEqual([answer.status, issue(answer).expression], [409, 'Task.groupIdentifier'], answer.text);
    assert.equal((await itemsOf(question)).filter(({ status }) => status !== 'completed').length, 1);
  });
}

describe('moves of work items', () => {
  eachPortal(handing);
  eachPortal(waiting);
});
