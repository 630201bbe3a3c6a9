/** The e-mails that demo mode keeps instead of sending them, as pages show them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { defined } from '../fhir/defined.js';

export interface MailSummary {
  /** `[A-Za-z0-9._-]+` */
  id: string;
  to: string;
  subject: string;
  /** Milliseconds since the epoch. */
  at: number;
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
  const mailOf = async (file: string): Promise<Mail> => parsed(file, await readFile(join(folder, file)));
  return {
    list: async limit => Promise.all((await newestFiles(folder, limit)).map(mailOf)),
    read: async id => (ID.test(id) ? mailOf(`${id}.eml`).catch(() => undefined) : undefined),
  };
}

async function newestFiles(folder: string, limit: number): Promise<string[]> {
  const files = (await readdir(folder).catch(() => [])).filter(file => file.endsWith('.eml'));
  const dated = await Promise.all(files.map(async file => ({ file, at: (await stat(join(folder, file))).mtimeMs })));
  const newest = dated.sort((a, b) => b.at - a.at).slice(0, limit);
  return newest.map(({ file }) => file);
}

async function parsed(file: string, bytes: Buffer): Promise<Mail> {
  const { subject = '', text = '', html, date = '', to } = await PostalMime.parse(bytes);
  const address = to?.[0]?.address ?? '';
  return { id: file.replace(/\.eml$/, ''), to: address, subject, at: Date.parse(date), text, ...defined({ html }) };
}
