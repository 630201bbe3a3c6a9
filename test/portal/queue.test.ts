/** Queues: their order, what is counted of them and by whom, and fifty agents who take from one at once. */
import assert from 'node:assert/strict';
import type { Bundle, Task } from 'fhir/r4.js';
import { actionsOf, coding, OWN, reference, toGroup } from './desk.js';
import { eachPortal, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const administrator: Caller = 'demo-agent as Practitioner/demo-administrator';
const AGENTS = 50;
const ITEMS = 10;

function queues(journey: () => Journey): void {
  const { make, role, desk, ask, itemsOf, move, tasks } = actionsOf(journey);
  const item = async (clinical: string): Promise<Task> => (await itemsOf(await ask([clinical])))[0] ?? assert.fail();
  const count = async (who: Caller, query: string): Promise<unknown> =>
    (await journey().expect(200, who, 'GET', `Task?${query}&_summary=count`)).body['total'];

  it('[MSG-6] a queue is sorted by priority, then by due time, then by age; what is done has no place in it', async () => {
    const here = await desk('Order', [{ url: 'dueHours', valuePositiveInt: 8 }]);
    const manager = await make({ resourceType: 'Practitioner', active: true });
    for (const code of ['workbench-user', 'task-processing', 'manager']) await role(manager, code, here.workflow);
    const made: Task[] = [];
    for (let at = 0; at < 6; at++) {
      made.push(await item(here.clinical));
      journey().pass(1000);
    }
    const [late, early, stat, urgent, done, ended] = made;
    const prioritize = async (one: Task, priority: string, due?: string): Promise<void> => {
      const parameter = [
        { name: 'priority', valueCode: priority },
        ...(due === undefined ? [] : [{ name: 'due', valueDateTime: due }]),
      ];
      const answer = await move(`demo-agent as ${manager}`, one, 'prioritize', {
        resourceType: 'Parameters',
        parameter,
      });
      assert.equal(answer.status, 200, answer.text);
    };
    await prioritize(late!, 'routine', '2090-01-02');
    await prioritize(early!, 'routine', '2090-01-01T23:00:00Z');
    await prioritize(ended!, 'routine', '2090-01-01T23:00:00Z');
    await prioritize(stat!, 'stat', '2091-01-01');
    await prioritize(urgent!, 'urgent');
    for (const name of ['claim', 'complete']) assert.equal((await move(here.caller, done!, name)).status, 200);
    const sorted = async (sort: string) => {
      const url = `Task?workflow-group=${here.workflow}&_sort=${sort}&_count=2`;
      const found: (string | undefined)[] = [];
      for (let next: string | undefined = url; next !== undefined;) {
        const { body } = await journey().expect(200, here.caller, 'GET', next);
        const { entry = [], link = [] } = body as unknown as Bundle<Task>;
        found.push(...entry.map(({ resource }) => resource?.id));
        next = link.find(({ relation }) => relation === 'next')?.url.replace(`${journey().server.portal}/`, '');
      }
      return found;
    };
    const expected = [stat, urgent, early, ended, late, done].map(one => one?.id);
    assert.deepEqual(await sorted('queue-order,authored-on'), expected);
    assert.deepEqual(await sorted('-queue-order,-authored-on'), [...expected.slice(0, -1).toReversed(), done?.id]);
  });

  it('[MSG-6] [B41] counts by group, state, age and person are exact, and of one’s own groups alone', async () => {
    const [here, elsewhere] = [await desk('Counted'), await desk('Elsewhere')];
    const mine: Task[] = [];
    for (const at of [1, 2, 3, 4]) mine.push(await item(at === 4 ? elsewhere.clinical : here.clinical));
    assert.equal((await move(here.caller, mine[0]!, 'claim')).status, 200);
    const rows: [query: string, own: number, all: number][] = [
      [`queue=${here.workflow}$ready`, 2, 2],
      [`queue=${here.workflow}$in-progress&owner=${here.person}`, 1, 1],
      [`queue=${elsewhere.workflow}$ready`, 0, 1],
      [
        `workflow-group=${here.workflow},${elsewhere.workflow}&business-status=${OWN}/CodeSystem/work-item-status|queued`,
        2,
        3,
      ],
      [`workflow-group=${here.workflow}&authored-on=lt2001-01-01`, 0, 0],
      [`workflow-group=${here.workflow},${elsewhere.workflow}&authored-on=gt2001-01-01&escalated:missing=true`, 3, 4],
      [`_has:Communication:based-on:status=completed&workflow-group=${elsewhere.workflow}`, 0, 0],
    ];
    for (const [query, own, all] of rows) {
      assert.equal(await count(here.caller, query), own, query);
      for (const who of [administrator, system]) assert.equal(await count(who, query), all, `${who} ${query}`);
      assert.equal(await count('demo-patient', query), 0, query);
    }
    const found = await tasks(`queue=${here.workflow}$ready,${elsewhere.workflow}$ready`);
    assert.deepEqual(
      found.map(({ id }) => id).sort(),
      mine
        .slice(1)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('[MSG-6] fifty agents at one queue: each item goes to exactly one of them', async () => {
    const workflow = await make({
      resourceType: 'Organization',
      active: true,
      type: [coding('organization-type', 'workflow-group')],
      name: 'Fifty',
    });
    const people = Array.from(
      { length: AGENTS },
      (_, at) => `urn:uuid:00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    );
    const entry = people.flatMap(fullUrl => [
      {
        fullUrl,
        resource: { resourceType: 'Practitioner', active: true },
        request: { method: 'POST', url: 'Practitioner' },
      },
      {
        resource: {
          ...{ resourceType: 'PractitionerRole', active: true, practitioner: reference(fullUrl) },
          organization: reference(workflow),
          code: ['workbench-user', 'task-processing', 'agent'].map(code => coding('role', code)),
        },
        request: { method: 'POST', url: 'PractitionerRole' },
      },
    ]);
    const { body } = await journey().expect(200, system, 'POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry,
    });
    const agents = ((body as unknown as Bundle).entry ?? []).flatMap(({ response }) => {
      const [, person] = /(Practitioner\/[^/]+)\/_history/.exec(response?.location ?? '') ?? [];
      return person === undefined ? [] : `demo-agent as ${person}`;
    });
    assert.equal(agents.length, AGENTS);
    const clinical = await make({
      ...{ resourceType: 'Organization', active: true, type: [coding('organization-type', 'clinical-group')] },
      ...{ name: 'Fifty', extension: [toGroup(workflow)] },
    });
    const items: Task[] = [];
    for (let at = 0; at < ITEMS; at++) items.push(await item(clinical));
    const claims = await Promise.all(
      agents.map(async (agent, at) => {
        const { status } = await move(agent, items[at % ITEMS]!, 'claim');
        return { agent, id: items[at % ITEMS]?.id, status };
      }),
    );
    assert.deepEqual([...new Set(claims.map(({ status }) => status))].sort(), [200, 409]);
    const won = claims.filter(({ status }) => status === 200);
    const owners = new Map(
      (await tasks(`workflow-group=${workflow}`)).map(({ id, owner }) => [id, `demo-agent as ${owner?.reference}`]),
    );
    assert.equal(won.length, ITEMS);
    for (const { id, agent } of won) assert.equal(owners.get(id), agent);
  });
}

describe('queues', () => eachPortal(queues));
