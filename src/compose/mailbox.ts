/** The e-mails that demo mode keeps, as pages show them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { listMail } from '../delivery/channels/eml-folder.js';
import type { Mailbox } from '../http/pages/mailbox.js';

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
      return { id, to: address, subject, at: Date.parse(date), text, ...(html === undefined ? {} : { html }) };
    },
  };
}
