/** Messages to members of staff who have left, or whose role is over. */
import assert from 'node:assert/strict';
import { actionsOf, reference } from './desk.js';
import { eachPortal, issue, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const patient: Caller = 'demo-patient';

function departing(journey: () => Journey): void {
  const { make, role, desk, write, ask, reply, itemsOf } = actionsOf(journey);

  async function provider() {
    const group = await desk('Oncology');
    const person = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Leaving' }] });
    const held = await role(person, 'clinician', group.clinical);
    const change = async (path: string, more: object): Promise<void> => {
      const { body } = await journey().expect(200, system, 'GET', path);
      await journey().expect(200, system, 'PUT', path, { ...body, ...more });
    };
    return { ...group, person, held, change };
  }

  it('[MSG-5] true at the edges: a provider whose role is over takes no message, named as person or as role', async () => {
    const { person, held, change } = await provider();
    const answers = async (): Promise<number[]> =>
      Promise.all([person, held].map(async to => (await write(patient, { recipient: [reference(to)] })).status));
    assert.deepEqual(await answers(), [201, 201]);
    await change(held, { period: { start: '2020-01-01', end: '2020-12-31' } });
    assert.deepEqual(await answers(), [422, 422]);
    await change(held, { period: { start: '2090-01-01' } });
    assert.deepEqual(await answers(), [422, 422]);
    await change(held, { period: { start: '2020-01-01' } });
    assert.deepEqual(await answers(), [201, 201]);
    await change(person, { active: false });
    assert.deepEqual(await answers(), [422, 422]);
    const refused = await write(patient, { recipient: [reference(person)] });
    assert.equal(issue(refused).expression, 'Communication.recipient');
  });

  it('[MSG-2] [MSG-5] true at the edges: an answer to who has left is work of the group that was asked', async () => {
    const { clinical, workflow, person, change } = await provider();
    const question = await ask([clinical]);
    const recipient = [reference('Patient/demo-patient')];
    const more = { subject: recipient[0], inResponseTo: [reference(`Communication/${question.id}`)] };
    const answer = await write(system, { sender: reference(person), recipient, ...more });
    assert.equal(answer.status, 201, answer.text);
    await change(person, { active: false });
    await reply({ ...question, id: String(answer.body.id) });
    const [item, ...others] = await itemsOf(question);
    assert.deepEqual(
      others.map(({ status }) => status),
      ['completed'],
    );
    assert.deepEqual([item?.status, item?.owner], ['ready', reference(workflow)]);
  });
}

describe('messages to staff who have left', () => {
  eachPortal(departing);
});
