/** Ages at the precision of the birth date. https://hl7.org/fhir/R4/datatypes.html#date */
import { rangeOf } from './period.js';

/**
 * The first millisecond, in UTC, of the day from which a person is surely this old: one of whom the year or the month alone is
 * known counts as born on its last day.
 * @param birthDate `YYYY`, `YYYY-MM` or `YYYY-MM-DD`
 * @param years of age
 */
export function comesOfAge(birthDate: string, years: number): number {
  const [, latest] = rangeOf(birthDate);
  const born = new Date(latest);
  return Date.UTC(born.getUTCFullYear() + years, born.getUTCMonth(), born.getUTCDate());
}
