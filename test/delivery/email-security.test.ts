/** E-mails over TLS alone, and signed: RFC 3207, RFC 6376. */
import assert from 'node:assert/strict';
import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createEmailChannel } from '../../src/delivery/channels/email.js';
import { certificate } from '../fixtures/http-server.js';
import { startMailServer } from './parts.js';

const from = 'Portico <no-reply@portal.example.org>';
const message = {
  ...{
    id: '1',
    to: 'ned@example.org',
    language: 'ar',
    subject: 'دعوة',
    text: 'مرحبًا\n\n',
    html: '<p>مرحبًا</p>',
    sms: '',
  },
  unsubscribe: 'https://portal.example.org/unsubscribe?token=1',
};

describe('e-mails over TLS', () => {
  it('[PC-2] a mail server without TLS gets nothing where TLS is required, and the notice waits', async () => {
    const server = await startMailServer();
    const channel = createEmailChannel({ url: server.url, from, requireTls: true });
    const { kind } = await channel.send(message);
    await channel.close();
    await server.close();
    assert.deepEqual([kind, server.received], ['unreachable', []]);
  });

  it('[PC-2] one with TLS gets it, where its certificate is trusted', async () => {
    const server = await startMailServer({ tls: certificate });
    const before = getCACertificates('default');
    const send = async (): Promise<string> => {
      const channel = createEmailChannel({ url: server.url, from, requireTls: true });
      const { kind } = await channel.send(message);
      await channel.close();
      return kind;
    };
    assert.equal(await send(), 'unreachable');
    setDefaultCACertificates([...before, certificate.slice(certificate.indexOf('-----BEGIN CERT'))]);
    try {
      assert.equal(await send(), 'sent');
    } finally {
      setDefaultCACertificates(before);
      await server.close();
    }
    assert.equal(server.received.length, 1);
  });
});

/** The tags of a DKIM-Signature. */
const tagsOf = (line: string): Record<string, string> =>
  Object.fromEntries(
    line
      .split(';')
      .map(tag => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).replace(/\s+/g, '')]),
  );

/** https://www.rfc-editor.org/rfc/rfc6376#section-3.4 */
const relaxedHeader = (line: string): string => {
  const colon = line.indexOf(':');
  const value = line
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return `${line.slice(0, colon).toLowerCase().trim()}:${value}`;
};
const relaxedBody = (body: string): string =>
  `${body
    .replace(/[ \t]+/g, ' ')
    .replace(/ \r\n/g, '\r\n')
    .replace(/(\r\n)+$/, '')}\r\n`;

/** Whether a message's signature is right, of headers and body each; and its tags. */
function verified(raw: string, publicKey: string): { headers: boolean; body: boolean; tags: Record<string, string> } {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const lines = head.split(/\r\n(?![ \t])/);
  const named = (name: string): string | undefined => lines.find(line => line.toLowerCase().startsWith(`${name}:`));
  const signature = named('dkim-signature') ?? assert.fail('no signature');
  const tags = tagsOf(signature.slice(signature.indexOf(':') + 1));
  const covered = (tags['h'] ?? '').split(':').map(name => `${relaxedHeader(named(name) ?? '')}\r\n`);
  const own = relaxedHeader(signature.replace(/(;\s*b=)[\s\S]*$/, '$1'));
  const signed = createVerify('sha256').update(covered.join('') + own, 'latin1');
  const hash = createHash('sha256')
    .update(relaxedBody(rest.join('\r\n\r\n')), 'latin1')
    .digest('base64');
  return { headers: signed.verify(publicKey, tags['b'] ?? '', 'base64'), body: hash === tags['bh'], tags };
}

describe('signed e-mails', () => {
  it('[PC-2] carry a DKIM signature of body and headers, those of a one-click unsubscription among them', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const server = await startMailServer();
    const dkim = { domain: 'portal.example.org', selector: 'portico', privateKey };
    const channel = createEmailChannel({ url: server.url, from, dkim });
    assert.equal((await channel.send(message)).kind, 'sent');
    await channel.close();
    await server.close();
    const [{ raw } = assert.fail()] = server.received;
    const { headers, body, tags } = verified(raw, publicKey);
    assert.deepEqual([headers, body], [true, true]);
    assert.deepEqual([tags['d'], tags['s'], tags['a']], ['portal.example.org', 'portico', 'rsa-sha256']);
    const covered = (tags['h'] ?? '').split(':');
    for (const name of ['from', 'to', 'subject', 'date', 'message-id', 'content-type'])
      assert.ok(covered.includes(name), name);
    for (const name of ['list-unsubscribe', 'list-unsubscribe-post'])
      assert.equal(covered.includes(name), raw.toLowerCase().includes(`\n${name}:`), name);
    assert.equal(verified(raw.replace('Subject: ', 'Subject: x'), publicKey).headers, false);
    assert.equal(verified(`${raw.trimEnd()}x\r\n`, publicKey).body, false);
  });
});
