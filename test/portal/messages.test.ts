/** Messages: to the inbox, answered, worked on, read. */
import assert from 'node:assert/strict';
import type { Bundle, Communication, Task } from 'fhir/r4.js';
import {
  asMessage,
  asTask,
  eachPortal,
  issue,
  parameters,
  type Answer,
  type Caller,
  type Journey,
  withoutLinks,
} from './journey.js';

const patient: Caller = 'demo-patient';
const clinician: Caller = 'demo-clinician';
const agent: Caller = 'demo-agent';
const manager: Caller = 'demo-agent as Practitioner/demo-manager';

const category = (code: string) => [
  { coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code }] },
];
const group = { reference: 'Organization/demo-clinical-group' };

const message = (text: string, more: object = {}): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category: category('medical'),
  payload: [{ contentString: text }],
  ...more,
});

/** What these tests do again and again. */
function actionsOf(journey: () => Journey) {
  const post = async (caller: Caller, resource: object): Promise<Communication> =>
    asMessage(await journey().expect(201, caller, 'POST', 'Communication', resource));
  const toPatient = (text: string, more: object = {}) =>
    message(text, { subject: { reference: 'Patient/demo-patient' }, ...more });
  const answerTo = ({ id }: Communication, text: string, more: object = {}) =>
    message(text, { inResponseTo: [{ reference: `Communication/${id}` }], ...more });

  async function search(caller: Caller, query: string): Promise<{ total: number | undefined; ids: string[] }> {
    const bundle = (await journey().expect(200, caller, 'GET', query)).body as unknown as Bundle;
    return { total: bundle.total, ids: (bundle.entry ?? []).map(({ resource }) => resource?.id ?? '') };
  }

  /** The work item that a message has become. */
  async function workItem({ id }: Communication): Promise<Task> {
    const bundle = (await journey().expect(200, agent, 'GET', `Task?focus=Communication/${id}`))
      .body as unknown as Bundle<Task>;
    assert.equal(bundle.entry?.length, 1);
    return bundle.entry[0]?.resource ?? assert.fail();
  }

  const move = (caller: Caller, task: Task, name: string, note?: string): Promise<Answer> =>
    journey().call(caller, 'POST', `Task/${task.id}/$${name}`, note === undefined ? undefined : parameters({ note }));

  return { post, toPatient, answerTo, search, workItem, move };
}

function delivering(journey: () => Journey): void {
  const { post, toPatient, search } = actionsOf(journey);

  it('[PC-6] delivers to the inbox and tells the patient by e-mail, without saying what', async () => {
    const before = (await journey().mails('dana.whitfield@example.org')).length;
    const sent = await post(
      clinician,
      toPatient('Your potassium is 4.1, which is normal.', { topic: { text: 'Potassium' } }),
    );
    assert.equal(sent.sender?.reference, 'Practitioner/demo-clinician');
    assert.deepEqual(sent.recipient, [{ reference: 'Patient/demo-patient' }]);
    const mails = await journey().mails('dana.whitfield@example.org');
    assert.equal(mails.length, before + 1);
    const { subject, text = '', html = '' } = mails.at(-1) ?? assert.fail();
    assert.equal(subject, 'You have a new message');
    for (const word of ['otassium', '4.1', 'Dana', 'Okafor', 'Family Medicine']) {
      for (const one of [text, html]) assert.ok(!withoutLinks(one).includes(word), word);
    }
    const read = await journey().expect(200, patient, 'GET', `Communication/${sent.id}`);
    assert.match(read.text, /potassium is 4\.1/);
  });

  it('[PC-6] carries a PDF that the patient can open', async () => {
    const pdf = Buffer.from('%PDF-1.4\n%%EOF\n');
    const binary = { resourceType: 'Binary', contentType: 'application/pdf', data: pdf.toString('base64') };
    const { body } = await journey().expect(201, clinician, 'POST', 'Binary', {
      ...binary,
      securityContext: { reference: 'Patient/demo-patient' },
    });
    const attachment = { contentType: 'application/pdf', url: `Binary/${body.id}`, title: 'Result' };
    const sent = await post(clinician, toPatient('See the report.', { payload: [{ contentAttachment: attachment }] }));
    const opened = await journey().expect(200, patient, 'GET', `Binary/${body.id}`);
    assert.deepEqual([opened.headers.get('content-type'), opened.text], ['application/pdf', pdf.toString()]);
    assert.equal(sent.payload?.[0]?.contentAttachment?.title, 'Result');
  });

  it('[PC-6] keeps a message for a patient without an account, and warns that nobody could be told', async () => {
    const subject = { reference: 'Patient/demo-kwame-osei' };
    const draft = toPatient('Please call us.', { subject, sender: { reference: 'Practitioner/demo-clinician' } });
    const prefer = { prefer: 'return=OperationOutcome' };
    const answer = await journey().expect(201, 'demo-ehr', 'POST', 'Communication', draft, prefer);
    assert.match(answer.text, /no account with an address/);
    assert.deepEqual(await journey().mails('kwame.osei@example.org'), []);
    const kept = await search('demo-ehr', 'Communication?subject=Patient/demo-kwame-osei');
    assert.equal(kept.total, 1);
  });
}

function asking(journey: () => Journey): void {
  const { post, toPatient, answerTo, search, workItem } = actionsOf(journey);

  for (const kind of ['general', 'medical', 'billing'])
    it(`[MSG-1] [MSG-5] a ${kind} question becomes a work item of the group's workflow group`, async () => {
      const sent = await post(patient, message('May I swim?', { category: category(kind), recipient: [group] }));
      assert.equal(sent.sender?.reference, 'Patient/demo-patient');
      assert.equal(sent.subject?.reference, 'Patient/demo-patient');
      const task = await workItem(sent);
      assert.deepEqual([task.status, task.owner?.reference], ['ready', 'Organization/demo-workflow-group']);
      assert.equal(task.for?.reference, 'Patient/demo-patient');
    });

  it('[MSG-5] refuses a question to nobody who takes messages', async () => {
    for (const recipient of [undefined, [{ reference: 'Organization/demo-organization' }]]) {
      const answer = await journey().call(
        patient,
        'POST',
        'Communication',
        message('Hello?', recipient ? { recipient } : {}),
      );
      assert.deepEqual(
        [answer.status, issue(answer).expression],
        [422, recipient ? 'Communication.recipient[0]' : 'Communication.recipient'],
        answer.text,
      );
    }
  });

  it('[MSG-2] keeps a thread: the answer names what it answers and where the thread begins', async () => {
    const first = await post(clinician, toPatient('How is your knee?'));
    const answer = await post(patient, answerTo(first, 'Better.'));
    const item = await workItem(answer);
    await journey().expect(200, agent, 'POST', `Task/${item.id}/$claim`);
    const third = await post(agent, answerTo(answer, 'Good.', { subject: first.subject }));
    assert.deepEqual(third.basedOn, [{ reference: `Task/${item.id}` }], 'the server names the work item');
    assert.deepEqual(answer.partOf, [{ reference: `Communication/${first.id}` }]);
    assert.deepEqual(answer.recipient, [{ reference: 'Practitioner/demo-clinician' }]);
    assert.deepEqual(third.partOf, [{ reference: `Communication/${first.id}` }]);
    assert.deepEqual(third.inResponseTo, [{ reference: `Communication/${answer.id}` }]);
    const thread = await search(patient, `Communication?part-of=Communication/${first.id}&_sort=sent`);
    assert.deepEqual(thread.ids, [answer.id, third.id]);
  });

  it('[E03] says itself who sent a message and when', async () => {
    const spoofed = {
      sender: { reference: 'Practitioner/demo-clinician' },
      sent: '2001-01-01T00:00:00Z',
      recipient: [group],
    };
    const sent = await post(patient, message('Spoof', spoofed));
    assert.equal(sent.sender?.reference, 'Patient/demo-patient');
    assert.ok(Math.abs(Date.parse(sent.sent ?? '') - Date.now()) < 60_000);
  });

  it("[E01] keeps out of other patients' threads and records", async () => {
    const foreign = await post(
      clinician,
      toPatient('Private', { subject: { reference: 'Patient/demo-elena-marchetti' } }),
    );
    const into = await journey().call(
      patient,
      'POST',
      'Communication',
      answerTo(foreign, 'Let me in', { recipient: [group] }),
    );
    const unknown = await journey().call(
      patient,
      'POST',
      'Communication',
      answerTo({ id: 'never' } as Communication, 'Let me in', { recipient: [group] }),
    );
    assert.deepEqual([into.status, into.text], [404, unknown.text]);
    const about = message('As her', { subject: foreign.subject, recipient: [group] });
    assert.equal((await journey().call(patient, 'POST', 'Communication', about)).status, 403);
    assert.equal((await journey().call(patient, 'POST', `Communication/${foreign.id}/$mark-read`)).status, 404);
  });
}

function working(journey: () => Journey): void {
  const { post, answerTo, search, workItem, move } = actionsOf(journey);

  it('[MSG-6] an agent claims, answers and completes; the patient reads the answer in the thread', async () => {
    const question = await post(patient, message('Refill, please', { recipient: [group] }));
    const task = await workItem(question);
    const claimed = asTask(await journey().expect(200, agent, 'POST', `Task/${task.id}/$claim`));
    assert.deepEqual([claimed.status, claimed.owner?.reference], ['in-progress', 'Practitioner/demo-agent']);
    const reply = await post(agent, answerTo(question, 'Done.', { basedOn: [{ reference: `Task/${task.id}` }] }));
    const worked = asTask(await journey().expect(200, agent, 'GET', `Task/${task.id}`));
    assert.deepEqual(worked.output?.[0]?.valueReference, { reference: `Communication/${reply.id}` });
    const done = asTask(await move(agent, task, 'complete', 'refilled'));
    assert.deepEqual([done.status, done.note?.[0]?.text], ['completed', 'refilled']);
    const thread = await search(patient, `Communication?part-of=Communication/${question.id}`);
    assert.deepEqual(thread.ids, [reply.id]);
  });

  it('[MSG-6] goes to one of two who claim it at once', async () => {
    const task = await workItem(await post(patient, message('Race', { recipient: [group] })));
    const answers = await Promise.all([agent, manager, agent, manager].map(caller => move(caller, task, 'claim')));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409]);
  });

  it('[MSG-6] does not move where its state or its owner does not allow it', async () => {
    const task = await workItem(await post(patient, message('States', { recipient: [group] })));
    const statuses = async (...moves: [Caller, string][]) => {
      const all: number[] = [];
      for (const [caller, name] of moves) all.push((await move(caller, task, name)).status);
      return all;
    };
    assert.deepEqual(await statuses([agent, 'release'], [agent, 'complete']), [409, 409]);
    assert.deepEqual(await statuses([agent, 'claim'], [manager, 'release'], [manager, 'complete']), [200, 200, 409]);
    assert.deepEqual(await statuses([agent, 'release'], [manager, 'claim'], [manager, 'complete']), [409, 200, 200]);
    assert.deepEqual(await statuses([manager, 'claim'], [manager, 'release']), [409, 409]);
  });
}

function refusing(journey: () => Journey): void {
  const { post, answerTo, workItem, move } = actionsOf(journey);

  it('[MSG-6] is answered only by who has claimed it', async () => {
    const question = await post(patient, message('Who answers?', { recipient: [group] }));
    const task = await workItem(question);
    const reply = answerTo(question, 'I do', { basedOn: [{ reference: `Task/${task.id}` }] });
    assert.equal((await journey().call(agent, 'POST', 'Communication', reply)).status, 409);
    await journey().expect(200, manager, 'POST', `Task/${task.id}/$claim`);
    assert.equal((await journey().call(agent, 'POST', 'Communication', reply)).status, 409);
  });

  it('[MSG-6] is not for those who lack one of the four conditions', async () => {
    const task = await workItem(await post(patient, message('Who may?', { recipient: [group] })));
    assert.equal((await move(patient, task, 'claim')).status, 403);
    assert.equal((await move(clinician, task, 'claim')).status, 403);
    assert.equal((await move('demo-ehr', task, 'claim')).status, 403);
    const path = 'PractitionerRole/demo-manager-workbench';
    const { body } = await journey().expect(200, 'demo-system', 'GET', path);
    await journey().expect(200, 'demo-system', 'PUT', path, { ...body, active: false });
    assert.equal((await move(manager, task, 'claim')).status, 403);
    await journey().expect(200, 'demo-system', 'PUT', path, { ...body, active: true });
    assert.equal((await move(manager, task, 'claim')).status, 200);
  });
}

function boxes(journey: () => Journey): void {
  const { post, toPatient, search } = actionsOf(journey);

  it('[RN-25] shows inbox and sent, and what is read by whom', async () => {
    const received = await post(clinician, toPatient('Inbox'));
    const sent = await post(patient, message('Sent', { recipient: [group] }));
    const inbox = await search(patient, 'Communication?recipient=Patient/demo-patient&_count=100');
    assert.ok(inbox.ids.includes(received.id ?? '') && !inbox.ids.includes(sent.id ?? ''));
    const outbox = await search(patient, 'Communication?sender=Patient/demo-patient&_count=100');
    assert.ok(outbox.ids.includes(sent.id ?? '') && !outbox.ids.includes(received.id ?? ''));
    assert.equal(inbox.ids[0], received.id, 'newest first');
    const marked = await journey().expect(200, patient, 'POST', `Communication/${received.id}/$mark-read`);
    const mark = asMessage(marked).extension?.find(({ url }) => url.endsWith('/read'));
    assert.equal(mark?.extension?.find(({ url }) => url === 'who')?.valueReference?.reference, 'Person/demo-patient');
    const again = await journey().expect(200, patient, 'POST', `Communication/${received.id}/$mark-read`);
    assert.equal(again.text, marked.text);
  });
}

describe('messages', () => {
  eachPortal(journey => {
    delivering(journey);
    asking(journey);
    working(journey);
    refusing(journey);
    boxes(journey);
  });
});
