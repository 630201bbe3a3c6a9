/** Text messages without a gateway: every one becomes a file in a folder. Demo mode shows them. */
import type { Channel } from './channel.js';
import { segmentsOf } from './sms-segments.js';
import { writeOwnFile } from './own-file.js';

export function createSmsFolder(folder: string): Channel {
  return {
    name: 'sms',
    addressOf: ({ phone }) => phone,
    send: ({ id, to, language, sms: text }) =>
      writeOwnFile(folder, `${id}.json`, JSON.stringify({ id, to, language, text, ...segmentsOf(text) })).then(
        () => ({ kind: 'sent' as const }),
        () => ({ kind: 'unreachable' as const, reason: 'folder' }),
      ),
    close: () => Promise.resolve(),
  };
}
