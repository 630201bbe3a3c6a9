/** Notes that staff write on a work item for each other. */
import assert from 'node:assert/strict';
import type { Bundle, Communication, Task } from 'fhir/r4.js';
import { tokenWith } from '../abuse/ward.js';
import { actionsOf, reference } from './desk.js';
import { eachPortal, issue, parameters, type Answer, type Caller, type Journey } from './journey.js';

const agent: Caller = 'demo-agent';
const patient: Caller = 'demo-patient';
const system: Caller = 'demo-system';
const GROUP = 'Organization/demo-clinical-group';
const SECRET = 'Between us: the family is hard to reach';

function notes(journey: () => Journey): void {
  const { desk, make, role, ask, reply, itemsOf, move } = actionsOf(journey);
  const note = (who: Caller, task: Task, text = SECRET): Promise<Answer> =>
    move(who, task, 'note', parameters({ note: text }));
  const noted = (answer: Answer): Task => {
    assert.equal(answer.status, 200, answer.text);
    return answer.body as unknown as Task;
  };
  async function asked(): Promise<{ question: Communication; task: Task }> {
    const question = await ask([GROUP]);
    return { question, task: (await itemsOf(question))[0] ?? assert.fail() };
  }
  /** A system of the organization with these scopes. */
  async function bySystem(scope: string, method: string, path: string, body?: object): Promise<Answer> {
    const token = tokenWith(journey().server, { client: 'demo-system', scope });
    return journey().call('', method, path, body, {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json' }),
    });
  }

  it('[MSG-6] a note is its author’s, of this moment, and is written at any state by those who work there', async () => {
    const { task } = await asked();
    const first = noted(await note(agent, task));
    assert.deepEqual([first.status, first.owner], [task.status, task.owner]);
    const [{ time = '', ...said } = { time: '' }] = first.note ?? [];
    assert.deepEqual(said, { authorReference: reference('Practitioner/demo-agent'), text: SECRET });
    assert.equal(time, first.lastModified);
    for (const name of ['claim', 'complete']) assert.equal((await move(agent, task, name)).status, 200);
    const second = noted(await note('demo-agent as Practitioner/demo-manager', task, 'Done well'));
    assert.deepEqual([second.status, second.note?.length], ['completed', 2]);
    const stranger = await desk('Elsewhere');
    const idle = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Idle' }] });
    await role(idle, 'agent', 'Organization/demo-workflow-group');
    await journey().expect(200, `demo-agent as ${idle}`, 'GET', `Task/${task.id}`);
    for (const [who, status] of [
      [stranger.caller, 404],
      [`demo-agent as ${idle}`, 403],
      ['demo-clinician', 403],
      [patient, 403],
      ['demo-ehr', 403],
    ] as const) {
      assert.equal((await note(who, task)).status, status, who);
    }
    for (const text of [' ', 'x'.repeat(10_001)]) {
      assert.equal(issue(await note(agent, task, text)).expression, "Parameters.parameter.where(name='note')");
    }
  });

  it('[MSG-6] of notes at once none is lost', async () => {
    const { task } = await asked();
    await Promise.all(['1', '2', '3', '4'].map(text => note(agent, task, text)));
    const { body } = await journey().expect(200, agent, 'GET', `Task/${task.id}`);
    assert.deepEqual((body as unknown as Task).note?.map(({ text }) => text).toSorted(), ['1', '2', '3', '4']);
  });

  it('[MSG-6] nobody changes a note, and an update keeps them', async () => {
    const { task } = await asked();
    const { note: kept = [], ...rest } = noted(await note(agent, task));
    for (const change of [{}, { note: [{ ...kept[0], text: 'Another' }] }, { note: [...kept, { text: 'Forged' }] }]) {
      const answer = await journey().call(system, 'PUT', `Task/${task.id}`, { ...rest, ...change });
      assert.deepEqual([answer.status, issue(answer).expression], [409, 'Task.note']);
    }
    await journey().expect(200, system, 'PUT', `Task/${task.id}`, { ...rest, note: kept, priority: 'urgent' });
    await journey().expect(403, agent, 'PUT', `Task/${task.id}`, { ...rest, note: [{ ...kept[0], text: 'Another' }] });
    const { body } = await journey().expect(200, agent, 'GET', `Task/${task.id}`);
    assert.deepEqual((body as unknown as Task).note, kept);
  });

  it('[MSG-6] [E02] patients and proxies find no note, whichever way they ask', async () => {
    const { question, task } = await asked();
    const colleague = noted(await note(agent, task));
    await move(agent, task, 'claim', parameters({ note: SECRET }));
    await reply(question);
    for (const who of [patient, 'demo-patient as Person/demo-proxy']) {
      for (const path of [
        ...[`Task/${task.id}`, `Task/${task.id}/_history`, `Task/${task.id}/_history/2`, 'Task', 'Task/_history'],
        ...['Task?_summary=false&_include=*', `Communication?_id=${question.id}&_revinclude=Task:focus`],
        ...['Patient/demo-patient/$everything', '_history', `Communication/${question.id}`, 'Provenance', 'AuditEvent'],
      ]) {
        for (const base of ['', '../facade/']) {
          const answer = await journey().call(who, 'GET', `${base}${path}`);
          assert.ok(!answer.text.includes(SECRET), `${who} ${base}${path}`);
        }
      }
      assert.equal((await journey().call(who, 'GET', `Task/${task.id}`)).status, 404);
    }
    assert.equal(colleague.note?.[0]?.text, SECRET);
  });

  it('[MSG-6] a system finds notes by the scope that writes them, and changes no work item without it', async () => {
    const { question, task } = await asked();
    noted(await note(agent, task));
    const plain = 'system/Task.cruds system/Communication.cruds system/Patient.rs';
    const get = { request: { method: 'GET', url: `Task/${task.id}` } };
    const batch = { resourceType: 'Bundle', type: 'batch', entry: [get] };
    for (const [scope, sees] of [
      [plain, false],
      [`${plain} system/Task.$note`, true],
    ] as const) {
      for (const path of [
        ...[`Task/${task.id}`, `Task/${task.id}/_history`, `Task/${task.id}/_history/2`, `Task?_id=${task.id}`],
        ...[`Communication?_id=${question.id}&_revinclude=Task:focus`, `Task/_history?_count=5`],
      ]) {
        const answer = await bySystem(scope, 'GET', path);
        assert.deepEqual([answer.status, answer.text.includes(SECRET)], [200, sees], path);
      }
      assert.equal((await bySystem(scope, 'POST', '', batch)).text.includes(SECRET), sees);
    }
    assert.ok(!(await journey().expect(200, 'demo-ehr', 'GET', `Task/${task.id}`)).text.includes(SECRET));
    const patch = [{ op: 'replace', path: '/priority', value: 'stat' }];
    for (const [method, body] of [
      ['PUT', { ...task, priority: 'stat' }],
      ['PATCH', patch],
    ] as const) {
      const refused = await bySystem(plain, method, `Task/${task.id}`, body);
      assert.ok([403, 422].includes(refused.status) && !refused.text.includes(SECRET), refused.text);
    }
    const added = noted(
      await bySystem('system/Task.$note', 'POST', `Task/${task.id}/$note`, parameters({ note: 'By phone' })),
    );
    assert.equal(added.note?.at(-1)?.authorString, 'client:demo-system');
    const invited = await journey().expect(200, system, 'GET', `Task?_id=${task.id}`);
    assert.equal((invited.body as unknown as Bundle<Task>).entry?.[0]?.resource?.note?.length, 2);
  });
}

describe('internal notes', () => {
  eachPortal(notes);
});
