/**
 * Proxies: the RelatedPersons through whom others act for a patient, each with functions (extension `proxy-function`).
 * https://hl7.org/fhir/R4/relatedperson.html
 */
import type { Patient, RelatedPerson } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { parentalEnd } from '../fhir/parental-end.js';
import { boundsOf, holds } from '../fhir/period.js';
import { functionsNamed } from '../fhir/proxy-functions.js';
import type { ProxyFunction } from './proxy-function.js';
import type { Versioned, WorkflowReader } from './step.js';

/** More than any patient has. */
const PROXIES = 200;

/** The moment for which it is asked who acts for whom. */
export interface Acting {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Age in years at which parents no longer act for a child by default. */
  readonly proxyAge: number;
}

/**
 * Whether the relation is active, its period holds, the child of parents is not grown, and it includes the function. A relation that
 * names no function includes all.
 * @param fn undefined: whatever it includes
 * @param birthDate of the patient
 */
export function isActingFor(
  relation: RelatedPerson,
  fn: ProxyFunction | undefined,
  birthDate: string | undefined,
  own: Pick<OwnCanonicals, 'structure'>,
  { now, proxyAge }: Acting,
): boolean {
  const { active, period } = relation;
  if (active === false || !holds(boundsOf(period), now)) return false;
  if (parentalEnd(relation, birthDate, proxyAge) <= now) return false;
  return fn === undefined || (functionsNamed(relation, own)?.has(fn) ?? true);
}

/** The relations through which somebody acts for `Patient/1` in this function now. */
export async function proxiesFor(
  patient: string,
  fn: ProxyFunction,
  reader: Pick<WorkflowReader, 'find' | 'get' | 'own'>,
  at: Acting,
): Promise<Versioned<RelatedPerson>[]> {
  const found = await reader.find<RelatedPerson>('RelatedPerson', [['patient', patient]], PROXIES);
  const birthDate = found.length > 0 ? (await reader.get<Patient>(patient))?.resource.birthDate : undefined;
  return found.filter(({ resource }) => isActingFor(resource, fn, birthDate, reader.own, at));
}
