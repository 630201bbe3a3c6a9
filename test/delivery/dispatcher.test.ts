/** The dispatcher against a channel that does as it is told. */
import assert from 'node:assert/strict';
import type { Message, Sent } from '../../src/delivery/channels/channel.js';
import { LONGEST } from '../../src/delivery/channels/email.js';
import { deadDeliveries, ended } from '../../src/delivery/delivery-record.js';
import type { Records } from '../../src/store/port.js';
import type { Templates } from '../../src/wording/templates.js';
import { installedWordings } from '../wording/installed.js';
import { invitation, newMessage, scripted, startDelivery } from './parts.js';

const templates = installedWordings();
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

  it('[R19] reports a template that fails, keeps the notice as dead, and goes on with the others', async () => {
    const delivery = startDelivery();
    const channel = scripted(() => ({ kind: 'sent' }));
    const reported: unknown[] = [];
    const failing: Templates = {
      render: async (name, ...rest) =>
        name === newMessage.event ? assert.fail('no such variable') : templates.render(name, ...rest),
    };
    const dispatcher = delivery.dispatcher(channel, {
      templates: failing,
      report: error => void reported.push(error),
    });
    await delivery.post(newMessage);
    await delivery.post(invitation);
    await dispatcher.idle();
    assert.equal(reported.length, 1);
    assert.equal(channel.sent.length, 1);
    const [record] = await delivery.records('Communication/1');
    assert.deepEqual(record, { outcome: 'dead', reasons: [`template ${newMessage.event}`] });
    const { storage, clock } = delivery;
    assert.equal((await deadDeliveries(storage.records, clock, 10)).length, 1);
  });

  it('[R19] sends each notice once the channel is back, however long it was out: connection faults are no tries', async () => {
    const delivery = startDelivery();
    let up = false;
    const channel = scripted(() => (up ? { kind: 'sent' } : { kind: 'unreachable', reason: 'connection: ESOCKET' }));
    const dispatcher = delivery.dispatcher(channel);
    await delivery.post(newMessage);
    await delivery.post({ ...invitation, expires: delivery.clock.now() + 10 * 24 * 3600_000 });
    for (let minutes = 0; minutes < 3 * 24 * 60; minutes += 10) {
      await dispatcher.idle();
      delivery.clock.time += 600_000;
    }
    assert.ok(channel.sent.length > 100);
    up = true;
    await dispatcher.idle();
    for (const about of ['Communication/1', 'Task/1']) {
      const [{ outcome, reasons } = assert.fail()] = await delivery.records(about);
      assert.equal(outcome, 'sent');
      assert.ok(reasons.length <= 20, 'an entry does not grow with each try');
    }
  });

  it('[R19] ends at last, and tells the log of the notices that nobody receives', async () => {
    const delivery = startDelivery();
    const lost: unknown[] = [];
    const channel = scripted(() => ({ kind: 'unreachable', reason: 'connection: ESOCKET' }));
    const dispatcher = delivery.dispatcher(channel, { lost: notice => lost.push(notice) });
    await delivery.post(newMessage);
    await delivery.post({ ...invitation, expires: delivery.clock.now() + 3600_000 });
    await dispatcher.idle();
    delivery.clock.time += 3600_000;
    await dispatcher.idle();
    assert.deepEqual(lost, [{ id: 'id-2', event: 'invitation', outcome: 'expired', reason: 'expired' }]);
    delivery.clock.time += 14 * 24 * 3600_000;
    await dispatcher.idle();
    assert.deepEqual(lost[1], { id: 'id-1', event: 'new-message', outcome: 'dead', reason: 'connection: ESOCKET' });
    const listed = await deadDeliveries(delivery.storage.records, delivery.clock, 10);
    assert.deepEqual(
      listed.map(({ id }) => id),
      ['id-1'],
    );
  });

  it('sends one person so many notices of a kind in an hour and no more, under any number of dispatchers', async () => {
    const delivery = startDelivery();
    const channel = scripted(() => ({ kind: 'sent' }));
    const limit = { most: 5, window: 3600_000 };
    const dispatchers = [1, 2].map(() => delivery.dispatcher(channel, { limit }));
    for (let i = 0; i < 30; i++) await delivery.post({ ...newMessage, about: `Communication/${i}` });
    await delivery.post(invitation);
    await delivery.post({ ...newMessage, persons: [{ contact: { email: 'other@example.org' } }] });
    await Promise.all(dispatchers.map(one => one.idle()));
    assert.equal(channel.sent.length, 7);
    const withheld = await delivery.storage.records.find('delivery', 'outcome', 'withheld', delivery.clock.now(), 100);
    assert.equal(withheld.length, 25);
    delivery.clock.time += 3600_000;
    await delivery.post(newMessage);
    await Promise.all(dispatchers.map(one => one.idle()));
    assert.equal(channel.sent.length, 8);
  });

  it('[A10] counts notices without keeping to whom they went', async () => {
    const { storage, ...delivery } = startDelivery();
    const counts: string[] = [];
    const write: Records['write'] = change => {
      if (change.op === 'put' && change.document.kind === 'notice-count') counts.push(JSON.stringify(change));
      return storage.records.write(change);
    };
    const records = {
      get: storage.records.get.bind(storage.records),
      find: storage.records.find.bind(storage.records),
      lease: storage.records.lease.bind(storage.records),
      write,
    };
    await delivery.post(newMessage);
    const limit = { most: 5, window: 3600_000 };
    await delivery
      .dispatcher(
        scripted(() => ({ kind: 'sent' })),
        { limit, records },
      )
      .idle();
    assert.equal(counts.length, 1);
    assert.ok(!counts[0]?.includes('ned@'), counts[0]);
  });

  it('[R19] keeps what has a code of its own, though it is one too many: it can be sent again', async () => {
    const delivery = startDelivery();
    const dispatcher = delivery.dispatcher(
      scripted(() => ({ kind: 'sent' })),
      { limit: { most: 0, window: 3600_000 } },
    );
    const expires = delivery.clock.now() + 7200_000;
    for (const one of [newMessage, { ...invitation, expires }]) await delivery.post(one);
    await dispatcher.idle();
    const [message, invited] = await Promise.all(['Communication/1', 'Task/1'].map(about => delivery.records(about)));
    assert.deepEqual([message?.[0]?.outcome, invited?.[0]?.outcome], ['withheld', 'dead']);
    const listed = await deadDeliveries(delivery.storage.records, delivery.clock, 10);
    assert.deepEqual(
      listed.map(({ event, about }) => [event, about]),
      [['invitation', 'Task/1']],
    );
  });

  it('drops a notice that is past its use', async () => {
    const delivery = startDelivery();
    const channel = scripted(() => ({ kind: 'sent' }));
    await delivery.post({ ...newMessage, expires: delivery.clock.now() + 1000 });
    delivery.clock.time += 1000;
    await delivery.dispatcher(channel).idle();
    assert.equal(channel.sent.length, 0);
    const told = [{ outcome: 'expired', reasons: ['expired'] }];
    assert.deepEqual(await delivery.records('Communication/1'), told);
    delivery.clock.time += 90 * 24 * 3600_000 - 1;
    assert.deepEqual(await delivery.records('Communication/1'), told, 'what became of it is known for ninety days');
    delivery.clock.time += 1;
    assert.deepEqual(await delivery.records('Communication/1'), []);
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
    await delivery.storage.records.lease('outbox', delivery.clock.now(), delivery.clock.now() + 120_000, 1);
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

  it('[R19] leaves an entry alone while the longest send may go on: a minute by e-mail', async () => {
    const delivery = startDelivery();
    let others = -1;
    const slow = scripted(async () => {
      delivery.clock.time += LONGEST;
      const other = scripted(() => ({ kind: 'sent' }));
      await delivery.dispatcher(other).idle();
      others = other.sent.length;
      return { kind: 'sent' };
    });
    await delivery.post(newMessage);
    await delivery.dispatcher(slow).idle();
    assert.deepEqual([slow.sent.length, others], [1, 0]);
    assert.deepEqual(await delivery.records('Communication/1'), [{ outcome: 'sent', reasons: ['sent'] }]);
  });

  const endings: Sent[] = [later, { kind: 'failed', reason: 'no such mailbox' }, { kind: 'sent' }];
  for (const ending of endings)
    it(`leaves an entry to the worker that has taken it over, when a late try ends as ${ending.kind}`, async () => {
      const delivery = startDelivery();
      const slow = scripted(async () => {
        delivery.clock.time += 200_000;
        await delivery.dispatcher(scripted(() => ({ kind: 'failed', reason: 'first' }))).idle();
        return ending;
      });
      await delivery.post(newMessage);
      await delivery.dispatcher(slow).pass();
      assert.deepEqual(await delivery.records('Communication/1'), [{ outcome: 'failed', reasons: ['first'] }]);
      assert.equal(await delivery.storage.records.get('outbox-email', 'id-1', delivery.clock.now()), undefined);
    });

  it('[PC-2] shows once more what has ended while it was shown', async () => {
    const delivery = startDelivery();
    const shown: number[] = [];
    const other = { kind: 'outbox-email', id: 'other', version: 1, value: {}, keys: {} };
    const show = async (_about: string, { length }: readonly unknown[]): Promise<void> => {
      shown.push(length);
      if (shown.length > 1) return;
      const entry = { effect: newMessage, attempts: [] };
      const documents = ended(other, entry, { outcome: 'sent' }, delivery.clock.now());
      await delivery.storage.store.commit({ documents });
    };
    await delivery.post(newMessage);
    await delivery
      .dispatcher(
        scripted(() => ({ kind: 'sent' })),
        { show },
      )
      .idle();
    assert.deepEqual(shown, [1, 2]);
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
