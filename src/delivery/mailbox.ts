/** The e-mails that demo mode keeps instead of sending them, as pages show them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { listMail } from './channels/eml-folder.js';
import { defined } from '../fhir/defined.js';

export interface MailSummary {
  /** `[A-Za-z0-9._-]+` */
  id: string;
  to: string;
  subject: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** BCP 47, where known. */
  language?: string;
}

export interface Mail extends MailSummary {
  text: string;
  html?: string;
}

export interface Mailbox {
  /** Newest first. */
  list(limit: number): Promise<MailSummary[]>;
  read(id: string): Promise<Mail | undefined>;
}

const ID = /^[\w-][\w.-]{0,100}$/;

export function openMailbox(folder: string): Mailbox {
  return {
    async list(limit) {
      const mails = await listMail(folder, limit);
      return mails.map(({ file, to, subject, date }) => ({
        id: file.replace(/\.eml$/, ''),
        to,
        subject,
        at: Date.parse(date),
      }));
    },
    async read(id) {
      const bytes = ID.test(id) ? await readFile(join(folder, `${id}.eml`)).catch(() => undefined) : undefined;
      if (!bytes) return undefined;
      const { subject = '', text = '', html, date = '', to } = await PostalMime.parse(bytes);
      const address = to?.[0]?.address ?? '';
      return { id, to: address, subject, at: Date.parse(date), text, ...defined({ html }) };
    },
  };
}
