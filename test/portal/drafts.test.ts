/** Drafts, sending, retracting: a message's way through its statuses. */
import assert from 'node:assert/strict';
import type { Bundle, Communication } from 'fhir/r4.js';
import { asMessage, eachPortal, issue, parameters, stranger, type Caller, type Journey } from './journey.js';

const patient: Caller = 'demo-patient';
const clinician: Caller = 'demo-clinician';
const dana = { reference: 'Patient/demo-patient' };
const group = { reference: 'Organization/demo-clinical-group' };
const mailbox = 'dana.whitfield@example.org';
const category = [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }] }];

function actionsOf(journey: () => Journey) {
  const message = (status: string, text: string, more: object = {}): object => {
    const payload = [{ contentString: text }];
    return { resourceType: 'Communication', status, category, subject: dana, payload, topic: { text }, ...more };
  };
  const post = async (caller: Caller, resource: object): Promise<Communication> =>
    asMessage(await journey().expect(201, caller, 'POST', 'Communication', resource));
  const put = (caller: Caller, draft: Communication, change: object) =>
    journey().call(caller, 'PUT', `Communication/${draft.id}`, { ...draft, ...change });
  const ids = async (caller: Caller, query: string): Promise<string[]> => {
    const { body } = await journey().expect(200, caller, 'GET', `${query}&_count=200`);
    return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.id ?? '');
  };
  const mails = async (): Promise<number> => (await journey().mails(mailbox)).length;
  const items = (id = ''): Promise<string[]> => ids('demo-system', `Task?focus=Communication/${id}`);
  return { message, post, put, ids, mails, items };
}

function drafts(journey: () => Journey): void {
  const { message, post, put, ids, mails, items } = actionsOf(journey);
  const others = (author: Caller): Caller[] =>
    [patient, clinician, 'demo-agent', 'demo-system', 'demo-ehr'].filter(one => one !== author);

  for (const author of [patient, clinician, 'demo-ehr'])
    it(`[MSG-19] true at the edges: a draft of ${author} is nobody else's, and nobody is told`, async () => {
      const before = await mails();
      const sender = { reference: author === patient ? dana.reference : 'Practitioner/demo-clinician' };
      const recipient = [author === patient ? group : dana];
      const draft = await post(author, message('preparation', 'Not yet', { sender, recipient }));
      assert.equal(draft.sent, undefined);
      const absent = `Communication/${'absent'.padEnd((draft.id ?? '').length, '0')}`;
      for (const other of others(author)) {
        const [hidden, none] = [
          await journey().call(other, 'GET', `Communication/${draft.id}`),
          await journey().call(other, 'GET', absent),
        ];
        assert.deepEqual([hidden.status, none.status], [404, 404], other);
        assert.equal((await journey().call(other, 'GET', `Communication/${draft.id}/_history`)).status, 404, other);
        assert.ok(!(await ids(other, 'Communication?status=preparation')).includes(draft.id ?? ''), other);
        const status = other === 'demo-ehr' ? 403 : 405;
        assert.equal((await put(other, draft, { status: 'completed' })).status, status, other);
      }
      assert.ok((await ids(author, 'Communication?status=preparation')).includes(draft.id ?? ''));
      assert.deepEqual([await mails(), await items(draft.id)], [before, []]);
    });

  it('[MSG-19] true at the edges: a draft is changed, sent once, and then has its time, notice and place', async () => {
    const before = await mails();
    const draft = await post(clinician, message('preparation', 'First words'));
    const changed = asMessage(await put(clinician, draft, { payload: [{ contentString: 'Better words' }] }));
    assert.deepEqual([changed.meta?.versionId, await mails()], ['2', before]);
    const sent = asMessage(await put(clinician, changed, { status: 'completed', sent: '2001-01-01T00:00:00Z' }));
    assert.ok(Math.abs(Date.parse(sent.sent ?? '') - Date.now()) < 60_000);
    assert.equal(
      sent.extension?.some(({ url }) => url.endsWith('/author')),
      false,
    );
    assert.equal(await mails(), before + 1);
    assert.ok((await ids(patient, 'Communication?recipient=Patient/demo-patient')).includes(sent.id ?? ''));
    const past = await journey().call(patient, 'GET', `Communication/${sent.id}/_history/1`);
    assert.equal(past.status, 404, 'what a draft said before it was sent stays its author’s');
    assert.equal((await put(clinician, sent, { status: 'preparation' })).status, 409);
    assert.equal((await put(clinician, sent, { status: 'completed' })).status, 200);
    assert.equal(await mails(), before + 1);
  });

  it('[MSG-1] true at the edges: a question becomes work when it is sent, not while it is written', async () => {
    const draft = await post(patient, message('preparation', 'May I', { recipient: [group] }));
    assert.deepEqual(await items(draft.id), []);
    const patch = [{ op: 'replace', path: '/status', value: 'completed' }];
    const headers = { 'content-type': 'application/json-patch+json' };
    const sent = await journey().expect(200, patient, 'PATCH', `Communication/${draft.id}`, patch, headers);
    assert.equal((await items(asMessage(sent).id)).length, 1);
  });

  it('[MSG-19] true at the edges: a draft is thrown away by its author; what was sent is not', async () => {
    for (const author of [patient, clinician]) {
      const recipient = [author === patient ? group : dana];
      const draft = await post(author, message('preparation', 'Never mind', { recipient }));
      const other = author === patient ? clinician : patient;
      assert.equal((await journey().call(other, 'DELETE', `Communication/${draft.id}`)).status, 404);
      await journey().expect(204, author, 'DELETE', `Communication/${draft.id}`);
      await journey().expect(410, author, 'GET', `Communication/${draft.id}`);
      await journey().expect(404, other, 'GET', `Communication/${draft.id}`);
      const sent = await post(author, message('completed', 'Said', { recipient }));
      for (const caller of [author, 'demo-system']) {
        assert.equal((await journey().call(caller, 'DELETE', `Communication/${sent.id}`)).status, 409);
      }
    }
  });

  it('[MSG-19] true at the edges: no other status is taken from anybody', async () => {
    for (const status of ['in-progress', 'on-hold', 'stopped', 'not-done', 'unknown', 'entered-in-error']) {
      for (const caller of [patient, clinician, 'demo-ehr']) {
        const sender = { reference: 'Practitioner/demo-clinician' };
        const recipient = [caller === patient ? group : dana];
        const body = message(status, 'Hm', { recipient, ...(caller === 'demo-ehr' ? { sender } : {}) });
        const answer = await journey().call(caller, 'POST', 'Communication', body);
        assert.deepEqual([answer.status, issue(answer).expression], [422, 'Communication.status'], status);
      }
    }
  });
}

function retracting(journey: () => Journey): void {
  const { message, post, put, ids } = actionsOf(journey);

  it('[MSG-19] true at the edges: a retracted message leaves the boxes, and a trace without words', async () => {
    const sent = await post(clinician, message('completed', 'For somebody else', { note: [{ text: 'aside' }] }));
    for (const other of [patient, 'demo-agent']) {
      assert.notEqual((await put(other, sent, { status: 'entered-in-error' })).status, 200, other);
    }
    const trace = asMessage(await put(clinician, sent, { status: 'entered-in-error', payload: [] }).then(one => one));
    assert.equal(trace.status, undefined, 'an empty array is no FHIR');
    const patch = [{ op: 'replace', path: '/status', value: 'entered-in-error' }];
    const headers = { 'content-type': 'application/json-patch+json' };
    await journey().expect(200, clinician, 'PATCH', `Communication/${sent.id}`, patch, headers);
    const seen = await journey().expect(200, patient, 'GET', `Communication/${sent.id}`);
    const { status, payload, topic, note, sender, recipient } = asMessage(seen);
    assert.deepEqual([status, payload, topic, note], ['entered-in-error', undefined, undefined, undefined]);
    assert.deepEqual([sender, recipient], [sent.sender, sent.recipient]);
    assert.ok(!(await ids(patient, 'Communication?recipient=Patient/demo-patient')).includes(sent.id ?? ''));
    assert.ok(!(await ids(patient, 'Communication?unread=true')).includes(sent.id ?? ''));
    assert.ok(!(await ids(clinician, 'Communication?sender=Practitioner/demo-clinician')).includes(sent.id ?? ''));
    assert.ok((await ids(patient, 'Communication?status=entered-in-error')).includes(sent.id ?? ''));
    for (const other of [patient, 'demo-agent']) {
      const history = await journey().call(other, 'GET', `Communication/${sent.id}/_history`);
      assert.ok(!history.text.includes('somebody else'), other);
      assert.equal((await journey().call(other, 'GET', `Communication/${sent.id}/_history/1`)).status, 404, other);
    }
    const own = await journey().expect(200, clinician, 'GET', `Communication/${sent.id}/_history`);
    assert.match(own.text, /somebody else/, 'its author still knows what it said');
  });

  it('[MSG-19] true at the edges: what was retracted is neither answered nor sent again', async () => {
    const sent = await post(clinician, message('completed', 'Oops'));
    const retracted = asMessage(await put(clinician, sent, { status: 'entered-in-error' }));
    assert.equal((await put(clinician, retracted, { status: 'completed' })).status, 409);
    const inResponseTo = [{ reference: `Communication/${sent.id}` }];
    const reply = message('completed', 'What?', { inResponseTo });
    assert.equal((await journey().call(patient, 'POST', 'Communication', reply)).status, 409);
  });
}

function toldInTime(journey: () => Journey): void {
  const { message, ids } = actionsOf(journey);

  it('[PC-6] true at the edges: nobody is told for the dead or the inactive, and every answer says so', async () => {
    for (const change of [{ deceasedBoolean: true }, { active: false }]) {
      const person = stranger();
      const enrolled = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(person));
      const reference = (enrolled.body as unknown as { link: { target: { reference: string } }[] }).link[0]?.target
        .reference;
      const { body } = await journey().expect(200, 'demo-system', 'GET', reference ?? '');
      await journey().expect(200, 'demo-system', 'PUT', reference ?? '', { ...body, ...change });
      const before = (await journey().mails(person.email)).length;
      const draft = message('completed', 'Hello', { subject: { reference } });
      const answer = await journey().expect(201, clinician, 'POST', 'Communication', draft);
      const [delivery] = (asMessage(answer).extension ?? []).filter(({ url }) => url.endsWith('/delivery'));
      assert.equal(delivery?.extension?.find(({ url }) => url === 'state')?.valueCode, 'unreached');
      assert.match(answer.headers.get('warning') ?? '', /no account/);
      const minimal = await journey().expect(201, clinician, 'POST', 'Communication', draft, {
        prefer: 'return=minimal',
      });
      assert.deepEqual([minimal.text, (minimal.headers.get('warning') ?? '').includes('no account')], ['', true]);
      assert.equal((await journey().mails(person.email)).length, before);
      const found = await ids(clinician, `Communication?delivery-state=unreached&subject=${reference}`);
      assert.equal(found.length, 2, 'its sender finds it');
    }
  });
}

describe('drafts of messages, sent and retracted', () => {
  eachPortal(journey => {
    drafts(journey);
    retracting(journey);
    toldInTime(journey);
  });
});
