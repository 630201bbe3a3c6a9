/** Search parameters about the caller's own messages: `box`, `unread`, `archived`, `text`. */
import { Fault } from '../fhir/fault.js';
import type { Personal } from '../search/criteria.js';
import { and, not, or } from '../search/filters.js';
import { baseKey, referenceForm } from '../search/keys.js';
import type { Filter, Sort } from '../search/query.js';
import { ownWordsFilter } from '../search/types/own-words.js';
import type { Actor } from './actor.js';
import { anyPosting } from './compartment-paths.js';
import { noDraft } from './drafts.js';
import { draftsOf } from './functions.js';
import { internalPosting } from './internal-posting.js';
import { RETRACTED } from './retracted.js';

const TYPE = 'Communication';

/** The posting of a message in this state of this person. */
const markPosting = (state: 'read' | 'archived', subject: string): string => internalPosting(TYPE, state, subject);

/** All postings of a message in this state of this person. Who wrote it for another sees it as its sender does. */
export const markPostings = (state: 'read' | 'archived' | 'wrote', subject: string): string[] =>
  state === 'wrote' ? ['staff', 'by'].map(kind => internalPosting(TYPE, kind, subject)) : [markPosting(state, subject)];

const markedBy = (state: 'read' | 'archived', { subject }: Actor): Filter => ({
  kind: 'posting',
  key: markPosting(state, subject),
});

/** Messages to the caller, to patients whom the caller acts for, and to groups that the caller works in. */
function received({ identities, patients, organizations }: Actor): Filter {
  const references = [...identities, ...patients.map(id => `Patient/${id}`), ...organizations];
  const key = baseKey(TYPE, 'recipient');
  return or([...new Set(references)].map(one => ({ kind: 'posting', key: key + referenceForm(one) })));
}

const sent = ({ identities }: Actor): Filter => anyPosting(TYPE, 'by', identities);

/** A retracted message lies in no box. */
const KEPT: Filter = not({ kind: 'posting', key: RETRACTED });

/** By the value of `box`: each message is in one box of its reader, and in one of its sender. */
const boxes: Readonly<Record<string, (actor: Actor) => Filter>> = {
  inbox: actor => and([received(actor), noDraft, not(markedBy('archived', actor))]),
  sent: actor => and([sent(actor), KEPT, not(markedBy('archived', actor))]),
  archived: actor => and([markedBy('archived', actor), KEPT]),
  drafts: actor => draftsOf(actor, TYPE),
};

const filters: Readonly<Record<string, (actor: Actor, value: string) => Filter>> = {
  box: (actor, value) => {
    const box = Object.hasOwn(boxes, value) ? boxes[value] : undefined;
    if (!box) throw badBox();
    return box(actor);
  },
  unread: (actor, value) => {
    const read = markedBy('read', actor);
    return and([received(actor), isTrue('unread', value) ? not(read) : read]);
  },
  archived: (actor, value) => {
    const archived = markedBy('archived', actor);
    return isTrue('archived', value) ? archived : not(archived);
  },
  text: (actor, value) => and([own(actor), ownWordsFilter('text', baseKey(TYPE, 'text'), value)]),
};

/** What the caller is a party to, or acts for: a search for words looks at nothing more. A system has nothing of its own. */
function own(actor: Actor): Filter {
  const { patients } = actor;
  const concerned = anyPosting(
    TYPE,
    'own',
    patients.map(id => `Patient/${id}`),
  );
  return or([concerned, sent(actor), received({ ...actor, organizations: [] }), draftsOf(actor, TYPE)]);
}

function isTrue(code: string, value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new Fault('invalid', `The value of '${code}' is true or false.`, { code: 'value' });
}

const badBox = (): Fault =>
  new Fault('invalid', `The value of 'box' is one of ${Object.keys(boxes).join(', ')}.`, { code: 'value' });

/** Unread ones come last ascending, as false comes before true; so do archived ones. */
const sorts: Readonly<Record<string, (actor: Actor, descending: boolean) => Sort>> = {
  unread: ({ subject }, descending) => ({
    by: 'carries',
    key: markPosting('read', subject),
    descending: !descending,
  }),
  archived: ({ subject }, descending) => ({ by: 'carries', key: markPosting('archived', subject), descending }),
};

/** What these parameters come to for a caller. Fault `invalid` for a bad value. */
export function boxesOf(actor: Actor): Personal {
  const known = <Of>(table: Readonly<Record<string, Of>>, type: string, code: string): Of | undefined =>
    type === TYPE && Object.hasOwn(table, code) ? table[code] : undefined;
  return {
    filter: (type, code, value) => known(filters, type, code)?.(actor, value),
    sort: (type, code, descending) => known(sorts, type, code)?.(actor, descending),
  };
}
