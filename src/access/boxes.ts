/** Search parameters about the caller's own message box: `unread`, `archived`. */
import { Fault } from '../fhir/fault.js';
import { and, not, or } from '../search/filters.js';
import { baseKey, referenceForm } from '../search/keys.js';
import type { Filter } from '../search/query.js';
import type { Actor } from './actor.js';
import { internalPosting } from './internal-posting.js';

/** The posting of a message in this state of this person. */
export const markPosting = (state: 'read' | 'archived', subject: string): string =>
  internalPosting('Communication', state, subject);

const markedBy = (state: 'read' | 'archived', { subject }: Actor): Filter => ({
  kind: 'posting',
  key: markPosting(state, subject),
});

/** Messages to the caller, to patients whom the caller acts for, and to groups that the caller works in. */
function received({ identities, patients, organizations }: Actor): Filter {
  const references = [...identities, ...patients.map(id => `Patient/${id}`), ...organizations];
  const key = baseKey('Communication', 'recipient');
  return or([...new Set(references)].map(one => ({ kind: 'posting', key: key + referenceForm(one) })));
}

/**
 * The filter of a parameter about the caller; undefined for any other parameter.
 * Fault `invalid` for a value that is neither `true` nor `false`.
 */
export function boxFilter(actor: Actor, type: string, code: string, value: string): Filter | undefined {
  if (type !== 'Communication' || (code !== 'unread' && code !== 'archived')) return undefined;
  if (value !== 'true' && value !== 'false') {
    throw new Fault('invalid', `The value of '${code}' is true or false.`, { code: 'value' });
  }
  const isSo = value === 'true';
  if (code === 'archived') return isSo ? markedBy('archived', actor) : not(markedBy('archived', actor));
  const read = markedBy('read', actor);
  return and([received(actor), isSo ? not(read) : read]);
}
