/** Several at once at one thread: the work of it is one item. */
import assert from 'node:assert/strict';
import { actionsOf } from './desk.js';
import { eachPortal } from './journey.js';

describe('work of one thread', () => {
  eachPortal(journey => {
    const { desk, ask, reply, itemsOf, move } = actionsOf(journey);

    it('[MSG-6] questions that come at once after the work was done are one new item, which names each', async () => {
      const { clinical, caller } = await desk('Races');
      const question = await ask([clinical]);
      const [first] = await itemsOf(question);
      for (const name of ['claim', 'complete']) assert.equal((await move(caller, first!, name)).status, 200);
      const further = await Promise.all([1, 2, 3, 4].map(() => reply(question)));
      const items = (await itemsOf(question)).filter(({ status }) => status !== 'completed');
      assert.equal(items.length, 1);
      const [{ focus, input = [] } = assert.fail()] = items;
      const named = [focus, ...input.map(({ valueReference }) => valueReference)].map(one => one?.reference);
      assert.deepEqual(named.sort(), further.map(({ id }) => `Communication/${id}`).sort());
    });
  });
});
