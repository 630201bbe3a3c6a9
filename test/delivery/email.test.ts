/** Notices over a real SMTP server, read back by a MIME parser. */
import assert from 'node:assert/strict';
import { createEmailChannel } from '../../src/delivery/channels/email.js';
import {
  invitation,
  newMessage,
  parsed,
  startDelivery,
  startMailServer,
  startOddServer,
  type Delivery,
  type MailServer,
} from './parts.js';

const from = 'Portico <no-reply@portal.example.org>';

describe('delivery by e-mail', () => {
  let server: MailServer;
  let delivery: Delivery;
  beforeEach(async () => {
    server = await startMailServer();
    delivery = startDelivery();
  });
  afterEach(() => server.close());

  async function sendAll(): Promise<void> {
    const channel = createEmailChannel({ url: server.url, from });
    await delivery.dispatcher(channel).idle();
    await channel.close();
  }

  it('[PC-2] sends an invitation with its link and code, as HTML and plain text', async () => {
    await delivery.post(invitation);
    await sendAll();
    const [mail] = server.received;
    assert.deepEqual(mail?.recipients, ['ned@example.org']);
    const { subject, text = '', html = '', messageId, from: sender } = await parsed(mail.raw);
    assert.equal(subject, 'You are invited to your patient portal');
    assert.match(text, /Hello N\.,/);
    for (const body of [text, html]) {
      assert.ok(
        body.includes('https://portal.example.org/invitation#ABCD-EFGH') && body.includes('March 14, 2026'),
        body,
      );
    }
    assert.match(html, /<html lang="en" dir="ltr">/);
    assert.equal(messageId, '<id-1@portal.example.org>');
    assert.equal(sender?.address, 'no-reply@portal.example.org');
    assert.match(mail.raw, /^Auto-Submitted: auto-generated\r$/m, 'no absent reader answers it (RFC 3834)');
    assert.deepEqual(await delivery.records('Task/1'), [{ outcome: 'sent', reasons: ['sent'] }]);
  });

  it('[RN-10] writes to an Arabic reader from right to left', async () => {
    await delivery.post({ ...invitation, language: 'ar-SA', parameters: { ...invitation.parameters, given: 'ليلى' } });
    await sendAll();
    const { subject, text = '', html = '' } = await parsed(server.received[0]?.raw ?? '');
    assert.equal(subject, 'دعوة إلى بوابة المرضى الخاصة بك');
    assert.match(text, /مرحبًا ل\.،/);
    assert.match(html, /<html lang="ar" dir="rtl">/);
  });

  it('[RN-29] falls back to the default language', async () => {
    await delivery.post({ ...newMessage, language: 'pt' });
    await sendAll();
    assert.equal((await parsed(server.received[0]?.raw ?? '')).subject, 'You have a new message');
  });

  it('[RN-1] words an invitation by its topic, and an unknown topic as any invitation', async () => {
    await delivery.post({ ...invitation, parameters: { ...invitation.parameters, topic: 'visit' } });
    await delivery.post({ ...invitation, parameters: { ...invitation.parameters, topic: 'other' } });
    await sendAll();
    const subjects = await Promise.all(server.received.map(async ({ raw }) => (await parsed(raw)).subject));
    assert.deepEqual(subjects.sort(), [
      'Prepare for your visit in the patient portal',
      'You are invited to your patient portal',
    ]);
  });

  it('[G14] has no code in a subject', async () => {
    await delivery.post(invitation);
    await sendAll();
    const { subject = '' } = await parsed(server.received[0]?.raw ?? '');
    assert.ok(!subject.includes('ABCD'));
  });

  it('[G13] [F06] takes values literally: no header, no markup, no template of theirs', async () => {
    const code = 'Eve\r\nBcc: evil@example.com\r\n\r\n<script>x</script>{{ code }}';
    await delivery.post({ ...invitation, parameters: { ...invitation.parameters, code, given: '<' } });
    await sendAll();
    const [mail] = server.received;
    assert.deepEqual(mail?.recipients, ['ned@example.org']);
    const { headers, html = '', text = '' } = await parsed(mail.raw);
    assert.ok(!headers.some(({ key }) => key === 'bcc'));
    assert.ok(html.includes('&lt;script&gt;') && html.includes('Hello &lt;.,') && !html.includes('<script>'));
    assert.ok(text.includes('{{ code }}'));
  });

  it('[PC-2] shows at its resource that the mail server refused it, once, and asks again where showing fails', async () => {
    await server.close();
    server = await startMailServer({ refuse: 550 });
    await delivery.post(invitation);
    const shown: unknown[] = [];
    let fails = true;
    const channel = createEmailChannel({ url: server.url, from });
    const dispatcher = delivery.dispatcher(channel, {
      show: (about, deliveries) => {
        if (fails) return Promise.reject(new Error('busy'));
        shown.push(
          about,
          deliveries.map(({ outcome, channel, reason }) => [outcome, channel, reason]),
        );
        return Promise.resolve();
      },
      report: () => {
        fails = false;
      },
    });
    await dispatcher.idle();
    assert.deepEqual(shown, []);
    delivery.clock.time += 10 * 60_000;
    await dispatcher.idle();
    await dispatcher.idle();
    assert.deepEqual(shown, ['Task/1', [['failed', 'email', 'SMTP 550']]]);
    await channel.close();
  });

  it('lays aside what the mail server refuses for good, without its secrets', async () => {
    await server.close();
    server = await startMailServer({ refuse: 550 });
    await delivery.post(invitation);
    await sendAll();
    assert.deepEqual(await delivery.records('Task/1'), [{ outcome: 'failed', reasons: ['SMTP 550'] }]);
    const [record] = await delivery.storage.records.find('delivery', 'about', 'Task/1', delivery.clock.now(), 1);
    assert.ok(!JSON.stringify(record).includes('ABCD-EFGH'));
  });

  it('tries again when the mail server is back, under the same Message-ID', async () => {
    const { port } = new URL(server.url);
    await server.close();
    await delivery.post(newMessage);
    await sendAll();
    assert.deepEqual(await delivery.records('Communication/1'), []);
    server = await startMailServer({ port: Number(port) });
    await sendAll();
    assert.equal(server.received.length, 0, 'not before its time');
    delivery.clock.time += 5_000;
    await sendAll();
    const { messageId } = await parsed(server.received[0]?.raw ?? '');
    assert.equal(messageId, '<id-1@portal.example.org>');
    const [{ outcome, reasons } = assert.fail()] = await delivery.records('Communication/1');
    assert.equal(outcome, 'sent');
    assert.deepEqual(reasons, ['connection: ESOCKET', 'sent']);
  });

  const message = { id: '1', to: 'ned@example.org', language: 'en', subject: 'x', text: 'x', html: 'x', sms: 'x' };

  it('does not wait for a server that never comes to the end of its answer', async () => {
    const odd = await startOddServer(socket => {
      socket.on('data', data => {
        if (!data.includes('DATA')) return socket.write('250 ok\r\n');
        const more = setInterval(() => socket.write('354-more\r\n'), 20);
        return socket.once('close', () => clearInterval(more));
      });
      return '220 ready';
    });
    const channel = createEmailChannel({ url: odd.url, from, longest: 500 });
    assert.deepEqual(await channel.send(message), { kind: 'unreachable', reason: 'connection: EABORT' });
    await channel.close();
    await odd.close();
  });

  it('tries again where the server refuses to serve, not the message', async () => {
    const odd = await startOddServer(() => '554 no service here');
    const channel = createEmailChannel({ url: odd.url, from });
    assert.deepEqual(await channel.send(message), { kind: 'unreachable', reason: 'SMTP 554' });
    await channel.close();
    await odd.close();
  });
});
