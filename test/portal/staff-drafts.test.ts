/** What staff write and have not sent yet, and what they take back. */
import assert from 'node:assert/strict';
import type { Bundle, Communication, Extension, Provenance, Task } from 'fhir/r4.js';
import { actionsOf, OWN, reference } from './desk.js';
import { asMessage, asTask, eachPortal, issue, type Answer, type Caller, type Journey } from './journey.js';

const patient: Caller = 'demo-patient';
const system: Caller = 'demo-system';
const dana = reference('Patient/demo-patient');
const mailbox = 'dana.whitfield@example.org';
const named = ({ id }: { id?: string | undefined }): string => `Communication/${id}`;

function actions(journey: () => Journey) {
  const desk = actionsOf(journey);
  /** A question at a new desk, with a second agent of it. */
  async function asked(name: string) {
    const place = await desk.desk(name);
    const person = await desk.make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Second' }] });
    for (const code of ['workbench-user', 'task-processing', 'agent']) await desk.role(person, code, place.workflow);
    const question = await desk.ask([place.clinical]);
    const [task] = await desk.itemsOf(question);
    return { ...place, colleague: `demo-agent as ${person}`, question, task: task ?? assert.fail() };
  }
  const put = (who: Caller, message: Communication, change: object): Promise<Answer> =>
    journey().call(who, 'PUT', named(message), { ...message, ...change });
  async function found(who: Caller, query: string): Promise<(string | undefined)[]> {
    const { body } = await journey().expect(200, who, 'GET', `Communication?${query}&_count=100`);
    return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.id);
  }
  const draftOf = async (who: Caller, task: Task, more: object = {}): Promise<Communication> => {
    const body = { status: 'preparation', basedOn: [reference(`Task/${task.id}`)], ...more };
    return asMessage(
      await desk.write(who, body).then(answer => (assert.equal(answer.status, 201, answer.text), answer)),
    );
  };
  const item = async (task: Task): Promise<Task> =>
    asTask(await journey().expect(200, system, 'GET', `Task/${task.id}`));
  return { ...desk, asked, put, found, draftOf, item };
}

function drafts(journey: () => Journey): void {
  const { asked, put, found, draftOf, move, item, role } = actions(journey);

  it('[MSG-19] a draft of an answer is its author’s alone, hangs on the work item, and is sent by who has that', async () => {
    const { caller, colleague, clinical, question, task } = await asked('Drafting');
    const draft = await draftOf(caller, task, { sender: reference(clinical) });
    assert.deepEqual([draft.inResponseTo, draft.recipient], [[reference(named(question))], [dana]]);
    const query = `status=preparation&based-on=Task/${task.id}`;
    assert.deepEqual(await found(caller, query), [draft.id]);
    for (const other of [colleague, 'demo-agent as Practitioner/demo-manager', patient, system]) {
      assert.equal((await journey().call(other, 'GET', named(draft))).status, 404, other);
    }
    for (const other of [colleague, system]) assert.deepEqual(await found(other, query), [], other);
    const early = await put(caller, draft, { status: 'completed' });
    assert.deepEqual([early.status, issue(early).expression], [409, 'Communication.basedOn']);
    await move(colleague, task, 'claim');
    assert.equal((await put(caller, draft, { status: 'completed' })).status, 409, 'another has the work');
    await move(colleague, task, 'release');
    await move(caller, task, 'claim');
    const sent = asMessage(await put(caller, draft, { status: 'completed' }));
    assert.deepEqual([sent.status, sent.sender], ['completed', reference(clinical)]);
    assert.deepEqual(
      (await item(task)).output?.map(({ valueReference }) => valueReference),
      [reference(named(sent))],
    );
    assert.deepEqual(await found(colleague, `based-on=Task/${task.id}`), [sent.id]);
  });

  it('[MSG-19] the draft of an agent who has left is nobody’s, and does not hold up the work', async () => {
    const { caller, colleague, person, workflow, task } = await asked('Leaving');
    const draft = await draftOf(caller, task);
    const { body } = await journey().expect(200, system, 'GET', person);
    await journey().expect(200, system, 'PUT', person, { ...body, active: false });
    for (const other of [colleague, system, patient]) {
      assert.equal((await journey().call(other, 'GET', named(draft))).status, 404, other);
    }
    assert.notEqual((await put(caller, draft, { status: 'completed' })).status, 200);
    await move(colleague, task, 'claim');
    assert.equal((await move(colleague, task, 'complete')).status, 200);
    await journey().expect(200, system, 'PUT', person, body);
    await role(person, 'agent', workflow);
    assert.deepEqual(await found(caller, 'status=preparation'), [draft.id], 'who comes back finds it');
  });
}

function retracting(journey: () => Journey): void {
  const { asked, put, found, write, ask, move, item, itemsOf, make, role } = actions(journey);
  const retract = (who: Caller, message: Communication) => put(who, message, { status: 'entered-in-error' });
  const stateOf = ({ status, owner }: Task) => [status, owner?.reference];

  it('[MSG-19] [MSG-6] a question whose only answer is taken back waits in the queue again', async () => {
    const { caller, workflow, task, question } = await asked('Recalled');
    await move(caller, task, 'claim');
    const answers = [];
    for (let count = 0; count < 2; count++) {
      answers.push(asMessage(await write(caller, { inResponseTo: [reference(named(question))] })));
    }
    await move(caller, task, 'complete');
    const [first, second] = answers;
    assert.equal((await retract(caller, first!)).status, 200);
    assert.equal((await item(task)).status, 'completed', 'the other answer stands');
    assert.equal((await retract(caller, second!)).status, 200);
    const back = await item(task);
    assert.deepEqual(stateOf(back), ['ready', workflow]);
    assert.deepEqual(
      back.note?.map(({ text }) => text),
      Array(2).fill('The answer was retracted.'),
    );
    assert.equal((await move(caller, task, 'claim')).status, 200);
  });

  it('[MSG-19] [MSG-6] who has the work keeps it; where there is other work in the thread nothing is reopened', async () => {
    const { caller, person, clinical, task, question } = await asked('Kept');
    await move(caller, task, 'claim');
    const answer = asMessage(await write(caller, { inResponseTo: [reference(named(question))] }));
    assert.equal((await retract(caller, answer)).status, 200);
    assert.deepEqual(stateOf(await item(task)), ['in-progress', person]);
    const second = asMessage(await write(caller, { inResponseTo: [reference(named(question))] }));
    await move(caller, task, 'complete');
    await ask([clinical], { inResponseTo: [reference(named(second))] });
    assert.equal((await retract(caller, second)).status, 200);
    assert.deepEqual((await itemsOf(question)).map(({ status }) => status).toSorted(), ['completed', 'ready']);
  });

  it('[MSG-19] a message that is taken back before anybody was told is told to nobody; its readers see a trace', async () => {
    const hour = (ahead: number) => new Date(Date.now() + ahead * 3600_000).toISOString().slice(11, 19);
    const quiet: Extension = {
      url: `${OWN}/StructureDefinition/quiet-hours`,
      extension: [
        { url: 'start', valueTime: hour(-2) },
        { url: 'end', valueTime: hour(2) },
        { url: 'time-zone', valueCode: 'UTC' },
      ],
    };
    const mails = (await journey().mails(mailbox)).length;
    const { body: before } = await journey().expect(200, system, 'GET', dana.reference);
    await journey().expect(200, system, 'PUT', dana.reference, { ...before, extension: [quiet] });
    const payload = [{ contentString: 'Meant for somebody else altogether' }];
    const sent = asMessage(await write('demo-clinician', { subject: dana, payload }));
    assert.equal((await retract('demo-clinician', sent)).status, 200);
    journey().pass(3 * 3600_000);
    assert.equal((await journey().mails(mailbox)).length, mails);
    const { body } = await journey().expect(200, system, 'GET', dana.reference);
    await journey().expect(200, system, 'PUT', dana.reference, { ...body, extension: undefined });
    for (const base of ['', '../facade/']) {
      for (const path of [named(sent), `${named(sent)}/_history`, 'Communication?status=entered-in-error']) {
        const seen = await journey().expect(200, patient, 'GET', `${base}${path}`);
        assert.ok(seen.text.includes('entered-in-error') && !seen.text.includes('somebody else altogether'), path);
      }
    }
  });

  it('[MSG-17] [MSG-19] what was sent for a group is taken back by those who write for it, and it is kept who did what', async () => {
    const { caller, colleague, clinical, person } = await asked('Ours');
    const clinician = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Doctor' }] });
    await role(clinician, 'clinician', clinical);
    const doctor = `demo-agent as ${clinician}`;
    const sent = asMessage(await write(caller, { subject: dana, sender: reference(clinical) }));
    for (const [who, status] of [
      ['demo-agent', 405],
      [patient, 403],
    ] as const) {
      assert.equal((await retract(who, sent)).status, status, who);
    }
    for (const who of [caller, doctor]) await journey().expect(200, who, 'GET', named(sent));
    await journey().expect(200, patient, 'POST', `${named(sent)}/$mark-read`);
    const state = await journey().expect(200, caller, 'GET', `${named(sent)}/$read-state`);
    assert.ok(state.text.includes('/read'), 'who wrote it learns who has read it');
    assert.ok((await found(caller, 'box=sent')).includes(sent.id));
    await journey().expect(200, caller, 'POST', `${named(sent)}/$archive`);
    await journey().expect(200, caller, 'GET', named(sent));
    assert.equal((await journey().call(colleague, 'GET', named(sent))).status, 404, 'it is nobody else’s work yet');
    assert.equal((await retract(doctor, sent)).status, 200);
    await journey().expect(200, caller, 'GET', named(sent));
    const { body } = await journey().expect(200, system, 'GET', `Provenance?target=${named(sent)}`);
    const [entry] = (body as unknown as Bundle<Provenance>).entry ?? [];
    assert.deepEqual(entry?.resource?.agent[0]?.who, reference(person));
    const { text } = await journey().expect(200, patient, 'GET', named(sent));
    assert.ok(!text.includes(person));
  });
}

describe('what staff have not sent yet, and what they take back', () => {
  eachPortal(journey => {
    drafts(journey);
    retracting(journey);
  });
});
