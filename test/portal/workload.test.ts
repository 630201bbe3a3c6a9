/** Managers see who works in their group and what each has to do, take work back, and say what is urgent. */
import assert from 'node:assert/strict';
import type { Parameters, Task } from 'fhir/r4.js';
import { actionsOf, OWN, reference } from './desk.js';
import { asTask, eachPortal, issue, output, type Answer, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const administrator: Caller = 'demo-agent as Practitioner/demo-administrator';
const HOUR = 3600_000;

interface Load {
  practitioner: string | undefined;
  role: string[];
  counts: (number | boolean | undefined)[];
  active: string | undefined;
}

function loadsOf({ body }: Answer): Load[] {
  const { parameter = [] } = body as unknown as Parameters;
  return parameter
    .filter(({ name }) => name === 'agent')
    .map(({ part = [] }) => {
      const one = (name: string) => part.find(each => each.name === name);
      return {
        practitioner: one('practitioner')?.valueReference?.reference,
        role: part.filter(({ name }) => name === 'role').map(({ valueCode = '' }) => valueCode),
        counts: [
          one('processes')?.valueBoolean,
          ...['claimed', 'waiting', 'overdue'].map(name => one(name)?.valueInteger),
        ],
        active: one('lastActivity')?.valueInstant,
      };
    });
}

function workloads(journey: () => Journey): void {
  const { make, role, desk, ask, itemsOf, move, tasks } = actionsOf(journey);
  const workload = (who: Caller, group: string) => journey().call(who, 'GET', `${group}/$workload`);
  const takeBack = (who: Caller, group: string, person: string) =>
    journey().call(who, 'POST', `${group}/$take-back`, {
      resourceType: 'Parameters',
      parameter: [{ name: 'practitioner', valueReference: reference(person) }],
    });
  const prioritize = (who: Caller, item: Task, priority: string, more: object[] = []) =>
    move(who, item, 'prioritize', {
      resourceType: 'Parameters',
      parameter: [{ name: 'priority', valueCode: priority }, ...more],
    });
  async function person(group: string, ...codes: string[]): Promise<string> {
    const made = await make({ resourceType: 'Practitioner', active: true });
    for (const code of ['workbench-user', 'task-processing', ...codes]) await role(made, code, group);
    return made;
  }
  async function managed(name: string) {
    const here = await desk(name, [{ url: 'dueHours', valuePositiveInt: 2 }]);
    const manager = await person(here.workflow, 'manager');
    return { ...here, manager, byManager: `demo-agent as ${manager}` };
  }
  async function items(clinical: string, many: number): Promise<Task[]> {
    const found: Task[] = [];
    for (let at = 0; at < many; at++) found.push((await itemsOf(await ask([clinical])))[0] ?? assert.fail());
    return found;
  }
  const moved = async (who: Caller, item: Task, ...names: string[]): Promise<void> => {
    for (const name of names) assert.equal((await move(who, item, name)).status, 200, name);
  };

  it('[MSG-6] each agent with what they have, those whose time is over with what sticks to them, which goes back in one go', async () => {
    const here = await managed('Load');
    const leaver = await person(here.workflow);
    const end = new Date(journey().server.app.parts.clock.now() + HOUR).toISOString();
    await role(leaver, 'agent', here.workflow, { period: { end } });
    const [first, second, third, fourth] = await items(here.clinical, 5);
    await moved(here.caller, first!, 'claim');
    await moved(here.caller, second!, 'claim', 'wait');
    await moved(`demo-agent as ${leaver}`, third!, 'claim');
    await moved(`demo-agent as ${leaver}`, fourth!, 'claim', 'wait');
    journey().pass(2 * HOUR + 1);
    const seen = await workload(here.byManager, here.workflow);
    assert.equal(seen.status, 200, seen.text);
    const byPerson = new Map(loadsOf(seen).map(one => [one.practitioner, one]));
    assert.equal(output(seen, 'queued'), 1);
    assert.deepEqual(
      [here.person, here.manager, leaver].map(one => [byPerson.get(one)?.role, byPerson.get(one)?.counts]),
      [
        [['agent'], [true, 1, 1, 2]],
        [['manager'], [true, 0, 0, 0]],
        [[], [false, 1, 1, 2]],
      ],
    );
    const { lastModified } = asTask(await journey().expect(200, system, 'GET', `Task/${second!.id}`));
    assert.equal(byPerson.get(here.person)?.active, lastModified);
    assert.equal(byPerson.get(here.manager)?.active, undefined);
    const back = await takeBack(here.byManager, here.workflow, leaver);
    assert.deepEqual([back.status, output(back, 'items')], [200, 2], back.text);
    const queue = await tasks(`workflow-group=${here.workflow}&status=ready&owner=${here.workflow}`);
    assert.equal(queue.length, 3);
    assert.equal(output(await takeBack(here.byManager, here.workflow, leaver), 'items'), 0);
    assert.equal(asTask(await journey().expect(200, system, 'GET', `Task/${first!.id}`)).owner?.reference, here.person);
  });

  it('[MSG-6] [B41] true at the edges: who may not, of which group, whom', async () => {
    const [here, elsewhere] = [await managed('Here'), await managed('Elsewhere')];
    const [item] = await items(here.clinical, 1);
    for (const who of [here.caller, elsewhere.byManager, 'demo-clinician', system, 'demo-patient'] as Caller[]) {
      assert.equal((await workload(who, here.workflow)).status, 403, who);
      assert.equal((await takeBack(who, here.workflow, here.person)).status, 403, who);
      assert.ok([403, 404].includes((await prioritize(who, item!, 'stat')).status), who);
    }
    for (const call of [workload, (who: Caller, group: string) => takeBack(who, group, here.person)]) {
      assert.equal((await call(administrator, here.workflow)).status, 200);
      assert.equal((await call(administrator, here.clinical)).status, 409);
      assert.equal((await call(administrator, 'Organization/absent')).status, 404);
    }
    const nobody = await takeBack(administrator, here.workflow, 'Patient/demo-patient');
    assert.ok([400, 422].includes(nobody.status), nobody.text);
  });

  it('[MSG-6] a manager says what is urgent and when it is due; what is done has no priority any more', async () => {
    const here = await managed('Urgent');
    const [item, other] = await items(here.clinical, 2);
    journey().pass(2 * HOUR + 1);
    await journey().server.app.escalation.idle();
    const later = new Date(Date.now() + 1000 * HOUR).toISOString();
    const answer = await prioritize(here.byManager, item!, 'stat', [
      { name: 'due', valueDateTime: later },
      { name: 'note', valueString: 'Call first' },
    ]);
    assert.equal(answer.status, 200, answer.text);
    const { priority, restriction, extension = [], note = [], status } = asTask(answer);
    assert.deepEqual(
      [priority, restriction?.period?.end, note.at(-1)?.text, status],
      ['stat', later, 'Call first', 'ready'],
    );
    assert.ok(!extension.some(({ url }) => url === `${OWN}/StructureDefinition/escalated`));
    const unknown = await prioritize(here.byManager, item!, 'soon');
    assert.equal(unknown.status, 422, unknown.text);
    assert.equal(issue(unknown).expression, "Parameters.parameter.where(name='priority')");
    await moved(here.caller, other!, 'claim', 'complete');
    assert.equal((await prioritize(here.byManager, other!, 'stat')).status, 409);
  });
}

describe('the work of a group', () => eachPortal(workloads));
