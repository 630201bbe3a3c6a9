/** The mark of a work item that was escalated: when (extension `escalated`). */
import type { Extension, Task } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';

/** Name of the extension, and of the search parameter. */
export const ESCALATED = 'escalated';

type Marked = Pick<Task, 'extension'>;

/** When it was escalated, a dateTime. */
export const escalationOf = ({ extension = [] }: Marked, own: OwnCanonicals): string | undefined =>
  extension.find(({ url }) => url === own.structure(ESCALATED))?.valueDateTime;

/** The extensions of an item whose clock starts anew: with another due time it can be escalated again. */
export const withoutEscalation = ({ extension = [] }: Marked, own: OwnCanonicals): Extension[] =>
  extension.filter(({ url }) => url !== own.structure(ESCALATED));
