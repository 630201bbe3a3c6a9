/** Read marks: the extension `read` on a Communication, one for each reader. unread → read */
import type { Communication, Extension } from 'fhir/r4.js';
import { instant } from '../fhir/instant.js';
import { READ } from './codes.js';
import type { Mover, Moving, Workflow } from './workflow.js';

const readerOf = ({ url, extension }: Extension): string | undefined =>
  url === READ ? extension?.find(part => part.url === 'who')?.valueReference?.reference : undefined;

const isRead = ({ extension = [] }: Communication, { fhirUser }: Mover): boolean =>
  fhirUser !== undefined && extension.some(one => readerOf(one) === fhirUser);

/** Its states are those of the mover: a message is read for one person, and unread for another. */
export const readMark: Workflow<'mark-read', Communication> = {
  name: 'read mark',
  resource: 'Communication',
  governs: () => true,
  states: {
    unread: { has: (message, by) => !isRead(message, by), enter: {} },
    read: { has: isRead, enter: {} },
  },
  moves: {
    'mark-read': {
      from: ['unread'],
      to: 'read',
      by: ['patient', 'staff'],
      operation: true,
      repeatable: true,
      change: markedBy,
    },
  },
};

/** The message with the mover's mark. */
function markedBy(message: Communication, { by, now }: Moving): Partial<Communication> {
  if (isRead(message, by)) return {};
  const mark = {
    url: READ,
    extension: [
      { url: 'who', valueReference: { reference: by.fhirUser ?? '' } },
      { url: 'at', valueInstant: instant(now) },
    ],
  };
  return { extension: [...(message.extension ?? []), mark] };
}

/** The message without marks: a new one has been read by nobody. */
export function withoutMarks(message: Communication): Communication {
  const { extension = [], ...rest } = message;
  const kept = extension.filter(({ url }) => url !== READ);
  return kept.length === 0 ? rest : { ...rest, extension: kept };
}
