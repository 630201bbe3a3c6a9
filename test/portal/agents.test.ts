/** Agents come and go by those who manage a workflow group; work does not stick to those who went. */
import assert from 'node:assert/strict';
import type { PractitionerRole, Task } from 'fhir/r4.js';
import { actionsOf, coding, reference } from './desk.js';
import { asTask, eachPortal, issue, type Answer, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const administrator: Caller = 'demo-agent as Practitioner/demo-administrator';

const enrolment = (practitioner: string, group: string, role?: string) => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'practitioner', valueReference: reference(practitioner) },
    { name: 'group', valueReference: reference(group) },
    ...(role === undefined ? [] : [{ name: 'role', valueCode: role }]),
  ],
});

function agents(journey: () => Journey): void {
  const { make, role, desk, ask, itemsOf, move } = actionsOf(journey);
  const enrol = (who: Caller, practitioner: string, group: string, as?: string): Promise<Answer> =>
    journey().call(who, 'POST', 'PractitionerRole/$enrol-agent', enrolment(practitioner, group, as));
  const remove = (who: Caller, path: string): Promise<Answer> => journey().call(who, 'POST', `${path}/$remove-agent`);
  const pathOf = ({ body }: Answer): string => `PractitionerRole/${String(body.id)}`;
  const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status).sort();

  /** Somebody who may process tasks, and works in no group yet. */
  async function newcomer(): Promise<string> {
    const person = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Newcomer' }] });
    for (const code of ['workbench-user', 'task-processing'])
      await role(person, code, 'Organization/demo-organization');
    return person;
  }
  async function managed(name: string) {
    const here = await desk(name);
    const manager = await newcomer();
    await role(manager, 'manager', here.workflow);
    return { ...here, manager: `demo-agent as ${manager}` };
  }

  it('[MSG-6] a manager enrols an agent, who works with the next request; the same once more, or at once, is one role', async () => {
    const here = await managed('Eyes');
    const person = await newcomer();
    const [item] = await itemsOf(await ask([here.clinical]));
    assert.notEqual((await move(`demo-agent as ${person}`, item!, 'claim')).status, 200);
    const both = await Promise.all([1, 2].map(() => enrol(here.manager, person, here.workflow)));
    assert.ok(
      statuses(both).every(status => [200, 201, 409].includes(status)),
      JSON.stringify(statuses(both)),
    );
    const again = await enrol(here.manager, person, here.workflow);
    assert.equal(again.status, 200, again.text);
    const found = await journey().expect(
      200,
      system,
      'GET',
      `PractitionerRole?practitioner=${person}&organization=${here.workflow}`,
    );
    assert.equal(found.body['total'], 1);
    assert.equal((await move(`demo-agent as ${person}`, item!, 'claim')).status, 200);
  });

  it('[MSG-6] what an agent who is removed had goes back into the queue, in the same commit', async () => {
    const here = await managed('Ears');
    const items = [];
    for (const names of [['claim'], ['claim', 'wait'], ['claim', 'complete']]) {
      const [item] = await itemsOf(await ask([here.clinical]));
      items.push(item!);
      for (const name of names) assert.equal((await move(here.caller, item!, name)).status, 200);
    }
    const answer = await remove(here.manager, here.agentRole);
    assert.equal(answer.status, 200, answer.text);
    const { active, period } = answer.body as unknown as PractitionerRole;
    assert.deepEqual([active, typeof period?.end], [false, 'string']);
    const now: Task[] = [];
    for (const { id } of items) now.push(asTask(await journey().expect(200, system, 'GET', `Task/${id}`)));
    assert.deepEqual(
      now.map(({ status, owner }) => [status, owner?.reference]),
      [
        ['ready', here.workflow],
        ['ready', here.workflow],
        ['completed', here.person],
      ],
    );
    assert.equal((await move(here.caller, items[0]!, 'claim')).status, 403);
    const twice = await remove(here.manager, here.agentRole);
    assert.deepEqual([twice.status, issue(twice).expression], [409, 'PractitionerRole.active']);
  });

  it('[MSG-6] true at the edges: a manager who is an agent too keeps the work', async () => {
    const here = await managed('Nose');
    await role(here.person, 'manager', here.workflow);
    const [item] = await itemsOf(await ask([here.clinical]));
    assert.equal((await move(here.caller, item!, 'claim')).status, 200);
    assert.equal((await remove(here.manager, here.agentRole)).status, 200);
    assert.equal((await move(here.caller, item!, 'complete')).status, 200);
  });

  it('[MSG-15] [B41] true at the edges: who may not choose, whom nobody may choose, and where', async () => {
    const [here, elsewhere] = [await managed('Teeth'), await managed('Gums')];
    const person = await newcomer();
    const stranger = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'No Workbench' }] });
    for (const who of [here.caller, elsewhere.manager, 'demo-clinician', system, 'demo-patient'] as Caller[]) {
      assert.equal((await enrol(who, person, here.workflow)).status, 403, who);
      assert.equal((await remove(who, here.agentRole)).status, 403, who);
    }
    assert.equal((await enrol(here.manager, person, here.workflow, 'manager')).status, 403);
    assert.equal((await enrol(administrator, person, here.workflow, 'manager')).status, 201);
    const refused: [string, string, string][] = [
      [stranger, here.workflow, 'practitioner'],
      ['Practitioner/absent', here.workflow, 'practitioner'],
      ['Practitioner/demo-administrator', here.workflow, 'practitioner'],
      [person, here.clinical, 'group'],
      [person, 'Organization/absent', 'group'],
    ];
    for (const [practitioner, group, name] of refused) {
      const answer = await enrol(administrator, practitioner, group);
      const expected = [422, `Parameters.parameter.where(name='${name}')`];
      assert.deepEqual([answer.status, issue(answer).expression], expected, answer.text);
    }
    const clinician = await make({
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: reference(person),
      organization: reference(here.clinical),
      code: [coding('role', 'clinician')],
    });
    assert.equal((await remove(administrator, clinician)).status, 409);
    const manager = pathOf(await enrol(administrator, person, elsewhere.workflow, 'manager'));
    assert.equal((await remove(elsewhere.manager, manager)).status, 403);
    assert.equal((await remove(administrator, manager)).status, 200);
  });
}

describe('agents of a workflow group', () => eachPortal(agents));
