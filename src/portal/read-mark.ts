/** Read marks: the extension `read` on a Communication, one for each reader. unread → read */
import type { Communication, Extension } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { instant } from '../fhir/instant.js';
import type { Mover, Moving, Workflow } from './workflow.js';

const personIn = ({ url, extension }: Extension, own: OwnCanonicals): string | undefined =>
  url === own.structure('read') ? extension?.find(part => part.url === 'who')?.valueReference?.reference : undefined;

const isRead = ({ extension = [] }: Communication, { fhirUser }: Mover, own: OwnCanonicals): boolean =>
  fhirUser !== undefined && extension.some(one => personIn(one, own) === fhirUser);

/** Its states are those of the mover: a message is read for one person, and unread for another. */
export const readMarkWorkflow = (own: OwnCanonicals): Workflow<'mark-read', Communication> => ({
  name: 'read mark',
  resource: 'Communication',
  governs: () => true,
  states: {
    unread: { has: (message, by) => !isRead(message, by, own), enter: {} },
    read: { has: (message, by) => isRead(message, by, own), enter: {} },
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
});

/** The message with the mover's mark. */
function markedBy(message: Communication, { by, now, all: { own } }: Moving): Partial<Communication> {
  if (isRead(message, by, own)) return {};
  const mark = {
    url: own.structure('read'),
    extension: [
      { url: 'who', valueReference: { reference: by.fhirUser ?? '' } },
      { url: 'at', valueInstant: instant(now) },
    ],
  };
  return { extension: [...(message.extension ?? []), mark] };
}

/** Extensions that the server alone writes. */
const OWN = ['read', 'delivery'];

/** The message without marks: a new one has been read by nobody, and nobody has been notified of it. */
export function withoutMarks(message: Communication, own: OwnCanonicals): Communication {
  const { extension = [], ...rest } = message;
  const written = new Set(OWN.map(name => own.structure(name)));
  const kept = extension.filter(({ url }) => !written.has(url));
  return kept.length === 0 ? rest : { ...rest, extension: kept };
}
