/** E-mail over SMTP (RFC 5321). Codes of 4xx and lost connections are worth another try, 5xx are not. */
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Channel, Message, Sent } from './channel.js';

/** Milliseconds. */
const LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** `url` as in PORTICO_SMTP_URL; `from` is a mailbox. */
export function createEmailChannel({ url, from }: { url: string; from: string }): Channel {
  const address = new URL(url);
  const user = decodeURIComponent(address.username);
  const transport = createTransport({
    pool: true,
    maxConnections: 4,
    host: address.hostname,
    port: Number(address.port) || (address.protocol === 'smtps:' ? 465 : 587),
    secure: address.protocol === 'smtps:',
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(address.password) } }),
    ...LIMITS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name: 'email',
    addressOf: ({ email }) => email,
    send: message => transport.sendMail(mailOf(message, from)).then(() => ({ kind: 'sent' as const }), refusal),
    close: () => Promise.resolve(transport.close()),
  };
}

/** The message as nodemailer takes it. The address is an object, so that nothing in it is parsed. */
export function mailOf({ id, to, language, subject, text, html }: Message, from: string): SendMailOptions {
  return {
    from,
    to: { name: '', address: to },
    messageId: `<${id}@${senderDomain(from)}>`,
    subject,
    text,
    html,
    headers: { 'Content-Language': language, 'Auto-Submitted': 'auto-generated' },
  };
}

const senderDomain = (from: string): string => /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';

function refusal(error: Error & { responseCode?: number; code?: string }): Sent {
  const { responseCode = 0, code = 'unknown' } = error;
  const reason = responseCode === 0 ? `connection: ${code}` : `SMTP ${responseCode}`;
  return { kind: responseCode >= 500 && code !== 'EAUTH' ? 'failed' : 'retry', reason };
}
