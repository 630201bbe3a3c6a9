/** Birth dates, which may be known to the month or to the year only. https://hl7.org/fhir/R4/datatypes.html#date */
import type { Likeness } from './name.js';

/** `compatible` where one is less precise and the other may be the same day. */
export function birthDateLikeness(a: string | undefined, b: string | undefined): Likeness {
  if (a === undefined || b === undefined) return 'unknown';
  if (a === b) return 'same';
  return a.startsWith(`${b}-`) || b.startsWith(`${a}-`) ? 'compatible' : 'different';
}

/** Whether a person who states this date knows what is on record, at the precision that the record has. */
export const verifiesBirthDate = (stated: string, recorded: string | undefined): boolean =>
  recorded !== undefined && (stated === recorded || stated.startsWith(`${recorded}-`));
