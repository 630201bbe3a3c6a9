/**
 * Proxies: the RelatedPersons through whom others act for a patient, each with functions (extension `proxy-function`).
 * https://hl7.org/fhir/R4/relatedperson.html
 */
import type { Patient, RelatedPerson } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { holds } from '../fhir/period.js';
import type { ProxyFunction } from '../fhir/proxy-basis.table.js';
import { proxyStanding, type AgeSettings } from '../fhir/proxy-standing.js';
import type { Versioned, WorkflowReader } from './step.js';

/** More than any patient has. */
const PROXIES = 200;

/** The moment for which it is asked who acts for whom. */
export interface Acting {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly ages: AgeSettings;
}

/**
 * Whether the relation is active, its period holds, the child of parents is not grown, and it includes the function at this age. A
 * relation that names no function includes all that its basis allows.
 * @param fn undefined: whatever it includes
 * @param birthDate of the patient
 */
export function isActingFor(
  relation: RelatedPerson,
  fn: ProxyFunction | undefined,
  birthDate: string | undefined,
  own: Pick<OwnCanonicals, 'structure'>,
  { now, ages }: Acting,
): boolean {
  const { bounds, functions } = proxyStanding(relation, birthDate, own, ages, now);
  if (relation.active === false || !holds(bounds, now)) return false;
  return fn === undefined || (functions?.has(fn) ?? true);
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
