/**
 * Access by function: what a proxy does not do for a patient, they do not see of the patient either. A relation that names no
 * function includes all.
 */
import type { ProxyFunction } from '../fhir/proxy-basis.table.js';
import { ALL, and, NONE, or } from '../search/filters.js';
import type { Filter } from '../search/query.js';
import type { Actor } from './actor.js';
import { compartmentPathsOf, patientsFilter } from './compartment-paths.js';
import { draftsBy } from './drafts.js';
import { openingFunctions, type OpeningFunctions } from './functions.table.js';
import { internalPosting } from './internal-posting.js';
import { openedBy } from './opening-function.js';

/** Of these types, those that patients have of their own and that have no line: the check at start lists them. */
export const withoutOpeningFunction = (types: readonly string[]): string[] =>
  types.filter(type => Array.isArray(compartmentPathsOf(type)) && !Object.hasOwn(openingFunctions, type));

/** Types that nobody said a word about are for those who do all. */
const openingOf = (type: string): OpeningFunctions =>
  (Object.hasOwn(openingFunctions, type) ? openingFunctions[type] : undefined) ?? 'all';

/** Whether the actor has one of these functions for `Patient/1`, or by the relation `RelatedPerson/2`. */
export function hasFunction({ reach }: Pick<Actor, 'reach'>, reference: string, names: readonly string[]): boolean {
  const functions = reach?.get(reference);
  return functions === undefined || names.some(name => functions.has(name));
}

/** Of the own resources of a patient of a type, those that the actor's functions open. */
export function openedOf(actor: Pick<Actor, 'reach'>, patient: string, type: string): Filter {
  const functions = actor.reach?.get(`Patient/${patient}`);
  const opening = openingOf(type);
  if (functions === undefined || opening === 'each') return ALL;
  if (opening === 'all') return NONE;
  if (!('byContent' in opening)) return opening.some(name => functions.has(name)) ? ALL : NONE;
  const names = opening.byContent.filter(name => functions.has(name));
  if (names.length === opening.byContent.length && opening.others === undefined) return ALL;
  return or(names.map(name => ({ kind: 'posting', key: openedBy(type, name) })));
}

/** What is own to the patients whom the actor reaches, in the functions that the actor has for each. */
export function reachedFilter(actor: Pick<Actor, 'patients' | 'reach' | 'identities'>, type: string): Filter {
  const { patients, reach } = actor;
  if (!reach) return patientsFilter(type, patients);
  const alike = Map.groupBy(patients, id => JSON.stringify(openedOf(actor, id, type)));
  const parts = [...alike.values()].map(ids => and([patientsFilter(type, ids), openedOf(actor, ids[0] ?? '', type)]));
  return or([...parts, relationsOf(actor, type)]);
}

/** What is own to patients for whom the actor has one of these functions, whatever opens it otherwise. */
export const doneFor = (actor: Pick<Actor, 'patients' | 'reach'>, type: string, names: readonly string[]): Filter =>
  patientsFilter(
    type,
    actor.patients.filter(id => hasFunction(actor, `Patient/${id}`, names)),
  );

/** The relations by which the actor acts. */
function relationsOf({ identities }: Pick<Actor, 'identities'>, type: string): Filter {
  const start = 'RelatedPerson/';
  const ids = identities.filter(name => name.startsWith(start)).map(name => name.slice(start.length));
  return type === 'RelatedPerson' && ids.length > 0 ? { kind: 'id', ids } : NONE;
}

const WRITING: readonly ProxyFunction[] = ['messages'];

/** The actor's own drafts, and their files; not those by a relation that no longer includes messages. */
export function draftsOf(actor: Pick<Actor, 'subject' | 'identities' | 'reach'>, type: string): Filter {
  const names = new Set([actor.subject, ...actor.identities]);
  return draftsBy(
    [...names].filter(name => hasFunction(actor, name, WRITING)),
    type,
  );
}

/** Files that belong to a resource of a type. */
export const filesOf = <Type extends string>(type: Type) =>
  ({ kind: 'refers', key: internalPosting('Binary', 'context', ''), type }) as const;

/** Files of messages. */
export const OF_MESSAGE = filesOf('Communication');
