/**
 * Access by function: what a proxy does not do for a patient, they do not see of the patient either. A relation that names no
 * function includes all.
 */
import type { Actor } from './actor.js';
import type { Filter } from '../search/query.js';
import { ALL, and, not, or } from '../search/filters.js';
import { patientsFilter } from './compartment-paths.js';
import { draftsBy } from './drafts.js';
import { internalPosting } from './internal-posting.js';

/** By type, the function that its resources belong to; all others need none. */
const NEEDED: Readonly<Record<string, string>> = { Communication: 'messages' };

/** Whether the actor has a function for `Patient/1`, or by the relation `RelatedPerson/2`. */
const has = ({ functions }: Pick<Actor, 'functions'>, reference: string, name: string): boolean =>
  functions?.get(reference)?.has(name) ?? true;

/** Ids of the patients whose resources of a type the actor reaches. */
export function patientsReached(actor: Pick<Actor, 'patients' | 'functions'>, type: string): readonly string[] {
  const needed = NEEDED[type];
  return needed === undefined ? actor.patients : actor.patients.filter(id => has(actor, `Patient/${id}`, needed));
}

/** The actor's own drafts, and their files; not those by a relation that no longer includes messages. */
export function draftsOf(actor: Pick<Actor, 'subject' | 'identities' | 'functions'>, type: string): Filter {
  const names = new Set([actor.subject, ...actor.identities]);
  return draftsBy(
    [...names].filter(name => has(actor, name, 'messages')),
    type,
  );
}

/** Files that belong to a resource of a type. */
export const filesOf = <Type extends string>(type: Type) =>
  ({ kind: 'refers', key: internalPosting('Binary', 'context', ''), type }) as const;

/** Files of messages. */
export const OF_MESSAGE = filesOf('Communication');

/** What is own to the patients whom the actor reaches, in the functions that the actor has for each. */
export function reachedFilter(actor: Pick<Actor, 'patients' | 'functions'>, type: string): Filter {
  const whole = patientsFilter(type, patientsReached(actor, type));
  if (type !== 'Binary') return whole;
  const readers = patientsReached(actor, 'Communication');
  if (readers.length === actor.patients.length) return whole;
  const others = actor.patients.filter(id => !readers.includes(id));
  const free = not({ ...OF_MESSAGE, where: ALL });
  return or([patientsFilter(type, readers), and([patientsFilter(type, others), free])]);
}
