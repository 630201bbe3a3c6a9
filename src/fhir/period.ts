/** Dates of any precision as ranges of time, and Periods against the clock, in UTC. https://hl7.org/fhir/R4/datatypes.html#Period */
import type { Json } from './resource.js';

export interface Bounds {
  /** Milliseconds since the epoch; from then on. */
  readonly from: number;
  /** Until before then. */
  readonly until: number;
}

const PARTIAL = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/;

/** First and last millisecond that a date, dateTime or instant may mean, local times read as UTC; NaN where it is none. */
export function rangeOf(text: string): [low: number, high: number] {
  const partial = PARTIAL.exec(text);
  if (!partial) {
    // JavaScript passes over what is below a millisecond.
    const below = Number(`0.${/\.\d{3}(\d+)/.exec(text)?.[1] ?? '0'}`);
    const at = Date.parse(text.replace(/:60/, ':59')) + below;
    return [at, at];
  }
  const year = Number(partial[1]);
  const [month, day] = [numberOf(partial[2]), numberOf(partial[3])];
  return [Date.UTC(year, (month ?? 1) - 1, day ?? 1), afterPartial(year, month, day) - 1];
}

const numberOf = (digits: string | undefined): number | undefined =>
  digits === undefined ? undefined : Number(digits);

function afterPartial(year: number, month: number | undefined, day: number | undefined): number {
  if (month === undefined) return Date.UTC(year + 1, 0);
  return day === undefined ? Date.UTC(year, month) : Date.UTC(year, month - 1, day + 1);
}

/** False only where the first is surely later than the second. */
export const notAfter = (first: string, second: string): boolean => rangeOf(first)[0] <= rangeOf(second)[1];

/** When a period holds. An end without a time is the whole of that day, month or year; an unreadable bound never holds. */
export function boundsOf(period: object | Json | undefined): Bounds {
  const { start, end } = (period ?? {}) as Record<string, Json>;
  const [first] = range(start);
  const [, last] = range(end);
  return {
    from: start === undefined ? -Infinity : orElse(first, Infinity),
    until: end === undefined ? Infinity : orElse(last + (PARTIAL.test(String(end)) ? 1 : 0), -Infinity),
  };
}

/** Whether these bounds include this instant, in milliseconds since the epoch. */
export const holds = ({ from, until }: Bounds, now: number): boolean => from <= now && now < until;

const range = (text: Json | undefined): [number, number] => (typeof text === 'string' ? rangeOf(text) : [NaN, NaN]);

const orElse = (ms: number, otherwise: number): number => (Number.isNaN(ms) ? otherwise : ms);
