/** The dispatcher against a channel that does as it is told. */
import assert from 'node:assert/strict';
import type { Channel, Message, Sent } from '../../src/delivery/channels/channel.js';
import { retryDelay } from '../../src/delivery/retry.js';
import { newMessage, startDelivery } from './parts.js';

function scripted(answer: (message: Message) => Promise<Sent> | Sent): Channel & { sent: Message[] } {
  const sent: Message[] = [];
  return {
    name: 'email',
    addressOf: ({ email }) => email,
    sent,
    async send(message) {
      sent.push(message);
      return answer(message);
    },
    close: async () => {},
  };
}

const later: Sent = { kind: 'retry', reason: 'busy' };

describe('the dispatcher', () => {
  it('waits ever longer between tries, and gives up after the last', async () => {
    const delivery = startDelivery();
    const channel = scripted(() => later);
    const dispatcher = delivery.dispatcher(channel);
    await delivery.post(newMessage);
    for (const wait of [0, 2_500, 5_000, 1_000_000]) {
      delivery.clock.time += wait - 1;
      await dispatcher.idle();
      delivery.clock.time += 1;
      await dispatcher.idle();
    }
    assert.equal(channel.sent.length, 3);
    const [record] = await delivery.records('Communication/1');
    assert.deepEqual(record, { outcome: 'dead', reasons: ['busy', 'busy', 'busy'] });
  });

  it('drops a notice that is past its use', async () => {
    const delivery = startDelivery();
    const channel = scripted(() => ({ kind: 'sent' }));
    await delivery.post({ ...newMessage, expires: delivery.clock.now() + 1000 });
    delivery.clock.time += 1000;
    await delivery.dispatcher(channel).idle();
    assert.equal(channel.sent.length, 0);
    assert.deepEqual(await delivery.records('Communication/1'), [{ outcome: 'expired', reasons: ['expired'] }]);
  });

  it('sends nothing twice under two dispatchers', async () => {
    const delivery = startDelivery();
    const channel = scripted(async () => {
      await new Promise(resolve => setImmediate(resolve));
      return { kind: 'sent' };
    });
    for (let i = 0; i < 50; i++) await delivery.post({ ...newMessage, about: `Communication/${i}` });
    await Promise.all([delivery.dispatcher(channel).idle(), delivery.dispatcher(channel).idle()]);
    assert.equal(channel.sent.length, 50);
    assert.equal(new Set(channel.sent.map(({ id }) => id)).size, 50);
  });

  it('[R19] sends again, under the same id, what a worker took and never ended', async () => {
    const delivery = startDelivery();
    const channel = scripted(() => ({ kind: 'sent' }));
    await delivery.post(newMessage);
    await delivery.storage.records.lease('outbox-email', delivery.clock.now(), delivery.clock.now() + 120_000, 1);
    const dispatcher = delivery.dispatcher(channel);
    await dispatcher.idle();
    assert.equal(channel.sent.length, 0, 'while the lease holds');
    delivery.clock.time += 120_000;
    await dispatcher.idle();
    assert.deepEqual(
      channel.sent.map(({ id }) => id),
      ['id-1'],
    );
  });

  const endings: Sent[] = [later, { kind: 'failed', reason: 'no such mailbox' }, { kind: 'sent' }];
  for (const ending of endings)
    it(`leaves a parcel to who has taken it over, when a late try ends as ${ending.kind}`, async () => {
      const delivery = startDelivery();
      const slow = scripted(async () => {
        delivery.clock.time += 200_000;
        await delivery.dispatcher(scripted(() => ({ kind: 'failed', reason: 'first' }))).idle();
        return ending;
      });
      await delivery.post(newMessage);
      await delivery.dispatcher(slow).pass();
      assert.deepEqual(await delivery.records('Communication/1'), [{ outcome: 'dead', reasons: ['first'] }]);
      assert.equal(await delivery.storage.records.get('outbox-email', 'id-1', delivery.clock.now()), undefined);
    });

  it('works by itself once started, and stops', async () => {
    const delivery = startDelivery();
    let arrived = (_message: Message): void => {};
    const arrival = new Promise<Message>(resolve => (arrived = resolve));
    const channel = scripted(message => (arrived(message), { kind: 'sent' }));
    const dispatcher = delivery.dispatcher(channel);
    dispatcher.start();
    await delivery.post(newMessage);
    assert.equal((await arrival).to, 'ned@example.org');
    await dispatcher.stop();
    await delivery.post({ ...newMessage, about: 'Communication/2' });
    await new Promise(resolve => setTimeout(resolve, 40));
    assert.equal(channel.sent.length, 1);
  });
});

describe('the delay between tries', () => {
  const bytes = (value: number) => ({ bytes: (size: number) => new Uint8Array(size).fill(value) });

  it('doubles up to an hour, with jitter of half', () => {
    assert.equal(retryDelay(1, bytes(0)), 2_500);
    assert.equal(retryDelay(1, bytes(255)), 5_000);
    assert.equal(retryDelay(3, bytes(0)), 10_000);
    assert.equal(retryDelay(40, bytes(255)), 3_599_973);
  });
});
