/** Read marks: the extension `read` on a Communication, one a reader. */
import type { Communication, Extension } from 'fhir/r4.js';
import { instant } from '../fhir/instant.js';
import { READ } from './codes.js';

const readerOf = ({ url, extension }: Extension): string | undefined =>
  url === READ ? extension?.find(part => part.url === 'who')?.valueReference?.reference : undefined;

/** The message with this reader's mark; the very same object where it has one already. */
export function markRead(message: Communication, who: string, now: number): Communication {
  const { extension = [] } = message;
  if (extension.some(one => readerOf(one) === who)) return message;
  const mark = {
    url: READ,
    extension: [
      { url: 'who', valueReference: { reference: who } },
      { url: 'at', valueInstant: instant(now) },
    ],
  };
  return { ...message, extension: [...extension, mark] };
}

/** The message without marks: a new one has been read by nobody. */
export function withoutMarks(message: Communication): Communication {
  const { extension = [], ...rest } = message;
  const kept = extension.filter(({ url }) => url !== READ);
  return kept.length === 0 ? rest : { ...rest, extension: kept };
}
