/** What a relation lets somebody do for a patient at a moment: its period, its functions, and the age of a child. */
import { boundsOf, type Bounds } from './period.js';
import type { OwnCanonicals } from './own-canonicals.js';
import { parentalEnd, type ParentalRelation } from './parental-end.js';
import { basisOf, functionsNamed } from './proxy-functions.js';

/** The settings of the portal by which the age of a child counts. */
export interface AgeSettings {
  /** Years from which parents no longer act for a child. */
  readonly 'proxy-age': number;
  /** Years from which they do so in fewer functions. */
  readonly 'adolescent-age': number;
  /** The functions that remain then. */
  readonly 'adolescent-function': readonly string[];
}

/** A relation, as far as it decides on access. */
export interface ActingRelation extends ParentalRelation {
  readonly extension?: readonly { readonly url: string; readonly valueCode?: string | undefined }[] | undefined;
}

export interface ProxyStanding {
  /** Of the relation, the majority of a child counted in. */
  readonly bounds: Bounds;
  /** When the age of a child narrows it: milliseconds since the epoch; Infinity where it does not. */
  readonly narrows: number;
  /** At the moment that is asked for; undefined: all. */
  readonly functions: ReadonlySet<string> | undefined;
}

/**
 * @param birthDate of the patient
 * @param now milliseconds since the epoch
 */
export function proxyStanding(
  relation: ActingRelation,
  birthDate: string | undefined,
  own: Pick<OwnCanonicals, 'structure'>,
  ages: AgeSettings,
  now: number,
): ProxyStanding {
  const { from, until } = boundsOf(relation.period);
  const basis = basisOf(relation, own);
  const endOfChildhood = (years: number): number => parentalEnd(relation, birthDate, years, basis);
  const narrows = endOfChildhood(ages['adolescent-age']);
  const named = functionsNamed(relation, own);
  const functions = narrows <= now ? remaining(named, ages) : named;
  return { bounds: { from, until: Math.min(until, endOfChildhood(ages['proxy-age'])) }, narrows, functions };
}

function remaining(named: ReadonlySet<string> | undefined, ages: AgeSettings): ReadonlySet<string> {
  const rest = ages['adolescent-function'];
  return new Set(named ? rest.filter(name => named.has(name)) : rest);
}
