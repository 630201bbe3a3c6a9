/** Plain PUT and PATCH of resources in a workflow: judged by the workflow's table. */
import assert from 'node:assert/strict';
import type { Communication, Person, Task } from 'fhir/r4.js';
import {
  asMessage,
  asPerson,
  asTask,
  DAY,
  eachPortal,
  issue,
  output,
  parameters,
  stranger,
  type Answer,
  type Caller,
  type Journey,
} from './journey.js';

const system: Caller = 'demo-system';

/** What these tests do again and again. */
function actionsOf(journey: () => Journey) {
  const put = (resource: Task | Communication | Person, change: object): Promise<Answer> =>
    journey().call(system, 'PUT', `${resource.resourceType}/${resource.id}`, { ...resource, ...change });
  const patch = (resource: Task | Communication | Person, path: string, value: unknown): Promise<Answer> => {
    const headers = { 'content-type': 'application/json-patch+json' };
    const body = [{ op: 'replace', path, value }];
    return journey().call(system, 'PATCH', `${resource.resourceType}/${resource.id}`, body, headers);
  };

  async function unchanged({ resourceType, id, meta }: Task | Communication | Person): Promise<void> {
    const { body } = await journey().expect(200, system, 'GET', `${resourceType}/${id}`);
    assert.equal(body.meta?.versionId, meta?.versionId);
  }

  async function workItem(): Promise<Task> {
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'medical' }];
    const question = {
      resourceType: 'Communication',
      status: 'completed',
      category: [{ coding }],
      payload: [{ contentString: 'A question' }],
      recipient: [{ reference: 'Organization/demo-clinical-group' }],
    };
    const { id } = asMessage(await journey().expect(201, 'demo-patient', 'POST', 'Communication', question));
    const { body } = await journey().expect(200, system, 'GET', `Task?focus=Communication/${id}`);
    return (body['entry'] as unknown as { resource: Task }[])[0]?.resource ?? assert.fail();
  }

  async function invited(): Promise<{ task: Task; person: ReturnType<typeof stranger>; code: string }> {
    const person = stranger();
    const order = parameters({ ...person, expiresInDays: 1 });
    const answer = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', order);
    const [code = ''] = await journey().codes(person.email);
    // The invitation shows by now that it was sent.
    const { id } = output(answer, 'return') as Task;
    const task = asTask(await journey().expect(200, system, 'GET', `Task/${id}`));
    return { task, person, code };
  }

  return { put, patch, unchanged, workItem, invited };
}

function workItems(journey: () => Journey): void {
  const { put, patch, unchanged, workItem, invited } = actionsOf(journey);

  it('[MSG-6] a work item is claimed by agents alone: 403, and to a state that no move leads to: 409', async () => {
    const task = await workItem();
    for (const write of [put(task, { status: 'in-progress' }), patch(task, '/status', 'in-progress')]) {
      assert.equal((await write).status, 403);
    }
    assert.equal((await put(task, { status: 'completed' })).status, 403, 'it is done by who works on it');
    assert.equal((await put(task, { status: 'cancelled' })).status, 403, 'it is cancelled with its messages');
    for (const status of ['failed', 'rejected', 'draft']) {
      for (const answer of [await put(task, { status }), await patch(task, '/status', status)]) {
        assert.deepEqual([answer.status, issue(answer).expression], [409, 'Task.status'], `${status} ${answer.text}`);
      }
    }
    await unchanged(task);
  });

  it('[MSG-6] a work item stays one, and is updated freely where its state stays', async () => {
    const task = await workItem();
    assert.equal((await put(task, { code: { text: 'else' }, status: 'completed' })).status, 409);
    assert.equal((await put(task, { code: { text: 'else' } })).status, 409);
    await unchanged(task);
    const updated = asTask(await patch(task, '/lastModified', '2030-01-01T00:00:00Z'));
    assert.deepEqual([updated.meta?.versionId, updated.status], ['2', 'ready']);
    assert.equal((await put(updated, { priority: 'urgent' })).status, 200);
    const claimed = asTask(await journey().expect(200, 'demo-agent', 'POST', `Task/${task.id}/$claim`));
    assert.equal((await put(claimed, { status: 'completed' })).status, 403);
  });

  it('[PC-10] administrators update no work item, invitation or other Task: reviews are all that they decide so', async () => {
    const other = { resourceType: 'Task', status: 'requested', intent: 'order', code: { text: 'other' } };
    const plain = asTask(await journey().expect(201, system, 'POST', 'Task', other));
    for (const task of [await workItem(), (await invited()).task, plain]) {
      const path = `Task/${task.id}`;
      const changed = { ...task, priority: 'urgent' };
      await journey().expect(403, 'demo-agent as Practitioner/demo-administrator', 'PUT', path, changed);
      await unchanged(task);
    }
  });

  it('a Task outside the workflows moves as before', async () => {
    const other = { resourceType: 'Task', status: 'requested', intent: 'order', code: { text: 'other' } };
    const task = asTask(await journey().expect(201, system, 'POST', 'Task', other));
    assert.equal((await put(task, { status: 'cancelled' })).status, 200);
  });

  it('[MSG-6] a Task outside the workflows is no work item to claim', async () => {
    const owner = { reference: 'Organization/demo-workflow-group' };
    const other = { resourceType: 'Task', status: 'requested', intent: 'order', code: { text: 'other' }, owner };
    const task = asTask(await journey().expect(201, system, 'POST', 'Task', other));
    const answer = await journey().expect(409, 'demo-agent', 'POST', `Task/${task.id}/$claim`);
    assert.equal(issue(answer).code, 'conflict');
    await unchanged(task);
  });

  it('[MSG-6] an update in a transaction is judged alike, and takes its other entries along', async () => {
    const task = await workItem();
    const entry = (resource: object, url: string) => ({ resource, request: { method: 'PUT', url } });
    const other = { resourceType: 'Task', status: 'requested', intent: 'order', code: { text: 'other' } };
    const beside = asTask(await journey().expect(201, system, 'POST', 'Task', other));
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        entry({ ...beside, status: 'cancelled' }, `Task/${beside.id}`),
        entry({ ...task, status: 'completed' }, `Task/${task.id}`),
      ],
    };
    await journey().expect(403, system, 'POST', '', bundle);
    await unchanged(task);
    await unchanged(beside);
  });
}

function invitations(journey: () => Journey): void {
  const { put, patch, unchanged, invited } = actionsOf(journey);
  const redeem = (code: string, birthDate: string) =>
    journey().call('', 'POST', 'Patient/$redeem-invitation', parameters({ code, birthDate }));

  it('[PC-2] an invitation is redeemed by its code alone', async () => {
    const { task, person, code } = await invited();
    assert.equal((await put(task, { status: 'completed' })).status, 403);
    assert.equal((await patch(task, '/status', 'completed')).status, 403);
    assert.equal((await put(task, { status: 'failed' })).status, 409, 'not expired yet');
    assert.equal((await put(task, { status: 'accepted' })).status, 409);
    await unchanged(task);
    assert.equal((await redeem(code, person.birthDate)).status, 201);
  });

  it('[PC-2] an invitation that a system cancels is redeemed no more, and does not come back', async () => {
    const { task, person, code } = await invited();
    const reason = { statusReason: { text: 'sent in error' } };
    const cancelled = asTask(await put(task, { status: 'cancelled', ...reason }));
    assert.deepEqual([cancelled.status, cancelled.statusReason], ['cancelled', reason.statusReason]);
    assert.equal((await redeem(code, person.birthDate)).status, 410);
    const standing = await journey().expect(200, 'demo-ehr', 'POST', 'Patient/$enrollment-status', parameters(person));
    assert.equal(output(standing, 'status'), 'unknown');
    assert.equal((await put(cancelled, { status: 'requested' })).status, 409);
    assert.equal((await journey().call('demo-ehr', 'POST', 'Patient/$invite', parameters(person))).status, 201);
  });

  it('[PC-2] an invitation is ended when its time is over', async () => {
    const { task } = await invited();
    journey().pass(DAY + 1000);
    const ended = asTask(await put(task, { status: 'failed' }));
    assert.deepEqual([ended.status, ended.statusReason?.text], ['failed', 'expired']);
  });
}

function others(journey: () => Journey): void {
  const { put, patch, unchanged } = actionsOf(journey);

  it('[C23] an account is closed, and reopened, by a plain update', async () => {
    const answer = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(stranger()));
    const account = asPerson(answer);
    const closed = asPerson(await patch(account, '/active', false));
    assert.equal(closed.active, false);
    assert.equal((await put(closed, { active: true })).status, 200);
    const proxy = { resourceType: 'Person', active: true, name: [{ family: 'Proxy' }] };
    const only = asPerson(await journey().expect(201, system, 'POST', 'Person', proxy));
    const ended = asPerson(await patch(only, '/active', false));
    assert.equal(ended.active, false, 'an account of a proxy alone, too');
    assert.equal((await put(ended, { active: true })).status, 200);
  });

  it('[G04] [PC-6] true at the edges: what was sent stays as it was, whoever would rewrite it', async () => {
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
    const subject = { reference: 'Patient/demo-patient' };
    const payload = [{ contentString: 'Hello' }];
    const draft = { resourceType: 'Communication', status: 'completed', category: [{ coding }], subject, payload };
    const sent = asMessage(await journey().expect(201, 'demo-clinician', 'POST', 'Communication', draft));
    const elsewhere = { reference: 'Patient/demo-harold-brookfield' };
    const forged: [string, unknown][] = [
      ['sender', { reference: 'Practitioner/demo-agent' }],
      ['sent', '2020-01-01T00:00:00Z'],
      ['subject', elsewhere],
      ['recipient', [elsewhere]],
      ['payload', [{ contentString: 'Goodbye' }]],
      ['topic', { text: 'Else' }],
      ['note', [{ text: 'checked' }]],
      ['basedOn', [{ reference: 'Task/any' }]],
    ];
    for (const [name, value] of forged) {
      const answers = [await put(sent, { [name]: value })];
      if (name in sent) answers.push(await patch(sent, `/${name}`, value));
      for (const answer of answers) {
        assert.deepEqual([answer.status, issue(answer).expression], [409, `Communication.${name}`], answer.text);
      }
    }
    await unchanged(sent);
    assert.equal((await put(sent, {})).status, 200, 'the same again is no change');
    await unchanged(sent);
  });

  it('[PC-6] a message that was sent is retracted, and nothing else', async () => {
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
    const subject = { reference: 'Patient/demo-patient' };
    const payload = [{ contentString: 'Hello' }];
    const draft = { resourceType: 'Communication', status: 'completed', category: [{ coding }], subject, payload };
    const sent = asMessage(await journey().expect(201, 'demo-clinician', 'POST', 'Communication', draft));
    for (const status of ['preparation', 'in-progress', 'not-done', 'unknown']) {
      assert.equal((await put(sent, { status })).status, 409, status);
    }
    await unchanged(sent);
    const retracted = asMessage(await patch(sent, '/status', 'entered-in-error'));
    assert.equal(retracted.status, 'entered-in-error');
    assert.equal((await put(retracted, { status: 'completed' })).status, 409);
    assert.equal((await journey().call('demo-patient', 'POST', `Communication/${sent.id}/$mark-read`)).status, 200);
  });
}

describe('plain updates of resources in a workflow', () => {
  eachPortal(journey => {
    workItems(journey);
    invitations(journey);
    others(journey);
  });
});
