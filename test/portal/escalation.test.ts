/** Work that is overdue is escalated once, by the server's own authority; those who manage its group are told, without content. */
import assert from 'node:assert/strict';
import type { AuditEvent, Bundle, Communication, Task } from 'fhir/r4.js';
import { actionsOf, OWN, reference } from './desk.js';
import { asTask, eachPortal, withoutLinks, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const HOUR = 3600_000;
const MANAGER = 'Work of your group is overdue';

const markOf = ({ extension = [] }: Task): string | undefined =>
  extension.find(({ url }) => url === `${OWN}/StructureDefinition/escalated`)?.valueDateTime;

function escalations(journey: () => Journey): void {
  const { make, role, desk, ask, reply, itemsOf, move, tasks } = actionsOf(journey);
  const escalate = () => journey().server.app.escalation.idle();
  const inHours = (hours: number) => [{ url: 'dueHours', valuePositiveInt: hours }];
  let managers = 0;

  async function managed(name: string, hours = 4) {
    const here = await desk(name, inHours(hours));
    const email = `manager${++managers}@desk.example.org`;
    const telecom = [{ system: 'email', value: email }];
    const manager = await make({ resourceType: 'Practitioner', active: true, name: [{ family: name }], telecom });
    for (const code of ['task-processing', 'manager']) await role(manager, code, here.workflow);
    const enabled = await role(manager, 'workbench-user', here.workflow);
    return { ...here, email, enabled, manager: `demo-agent as ${manager}` };
  }
  const itemOf = async (question: Communication): Promise<Task> => (await itemsOf(question))[0] ?? assert.fail();
  const now = async ({ id }: Task) => asTask(await journey().expect(200, system, 'GET', `Task/${id}`));
  const told = async ({ email }: { email: string }) =>
    (await journey().mails(email)).filter(({ subject }) => subject === MANAGER);
  async function done(item: Task, who: Caller, ...moves: [name: string, body?: object][]): Promise<void> {
    for (const [name, body] of moves) {
      const answer = await move(who, item, name, body);
      assert.equal(answer.status, 200, answer.text);
    }
  }

  it('[MSG-6] an overdue item rises, is found and told of once, whoever looks; the audit has the reason', async () => {
    const here = await managed('Escalated');
    const topic = { text: 'Chlamydia result' };
    const item = await itemOf(await ask([here.clinical], { topic }));
    assert.equal(item.priority, 'routine');
    await escalate();
    assert.equal(markOf(await now(item)), undefined);
    journey().pass(4 * HOUR + 1);
    const worker = journey().server.app.escalation;
    await Promise.all([worker.next(), worker.next()]);
    await escalate();
    const after = await now(item);
    assert.deepEqual([after.priority, after.status, typeof markOf(after)], ['urgent', 'ready', 'string']);
    const found = await tasks(`escalated:missing=false&workflow-group=${here.workflow}`);
    assert.deepEqual(
      found.map(({ id }) => id),
      [item.id],
    );
    const mails = await told(here);
    assert.equal(mails.length, 1);
    assert.doesNotMatch(withoutLinks(`${mails[0]!.text} ${mails[0]!.html}`), /Chlamydia|Escalated|Welby/);
    const auditor = 'demo-agent as Practitioner/demo-auditor';
    const { body } = await journey().expect(200, auditor, 'GET', 'AuditEvent?_count=1000');
    const events = ((body as unknown as Bundle<AuditEvent>).entry ?? []).map(({ resource }) => resource!);
    const reasons = events.flatMap(({ purposeOfEvent = [] }) => purposeOfEvent.map(({ text }) => text));
    assert.equal(reasons.filter(text => text === 'a work item is overdue').length, 1, JSON.stringify(reasons));
  });

  it('[MSG-6] true at the edges: waiting, without a due time, done at that instant, reopened, due later', async () => {
    const [here, timeless] = [await managed('Edges'), await desk('Timeless')];
    const question = await ask([here.clinical]);
    const [waiting, racing, postponed] = [
      await itemOf(question),
      await itemOf(await ask([here.clinical])),
      await itemOf(await ask([here.clinical])),
    ];
    const never = await itemOf(await ask([timeless.clinical]));
    await done(waiting, here.caller, ['claim'], ['wait']);
    await done(racing, here.caller, ['claim']);
    const later = new Date(Date.parse(postponed.restriction!.period!.end!) + HOUR).toISOString();
    const due = (value: string) => ({
      resourceType: 'Parameters',
      parameter: [
        { name: 'owner', valueReference: reference(here.person) },
        { name: 'due', valueDateTime: value },
      ],
    });
    await done(postponed, here.manager, ['assign', due(later)]);
    journey().pass(4 * HOUR + 1000);
    await Promise.all([escalate(), done(racing, here.caller, ['complete'])]);
    assert.equal((await now(racing)).status, 'completed');
    for (const item of [waiting, postponed, never]) assert.equal(markOf(await now(item)), undefined);
    const once = (await told(here)).length;
    await done(racing, here.caller, ['reopen']);
    await reply(question);
    await escalate();
    assert.equal(typeof markOf(await now(waiting)), 'string', 'it no longer waits for the patient');
    assert.equal(typeof markOf(await now(racing)), 'string');
    assert.equal((await told(here)).length, 2, `${once} before: the reopened one is told of once in all`);
    journey().pass(HOUR);
    await escalate();
    assert.deepEqual([(await told(here)).length, (await now(postponed)).priority], [3, 'urgent']);
    await done(postponed, here.manager, ['assign', due(new Date(Date.parse(later) + 2 * HOUR).toISOString())]);
    assert.equal(markOf(await now(postponed)), undefined, 'the clock starts anew');
    journey().pass(2 * HOUR);
    await escalate();
    assert.deepEqual([(await told(here)).length, (await now(postponed)).priority], [4, 'asap']);
  });

  it('[MSG-6] a group whose manager is none on the Workbench any more: administrators are told; nobody takes the mark away', async () => {
    const here = await managed('Left alone', 1);
    const { body } = await journey().expect(200, system, 'GET', here.enabled);
    await journey().expect(200, system, 'PUT', here.enabled, { ...body, active: false });
    const email = 'administrator@desk.example.org';
    const telecom = [{ system: 'email', value: email }];
    const person = await make({ resourceType: 'Practitioner', active: true, telecom });
    await role(person, 'healthcare-administrator', 'Organization/demo-organization');
    const item = await itemOf(await ask([here.clinical]));
    journey().pass(HOUR);
    await escalate();
    assert.deepEqual([(await told(here)).length, (await told({ email })).length], [0, 1]);
    const { extension = [], ...escalated } = await now(item);
    const unmarked = extension.filter(({ url }) => !url.endsWith('/escalated'));
    const answer = await journey().call(system, 'PUT', `Task/${item.id}`, { ...escalated, extension: unmarked });
    assert.equal(answer.status, 409, answer.text);
  });
}

describe('overdue work', () => eachPortal(escalations));
