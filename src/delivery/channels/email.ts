/**
 * E-mail over SMTP (RFC 5321). Codes of 5xx about the message or its recipient are final, codes of 4xx are worth another try.
 * Anything else (a server that does not serve now, lost or endless connections) says nothing about the message.
 */
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Channel, Message, Sent } from './channel.js';

/** Milliseconds for one message, however long its server goes on answering. */
export const LONGEST = 60_000;
/** Milliseconds of silence. */
const LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

export interface EmailSettings {
  /** As in PORTICO_SMTP_URL. */
  url: string;
  /** A mailbox. */
  from: string;
  /** Sends nothing over a connection without TLS. */
  requireTls?: boolean;
  /** Signs each message. https://www.rfc-editor.org/rfc/rfc6376 */
  dkim?: DkimKey;
  /** Milliseconds that one message may take. */
  longest?: number;
}

export interface DkimKey {
  readonly domain: string;
  /** Names the public key: a TXT record of `selector._domainkey.domain`. */
  readonly selector: string;
  /** RSA, in PEM. */
  readonly privateKey: string;
}

export function createEmailChannel(settings: EmailSettings): Channel {
  const { url, from, requireTls = false, dkim, longest = LONGEST } = settings;
  const address = new URL(url);
  const user = decodeURIComponent(address.username);
  const transport = createTransport({
    pool: true,
    maxConnections: 4,
    host: address.hostname,
    port: Number(address.port) || (address.protocol === 'smtps:' ? 465 : 587),
    secure: address.protocol === 'smtps:',
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(address.password) } }),
    requireTLS: requireTls,
    ...(dkim ? { dkim: signing(dkim) } : {}),
    ...LIMITS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name: 'email',
    addressOf: ({ email }) => email,
    send(message) {
      const mail = { ...mailOf(message, from), signal: AbortSignal.timeout(longest) };
      return transport.sendMail(mail).then(() => ({ kind: 'sent' as const }), refusal);
    },
    close: () => Promise.resolve(transport.close()),
  };
}

/** The message as nodemailer takes it. The address is an object, so that nothing in it is parsed. */
export function mailOf(message: Message, from: string): SendMailOptions {
  const { id, to, language, subject, text, html, icon, unsubscribe } = message;
  return {
    from,
    to: { name: '', address: to },
    messageId: `<${id}@${senderDomain(from)}>`,
    subject,
    text,
    html,
    ...(icon ? { attachments: [inlined(icon)] } : {}),
    headers: {
      ...{ 'Content-Language': language, 'Auto-Submitted': 'auto-generated' },
      ...(unsubscribe === undefined ? {} : oneClick(unsubscribe)),
    },
  };
}

/** https://www.rfc-editor.org/rfc/rfc2392 */
const inlined = (content: Buffer) => ({
  ...{ cid: 'icon', filename: 'icon.png', contentType: 'image/png', content },
  contentDisposition: 'inline' as const,
});

/** https://www.rfc-editor.org/rfc/rfc8058#section-3.1: one HTTPS address, and a signature (DKIM) that covers both. */
const oneClick = (address: string): Record<string, string> => ({
  'List-Unsubscribe': `<${address}>`,
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
});

const senderDomain = (from: string): string => /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';

/** The headers that a signature covers, both of a one-click unsubscription among them: https://www.rfc-editor.org/rfc/rfc8058#section-4 */
const SIGNED = [
  ...['From', 'To', 'Subject', 'Date', 'Message-ID', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'],
  ...['Content-Language', 'Auto-Submitted', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
];

const signing = ({ domain, selector, privateKey }: DkimKey) => ({
  domainName: domain,
  keySelector: selector,
  privateKey,
  headerFieldNames: SIGNED.join(':'),
});

/** nodemailer's codes for answers to MAIL, RCPT and DATA. */
const ABOUT_MESSAGE = new Set(['EENVELOPE', 'EMESSAGE']);

function refusal(error: Error & { responseCode?: number; code?: string }): Sent {
  const { responseCode = 0, code = 'unknown' } = error;
  const reason = responseCode === 0 ? `connection: ${code}` : `SMTP ${responseCode}`;
  if (responseCode === 0 || !ABOUT_MESSAGE.has(code)) return { kind: 'unreachable', reason };
  return { kind: responseCode >= 500 ? 'failed' : 'retry', reason };
}
