/**
 * Proxies: the RelatedPersons through whom others act for a patient, each with functions (extension `proxy-function`).
 * https://hl7.org/fhir/R4/relatedperson.html
 */
import type { RelatedPerson } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { boundsOf, holds } from '../fhir/period.js';
import { functionsNamed } from '../fhir/proxy-functions.js';
import type { Versioned, WorkflowReader } from './step.js';

/** What a proxy may do for a patient: the codes of the code system `proxy-function`. */
export type ProxyFunction =
  | 'read-record'
  | 'read-results'
  | 'read-documents'
  | 'messages'
  | 'appointments'
  | 'pay'
  | 'consent'
  | 'profile'
  | 'tasks'
  | 'visits';

/** More than any patient has. */
const PROXIES = 200;

/**
 * Whether the relation is active, its period holds, and it includes the function. A relation that names no function includes all.
 * @param now milliseconds since the epoch
 */
export function isActingFor(
  { active, period, extension = [] }: RelatedPerson,
  fn: ProxyFunction,
  own: Pick<OwnCanonicals, 'structure'>,
  now: number,
): boolean {
  if (active === false || !holds(boundsOf(period), now)) return false;
  return functionsNamed({ extension }, own)?.has(fn) ?? true;
}

/**
 * The relations through which somebody acts for `Patient/1` in this function now.
 * @param now milliseconds since the epoch
 */
export async function proxiesFor(
  patient: string,
  fn: ProxyFunction,
  reader: Pick<WorkflowReader, 'find' | 'own'>,
  now: number,
): Promise<Versioned<RelatedPerson>[]> {
  const found = await reader.find<RelatedPerson>('RelatedPerson', [['patient', patient]], PROXIES);
  return found.filter(({ resource }) => isActingFor(resource, fn, reader.own, now));
}
