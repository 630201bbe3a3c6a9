/** Messages that a Workbench user writes personally: the replies are theirs. And what groups write, with a provider named or none. */
import assert from 'node:assert/strict';
import type { Bundle, Communication } from 'fhir/r4.js';
import { turning } from '../configuration/turning.js';
import { actionsOf, OWN, reference } from './desk.js';
import { asMessage, eachPortal, issue, type Answer, type Caller, type Journey } from './journey.js';

const patient: Caller = 'demo-patient';
const system: Caller = 'demo-system';
const subject = reference('Patient/demo-patient');
const named = ({ id }: { id?: string | undefined }): string => `Communication/${id}`;
const own = (name: string, { extension = [] }: Communication) =>
  extension.find(({ url }) => url === `${OWN}/StructureDefinition/${name}`);

function actions(journey: () => Journey) {
  const desk = actionsOf(journey);
  const sent = (answer: Answer): Communication => {
    assert.equal(answer.status, 201, answer.text);
    return asMessage(answer);
  };
  const change = async (path: string, more: object): Promise<void> => {
    const { body } = await journey().expect(200, system, 'GET', path);
    await journey().expect(200, system, 'PUT', path, { ...body, ...more });
  };
  const inbox = async (who: Caller, more = ''): Promise<(string | undefined)[]> => {
    const { body } = await journey().expect(200, who, 'GET', `Communication?box=inbox&_count=100${more}`);
    return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.id);
  };
  return { ...desk, sent, change, inbox, turn: turning(journey) };
}

function personal(journey: () => Journey): void {
  const { desk, make, role, write, reply, itemsOf, move, sent, change, inbox, turn } = actions(journey);

  it('[MSG-13] replies lie in the writer’s own inbox, unread until read, in no queue and before no colleague', async () => {
    const { caller, person, workflow } = await desk('Personal');
    const colleague = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Beside' }] });
    for (const code of ['workbench-user', 'task-processing', 'manager']) await role(colleague, code, workflow);
    const first = sent(await write(caller, { subject }));
    assert.deepEqual([first.sender, own('reply-allowed', first)?.valueBoolean], [reference(person), true]);
    const answer = await reply(first);
    const again = await reply(answer);
    assert.deepEqual([answer.recipient, again.recipient], Array(2).fill([reference(person)]));
    assert.deepEqual(await itemsOf(first), []);
    const mine = [again.id, answer.id];
    assert.deepEqual((await inbox(caller, '&unread=true')).toSorted(), mine.toSorted());
    await journey().expect(200, caller, 'POST', `${named(answer)}/$mark-read`);
    const { body } = await journey().expect(
      200,
      caller,
      'GET',
      `Communication?recipient=${person}&unread=true&_summary=count`,
    );
    assert.equal(body['total'], 1);
    for (const other of [`demo-agent as ${colleague}`, 'demo-agent', 'demo-agent as Practitioner/demo-manager']) {
      for (const one of [first, answer])
        assert.equal((await journey().call(other, 'GET', named(one))).status, 404, other);
      assert.ok(!(await inbox(other)).includes(answer.id), other);
    }
    const back = sent(await write(caller, { inResponseTo: [reference(named(again))] }));
    await reply(back);
    assert.deepEqual([(await itemsOf(first)).length, (await inbox(caller)).length], [0, 3]);
  });

  it('[MSG-13] where a group is asked besides, or is at work in the thread, it gets the reply', async () => {
    const { caller } = await desk('Asking');
    const other = await desk('Asked');
    const first = sent(await write(caller, { subject }));
    await reply(first, { recipient: [reference(other.clinical)] });
    await reply(first);
    const [item, ...more] = await itemsOf(first);
    assert.deepEqual([item?.owner, more.length, item?.input?.length], [reference(other.workflow), 0, 1]);
    await move(other.caller, item!, 'claim');
    await move(other.caller, item!, 'complete');
    await reply(first);
    assert.equal((await itemsOf(first)).length, 1);
  });

  it('[MSG-13] [MSG-18] once the writer has left, a reply is work of their group; where there is nobody it is refused and told', async () => {
    const { caller, person, workflow } = await desk('Left');
    const second = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Stays' }] });
    const roles = await Promise.all(
      ['workbench-user', 'task-processing', 'agent'].map(code => role(second, code, workflow)),
    );
    const first = sent(await write(caller, { subject }));
    await change(person, { active: false });
    const answer = await reply(first);
    const [item] = await itemsOf(first);
    assert.deepEqual([item?.status, item?.owner], ['ready', reference(workflow)]);
    await journey().expect(200, `demo-agent as ${second}`, 'GET', named(answer));
    assert.equal((await move(`demo-agent as ${second}`, item!, 'claim')).status, 200);
    assert.equal((await move(`demo-agent as ${second}`, item!, 'complete')).status, 200);
    for (const one of roles) await change(one, { active: false });
    const refused = await write(patient, { inResponseTo: [reference(named(first))] });
    assert.deepEqual([refused.status, issue(refused).expression], [422, 'Communication.recipient']);
    assert.equal((await itemsOf(first)).length, 1);
  });

  it('[MSG-13] [MSG-14] while it is off nobody writes so, and replies of before go to the group', async () => {
    const { caller, workflow } = await desk('Switched');
    const first = sent(await write(caller, { subject }));
    await turn('personal-messages');
    assert.equal((await write(caller, { subject })).status, 403);
    await reply(first);
    const [item] = await itemsOf(first);
    assert.deepEqual(item?.owner, reference(workflow));
    await turn();
  });

  it('[MSG-13] [E03] nobody else leads replies into an inbox: not systems, patients, or who writes for another', async () => {
    const { caller, clinical, person, workflow } = await desk('Forged');
    const extension = [{ url: `${OWN}/StructureDefinition/reply-to`, valueReference: reference(person) }];
    const doctor = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Doctor' }] });
    for (const code of ['clinician', 'workbench-user']) await role(doctor, code, clinical);
    for (const message of [
      sent(await write(system, { subject, recipient: [subject], sender: reference(person), extension })),
      sent(await write(patient, { recipient: [reference(clinical)], extension })),
      sent(await write(caller, { subject, sender: reference(clinical), extension })),
      sent(await write(caller, { subject, sender: reference(doctor), extension })),
    ]) {
      assert.equal(own('reply-to', message), undefined);
    }
    const forDoctor = sent(await write(caller, { subject, sender: reference(doctor) }));
    await reply(forDoctor);
    assert.deepEqual((await itemsOf(forDoctor))[0]?.owner, reference(workflow));
  });
}

function forGroups(journey: () => Journey): void {
  const { desk, make, role, write, sent, turn } = actions(journey);
  const data = Buffer.from('How to prepare').toString('base64');
  const payload = [{ contentAttachment: { contentType: 'text/plain', title: 'Leaflet', data } }];

  it('[MSG-3] [MSG-12] [MSG-17] a group sends with a file; with no provider named only while that is allowed', async () => {
    const { caller, clinical, person } = await desk('Groups');
    const doctor = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Doctor' }] });
    const held = await role(doctor, 'clinician', clinical);
    const alone = { subject, sender: reference(clinical), payload };
    const message = sent(await write(caller, alone));
    const file = message.payload?.[0]?.contentAttachment?.url ?? assert.fail('no file');
    for (const who of [patient, caller]) {
      const { status } = await journey().call(who, 'GET', file.replace(/^.*(?=Binary\/)/, ''));
      assert.equal(status, 200, who);
    }
    assert.equal((await journey().call('demo-agent', 'GET', file.replace(/^.*(?=Binary\/)/, ''))).status, 404);
    await turn('group-sender');
    assert.equal((await write(caller, alone)).status, 403);
    for (const naming of [{ sender: reference(held) }, { ...alone, recipient: [subject, reference(doctor)] }]) {
      const allowed = sent(await write(caller, { ...alone, ...naming }));
      const seen = await journey().expect(200, patient, 'GET', named(allowed));
      assert.ok(!seen.text.includes(person), 'who wrote it stays with the organization');
    }
    await turn();
  });
}

describe('personal messages, and those of groups', () => {
  eachPortal(journey => {
    personal(journey);
    forGroups(journey);
  });
});
