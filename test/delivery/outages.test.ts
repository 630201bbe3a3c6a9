/** Channels that are out for hours, and notices that can never go. */
import assert from 'node:assert/strict';
import { installedWordings } from '../wording/installed.js';
import { invitation, newMessage, scripted, startDelivery } from './parts.js';

const MINUTE = 60_000;
const NOTICES = 60;

describe('outages of channels', () => {
  it('[R23 fault] out for two hours: every notice is there ten minutes after, spread out; one past its use is dropped', async () => {
    const delivery = startDelivery();
    let seed = 1;
    const random = {
      bytes: (size: number) => Uint8Array.from({ length: size }, () => (seed = (seed * 48271) % 0x7fffffff) & 255),
    };
    let up = false;
    const sentAt: number[] = [];
    const channel = scripted(() => {
      if (!up) return { kind: 'unreachable', reason: 'connection: ECONNREFUSED' };
      sentAt.push(delivery.clock.now());
      return { kind: 'sent' };
    });
    const dispatcher = delivery.dispatcher(channel, { random });
    for (let i = 0; i < NOTICES; i++) {
      await delivery.post({
        ...newMessage,
        about: `Communication/${i}`,
        persons: [{ contact: { email: `p${i}@example.org` } }],
      });
    }
    await delivery.post({ ...invitation, expires: delivery.clock.now() + 60 * MINUTE });
    const step = async (): Promise<void> => {
      await dispatcher.idle();
      delivery.clock.time += 10_000;
    };
    while (delivery.clock.time < Date.parse('2026-03-01T12:00:00Z')) await step();
    const tries = channel.sent.length;
    assert.ok(tries < (NOTICES + 1) * 30, `${tries} tries: they wait ever longer`);
    up = true;
    const back = delivery.clock.time;
    while (delivery.clock.time <= back + 10 * MINUTE) await step();
    assert.equal(sentAt.length, NOTICES);
    const most = Math.max(...[...Map.groupBy(sentAt, at => at).values()].map(({ length }) => length));
    assert.ok(most <= NOTICES / 4, `${most} at one moment`);
    assert.deepEqual(
      (await delivery.records('Task/1')).map(({ outcome }) => outcome),
      ['expired'],
    );
  });

  it('[R22 fault] a notice that fails for ever is laid aside after its tries, and its neighbours go at once', async () => {
    const delivery = startDelivery();
    const templates = installedWordings();
    const lost: string[] = [];
    const channel = scripted(({ to }) =>
      to === 'poison@example.org' ? { kind: 'retry', reason: 'SMTP 451' } : { kind: 'sent' },
    );
    const dispatcher = delivery.dispatcher(channel, { templates, lost: ({ event }) => lost.push(event) });
    const to = (email: string) => ({
      ...newMessage,
      about: `Communication/${email}`,
      persons: [{ contact: { email } }],
    });
    await delivery.post(to('poison@example.org'));
    for (let i = 0; i < 40; i++) await delivery.post(to(`p${i}@example.org`));
    await dispatcher.idle();
    assert.equal(channel.sent.length, 41, 'in one go');
    for (let i = 0; i < 10; i++) {
      delivery.clock.time += 60 * MINUTE;
      await dispatcher.idle();
    }
    assert.deepEqual(await delivery.records('Communication/poison@example.org'), [
      { outcome: 'dead', reasons: ['SMTP 451', 'SMTP 451', 'SMTP 451'] },
    ]);
    assert.deepEqual(lost, ['new-message']);
  });
});
