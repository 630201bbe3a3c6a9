/** The age from which people have an account of their own. */
import { comesOfAge } from '../fhir/age.js';
import { Fault } from '../fhir/fault.js';

/**
 * Whether a person may be younger than this.
 * @param birthDate `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; undefined: nothing is known, and nobody is taken for a minor
 * @param years of age
 * @param now milliseconds since the epoch
 */
export const isUnder = (birthDate: string | undefined, years: number, now: number): boolean =>
  birthDate !== undefined && now < comesOfAge(birthDate, years);

/** Fault `unprocessable` for a person who is too young for an account of their own. @param expression of the birth date */
export function refuseMinor(
  birthDate: string | undefined,
  years: number,
  now: number,
  expression = "Parameters.parameter.where(name='birthDate')",
): void {
  if (!isUnder(birthDate, years, now)) return;
  throw new Fault('unprocessable', `Accounts of one's own are for people of ${years} years and over.`, { expression });
}
