/** Parameters of terminology operations that this server knows but cannot follow are refused, never passed over. */
import { Fault } from '../fhir/fault.js';
import { parameterPath } from '../fhir/parameters.js';
import { dateInterval } from '../search/types/date.js';

const fault = (name: string, why: string): Fault =>
  new Fault('invalid', `${name}: ${why}`, {
    code: 'not-supported',
    expression: parameterPath(name),
  });

/** Fault `invalid` for a parameter of these that is given. */
export function refuseGiven(given: Readonly<Record<string, unknown>>): void {
  const name = Object.keys(given).find(name => given[name] !== undefined);
  if (name !== undefined) throw fault(name, 'this parameter is not supported.');
}

/** Definitions are known as they are today. Fault `invalid` for a date before. */
export function refusePast(date: string | undefined, now: number): void {
  const interval = date === undefined ? undefined : dateInterval(date);
  if (date === undefined || (interval && interval.hi >= now)) return;
  throw fault('date', 'definitions are known as they are today, and not as they were.');
}

/**
 * Versions of code systems that a caller asks for, as `system|version`. Fault `invalid` where one is used that is known in
 * another version.
 */
export function refuseOtherVersions(
  name: string,
  canonicals: readonly string[] | undefined,
  versionOf: (system: string) => string | undefined,
): void {
  for (const canonical of canonicals ?? []) {
    const bar = canonical.lastIndexOf('|');
    const version = bar < 0 ? undefined : versionOf(canonical.slice(0, bar));
    if (version !== undefined && version !== canonical.slice(bar + 1))
      throw fault(name, 'this server knows that code system in another version.');
  }
}
