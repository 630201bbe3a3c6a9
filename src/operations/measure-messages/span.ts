/** The span of time that is counted: from its start to before its end. A date begins at midnight of the portal's time zone. */
import { Fault } from '../../fhir/fault.js';
import { parseInstant } from '../../fhir/instant.js';
import { instantOf } from '../../fhir/time-zone.js';
import { wrongParameter } from '../../portal/person-parameters.js';

export interface Span {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

/** Faults: `invalid` for an end that is not after the start. @param zone IANA name */
export function spanOf({ start, end }: { start: string; end: string }, zone: string): Span {
  const [since, until] = [beginningOf(start, 'start', zone), beginningOf(end, 'end', zone)];
  if (until > since) return { since, until };
  throw new Fault('invalid', 'The parameter end must be after the parameter start.', {
    code: 'value',
    expression: "Parameters.parameter.where(name='end')",
  });
}

function beginningOf(value: string, name: string, zone: string): number {
  if (!value.includes('T')) return instantOf(Date.parse(`${value}-01-01`.slice(0, 10)), zone);
  const instant = parseInstant(value);
  if (instant === undefined) throw wrongParameter(name, 'a date, or an instant with its offset');
  return instant;
}
