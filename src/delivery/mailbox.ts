/** The e-mails and text messages that demo mode keeps instead of sending them, as pages show them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import PostalMime, { type Attachment } from 'postal-mime';
import { defined } from '../fhir/defined.js';

export interface MailSummary {
  /** `[A-Za-z0-9._-]+` */
  id: string;
  /** An e-mail address or a telephone number. */
  to: string;
  /** Absent in text messages. */
  subject?: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface Mail extends MailSummary {
  text: string;
  html?: string;
  /** Of a text message. */
  segments?: number;
}

export interface Mailbox {
  /** Newest first. */
  list(limit: number): Promise<MailSummary[]>;
  read(id: string): Promise<Mail | undefined>;
}

const ID = /^[\w-][\w.-]{0,100}$/;

/** How a file of each extension is read. */
const READERS: Readonly<Record<string, (id: string, path: string) => Promise<Mail>>> = {
  '.eml': async (id, path) => email(id, await readFile(path)),
  '.json': textMessage,
};

/** @param folders of the channels that write files */
export function openMailbox(...folders: string[]): Mailbox {
  return {
    list: async limit => Promise.all((await newestFiles(folders, limit)).map(read)),
    read: async id => {
      const places = ID.test(id)
        ? folders.flatMap(folder => Object.keys(READERS).map(end => join(folder, id + end)))
        : [];
      const found = await Promise.all(places.map(path => read(path).catch(() => undefined)));
      return found.find(mail => mail !== undefined);
    },
  };
}

async function newestFiles(folders: readonly string[], limit: number): Promise<string[]> {
  const files = await Promise.all(folders.map(filesIn));
  const dated = await Promise.all(files.flat().map(async path => ({ path, at: (await stat(path)).mtimeMs })));
  const newest = dated.sort((a, b) => b.at - a.at).slice(0, limit);
  return newest.map(({ path }) => path);
}

async function filesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter(name => Object.hasOwn(READERS, extname(name)));
  return names.map(name => join(folder, name));
}

function read(path: string): Promise<Mail> {
  const end = extname(path);
  return READERS[end]!(basename(path, end), path);
}

async function textMessage(id: string, path: string): Promise<Mail> {
  const { to, text, segments } = JSON.parse(await readFile(path, 'utf8')) as Pick<Mail, 'to' | 'text' | 'segments'>;
  return { id, to, text, at: (await stat(path)).mtimeMs, ...defined({ segments }) };
}

async function email(id: string, bytes: Buffer): Promise<Mail> {
  const { subject = '', text = '', html, date = '', to, attachments } = await PostalMime.parse(bytes);
  const address = to?.[0]?.address ?? '';
  const shown = attachments.reduce<string | undefined>(withPicture, html);
  return { id, to: address, subject, at: Date.parse(date), text, ...defined({ html: shown }) };
}

/** The document with a picture of its e-mail in place, as a mail program shows it. https://www.rfc-editor.org/rfc/rfc2392 */
function withPicture(html: string | undefined, { contentId = '', mimeType, content }: Attachment): string | undefined {
  if (contentId === '' || typeof content === 'string') return html;
  const address = `data:${mimeType};base64,${Buffer.from(content as Uint8Array).toString('base64')}`;
  return html?.replaceAll(`cid:${contentId.replace(/^<|>$/g, '')}`, address);
}
