/** E-mail without a mail server: every message becomes an .eml file (RFC 5322) in a folder. The embedded default. */
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Channel, Message } from './channel.js';
import { mailOf } from './email.js';

export interface Mail {
  /** File name in the folder. */
  file: string;
  subject: string;
  to: string;
  /** As in the header Date. */
  date: string;
}

export function createEmlFolder({ folder, from }: { folder: string; from: string }): Channel {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const write = async (message: Message): Promise<void> => {
    const { message: bytes } = await transport.sendMail(mailOf(message, from));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${message.id}.eml`);
    await writeFile(`${file}.part`, bytes, { mode: 0o600 });
    await rename(`${file}.part`, file);
  };
  return {
    name: 'email',
    addressOf: ({ email }) => email,
    send: message =>
      write(message).then(
        () => ({ kind: 'sent' as const }),
        () => ({ kind: 'retry' as const, reason: 'folder' }),
      ),
    close: () => Promise.resolve(),
  };
}

/** The e-mails in the folder, newest first. */
export async function listMail(folder: string, limit: number): Promise<Mail[]> {
  const files = (await readdir(folder).catch(() => [])).filter(file => file.endsWith('.eml'));
  const dated = await Promise.all(files.map(async file => ({ file, at: (await stat(join(folder, file))).mtimeMs })));
  const newest = dated.sort((a, b) => b.at - a.at).slice(0, limit);
  return Promise.all(newest.map(async ({ file }) => headersOf(file, await readFile(join(folder, file), 'utf8'))));
}

function headersOf(file: string, text: string): Mail {
  const head = text.slice(0, text.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  const header = (name: string): string => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
  return { file, subject: decodeWords(header('Subject')), to: header('To'), date: header('Date') };
}

/** Encoded words (RFC 2047) as nodemailer writes them: UTF-8, Q or B. Words with only a space between them join. */
function decodeWords(text: string): string {
  const joined = text.replace(/\?=\s+=\?/g, '?==?');
  return joined.replace(/(?:=\?utf-8\?[qb]\?[^?]*\?=)+/gi, words => {
    const parts = [...words.matchAll(/=\?utf-8\?([qb])\?([^?]*)\?=/gi)];
    return Buffer.concat(
      parts.map(([, form = '', word = '']) => (/b/i.test(form) ? Buffer.from(word, 'base64') : fromQ(word))),
    ).toString();
  });
}

const fromQ = (word: string): Buffer =>
  Buffer.from(
    word.replace(/_/g, ' ').replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
