/** A question that its sender takes back leaves no work behind, and who was at it learns why. */
import assert from 'node:assert/strict';
import type { Communication, Task } from 'fhir/r4.js';
import { actionsOf, reference } from './desk.js';
import { asMessage, asTask, eachPortal, type Caller, type Journey } from './journey.js';

const patient: Caller = 'demo-patient';
const system: Caller = 'demo-system';
const stateOf = ({ status, businessStatus }: Task) => [status, businessStatus?.coding?.[0]?.code];
const named = ({ id }: Communication): string => `Communication/${id}`;

function retracting(journey: () => Journey): void {
  const { desk, write, ask, reply, itemsOf, move } = actionsOf(journey);
  const retract = async (who: Caller, message: Communication): Promise<void> => {
    const { body } = await journey().expect(200, who, 'GET', named(message));
    await journey().expect(200, who, 'PUT', named(message), { ...body, status: 'entered-in-error' });
  };
  const only = async (question: Communication): Promise<Task> => {
    const [item, ...others] = await itemsOf(question);
    assert.equal(others.length, 0);
    return item ?? assert.fail('no item');
  };

  it('[MSG-19] [MSG-6] true at the edges: its work item is cancelled, claimed or not, and says why', async () => {
    for (const claims of [false, true]) {
      const { clinical, caller, person, workflow } = await desk('Retracted');
      const question = await ask([clinical]);
      const item = await only(question);
      if (claims) assert.equal((await move(caller, item, 'claim')).status, 200);
      await retract(patient, question);
      const seen = asTask(await journey().expect(200, caller, 'GET', `Task/${item.id}`));
      assert.deepEqual(stateOf(seen), ['cancelled', 'cancelled']);
      assert.equal(seen.statusReason?.text, 'Its sender has retracted the message.');
      const owner = claims ? person : workflow;
      assert.deepEqual(seen.owner, reference(owner));
      const mine = await journey().expect(200, caller, 'GET', `Task?owner=${owner}&status=cancelled`);
      assert.equal(mine.body['total'], 1);
      for (const name of ['claim', 'release', 'complete']) assert.equal((await move(caller, item, name)).status, 409);
      const answer = { inResponseTo: [reference(named(question))], subject: reference('Patient/demo-patient') };
      assert.equal((await write(caller, answer)).status, 409);
      assert.equal((await write(caller, { ...answer, basedOn: [reference(`Task/${item.id}`)] })).status, 409);
    }
  });

  it('[MSG-19] [MSG-5] true at the edges: each group that was asked has its item cancelled', async () => {
    const [one, other] = [await desk('One'), await desk('Other')];
    const question = await ask([one.clinical, other.clinical]);
    await retract(patient, question);
    assert.deepEqual((await itemsOf(question)).map(stateOf), Array(2).fill(['cancelled', 'cancelled']));
  });

  it('[MSG-19] [MSG-2] true at the edges: while a later message of the thread is to be answered, the item is about that', async () => {
    const { clinical, caller } = await desk('Followed');
    const question = await ask([clinical]);
    const [second, third] = [await reply(question), await reply(question)];
    const item = await only(question);
    await move(caller, item, 'claim');
    await retract(patient, question);
    const left = await only(question);
    assert.deepEqual([left.status, left.focus], ['in-progress', reference(named(second))]);
    assert.deepEqual(
      left.input?.map(({ type, valueReference }) => [type.text, valueReference?.reference]),
      [
        ['message', named(third)],
        ['retracted message', named(question)],
      ],
    );
    assert.equal(left.note?.[0]?.text, 'Its sender has retracted the message.');
    const answer = await write(caller, { basedOn: [reference(`Task/${item.id}`)] });
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(asMessage(answer).inResponseTo, [reference(named(second))]);
    for (const message of [third, second]) await retract(patient, message);
    assert.deepEqual(stateOf(await only(question)), ['cancelled', 'cancelled']);
  });

  it('[MSG-19] [MSG-2] true at the edges: the thread goes on, with work of its own', async () => {
    const { clinical, caller } = await desk('Going on');
    const question = await ask([clinical]);
    const item = await only(question);
    await move(caller, item, 'claim');
    const answer = asMessage(await write(caller, { basedOn: [reference(`Task/${item.id}`)] }));
    await move(caller, item, 'complete');
    await retract(patient, question);
    assert.deepEqual(stateOf(await only(question)), ['completed', 'done']);
    assert.equal(
      (await write(patient, { inResponseTo: [reference(named(question))] })).status,
      409,
      'what was retracted is not answered',
    );
    const more = await reply(answer);
    const open = (await itemsOf(question)).filter(({ status }) => status === 'ready');
    assert.deepEqual(
      open.map(({ focus }) => focus),
      [reference(named(more))],
    );
  });

  it('[MSG-19] [PC-6] true at the edges: what staff and systems retract leaves the work of the question', async () => {
    const { clinical, caller } = await desk('Answering');
    const question = await ask([clinical]);
    const item = await only(question);
    await move(caller, item, 'claim');
    const answer = asMessage(await write(caller, { basedOn: [reference(`Task/${item.id}`)] }));
    await retract(caller, answer);
    assert.equal((await only(question)).status, 'in-progress');
    await retract(system, question);
    assert.equal((await only(question)).status, 'cancelled');
  });
}

describe('a question that is retracted', () => {
  eachPortal(retracting);
});
