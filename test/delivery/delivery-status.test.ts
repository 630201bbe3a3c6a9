/** What a gateway says of a message: it waits for the notice, and arrived is arrived. */
import assert from 'node:assert/strict';
import { statusDue, type DeliveryStatus } from '../../src/delivery/delivery-status.js';
import { newMessage, scripted, startDelivery, type Delivery } from './parts.js';

describe('the status of a message that was sent', () => {
  let delivery: Delivery;
  beforeEach(() => {
    delivery = startDelivery();
  });

  const told = (status: DeliveryStatus) =>
    delivery.storage.store.commit({ documents: [statusDue(status, delivery.clock.now())] });
  const outcomes = async () => (await delivery.records('Communication/1')).map(({ outcome }) => outcome);

  it('[PC-2] waits until the notice has ended, for an hour at most', async () => {
    const dispatcher = delivery.dispatcher(scripted(() => ({ kind: 'sent' })));
    await told({ id: 'id-1', state: 'delivered' });
    await dispatcher.idle();
    await delivery.post(newMessage);
    await dispatcher.idle();
    assert.deepEqual(await outcomes(), ['sent']);
    delivery.clock.time += 30_000;
    await dispatcher.idle();
    assert.deepEqual(await outcomes(), ['delivered']);
    await told({ id: 'id-2', state: 'delivered' });
    await dispatcher.idle();
    delivery.clock.time += 3600_000;
    await delivery.post(newMessage);
    await dispatcher.idle();
    assert.deepEqual((await outcomes()).sort(), ['delivered', 'sent']);
  });

  it('[PC-2] what bounced may arrive after all, and what arrived stays so', async () => {
    const dispatcher = delivery.dispatcher(scripted(() => ({ kind: 'sent' })));
    await delivery.post(newMessage);
    await dispatcher.idle();
    const seen: unknown[] = [];
    for (const state of ['bounced', 'delivered', 'bounced'] as const) {
      await told({ id: 'id-1', state, reason: `code ${seen.length}` });
      await dispatcher.idle();
      seen.push(...(await outcomes()));
    }
    assert.deepEqual(seen, ['bounced', 'delivered', 'delivered']);
  });

  it('[PC-2] several at once, and under two dispatchers, come to the last word: it has arrived', async () => {
    const sent = scripted(() => ({ kind: 'sent' }));
    await delivery.post(newMessage);
    await delivery.dispatcher(sent).idle();
    for (const state of ['bounced', 'delivered'] as const) await told({ id: 'id-1', state });
    await Promise.all([delivery.dispatcher(sent).idle(), delivery.dispatcher(sent).idle()]);
    assert.deepEqual(await outcomes(), ['delivered']);
  });

  it('[PC-2] changes nothing of what was not sent', async () => {
    const dispatcher = delivery.dispatcher(scripted(() => ({ kind: 'failed', reason: 'HTTP 400' })));
    await delivery.post(newMessage);
    await dispatcher.idle();
    await told({ id: 'id-1', state: 'delivered' });
    await dispatcher.idle();
    assert.deepEqual(await outcomes(), ['failed']);
  });
});
