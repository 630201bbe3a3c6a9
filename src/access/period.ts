/** A FHIR Period against the clock, in UTC. https://hl7.org/fhir/R4/datatypes.html#Period */
import type { Json } from '../fhir/resource.js';

export interface Bounds {
  /** Milliseconds since the epoch; from then on. */
  readonly from: number;
  /** Until before then. */
  readonly until: number;
}

const PARTIAL = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/;

/** When a period holds. An end without a time is the whole of that day, month or year; an unreadable bound never holds. */
export function boundsOf(period: Json | undefined): Bounds {
  const { start, end } = (period ?? {}) as Record<string, Json>;
  return {
    from: start === undefined ? -Infinity : first(start, Infinity),
    until: end === undefined ? Infinity : after(end),
  };
}

export const holds = ({ from, until }: Bounds, now: number): boolean => from <= now && now < until;

function first(text: Json, otherwise: number): number {
  const ms = typeof text === 'string' ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? otherwise : ms;
}

function after(text: Json): number {
  const [, year, month, day] = PARTIAL.exec(typeof text === 'string' ? text : '') ?? [];
  if (year === undefined) return first(text, -Infinity);
  if (month === undefined) return Date.UTC(Number(year) + 1, 0);
  return day === undefined
    ? Date.UTC(Number(year), Number(month))
    : Date.UTC(Number(year), Number(month) - 1, Number(day) + 1);
}
