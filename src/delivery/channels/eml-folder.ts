/** E-mail without a mail server: every message becomes an .eml file (RFC 5322) in a folder. The embedded default. */
import { createTransport } from 'nodemailer';
import type { Channel, Message } from './channel.js';
import { mailOf } from './email.js';
import { writeOwnFile } from './own-file.js';

export function createEmlFolder({ folder, from }: { folder: string; from: string }): Channel {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const write = async (message: Message): Promise<void> => {
    const { message: bytes } = await transport.sendMail(mailOf(message, from));
    await writeOwnFile(folder, `${message.id}.eml`, bytes);
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
