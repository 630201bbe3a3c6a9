/** Ages at the precision of the birth date. https://hl7.org/fhir/R4/datatypes.html#date */
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';

/**
 * Whether a person may be younger than this: one of whom the year alone is known counts as born on its last day.
 * @param birthDate `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; undefined: nothing is known, and nobody is taken for a minor
 * @param years of age
 * @param now milliseconds since the epoch
 */
export function isUnder(birthDate: string | undefined, years: number, now: number): boolean {
  if (birthDate === undefined) return false;
  const [year = '', month = '12', day = '31'] = birthDate.split('-');
  const today = instant(now).slice(0, 10);
  return `${String(Number(year) + years).padStart(4, '0')}-${month}-${day}` > today;
}

/** Fault `unprocessable` for a person who is too young for an account of their own. */
export function refuseMinor(birthDate: string | undefined, years: number, now: number): void {
  if (!isUnder(birthDate, years, now)) return;
  throw new Fault('unprocessable', `Accounts of one's own are for people of ${years} years and over.`, {
    expression: "Parameters.parameter.where(name='birthDate')",
  });
}
