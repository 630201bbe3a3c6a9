/** E-mail without a mail server: every message becomes an .eml file (RFC 5322) in a folder. The embedded default. */
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Channel, Message } from './channel.js';
import { mailOf } from './email.js';

export function createEmlFolder({ folder, from }: { folder: string; from: string }): Channel {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const write = async (message: Message): Promise<void> => {
    const { message: bytes } = await transport.sendMail(mailOf(message, from));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
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
        () => ({ kind: 'unreachable' as const, reason: 'folder' }),
      ),
    close: () => Promise.resolve(),
  };
}
