/**
 * Date search on intervals: each date stands for all the time its precision leaves open; without a zone it is UTC. A
 * stored instant is a point, and so is a stored dateTime with milliseconds. https://hl7.org/fhir/R4/search.html#date
 */
import { isObject, type Json, type JsonObject } from '../../fhir/resource.js';
import { badValue } from '../limits.js';
import { CEILING, FLOOR, type RangeTest } from '../query.js';
import { before } from './decimal.js';
import { splitPrefix } from './prefix.js';
import { itemsOf, type ExtractContext, type Interval, type Sink, type Term, type ValueType } from './type.js';

/** A space may stand where a plus sign was decoded from a URL. */
const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,40}))?)?(Z|[+ -]\d\d:\d\d)?)?)?)?$/;

function offset(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours * 60 + minutes > 14 * 60 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Fields beyond their end carry over, as in month 12 of a year. */
function utc(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.setUTCHours(hour, minute, second);
}

/** Whether there is such a day; a missing part is the first. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(utc(year, month - 1, day, 0, 0, 0));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** A date as it is read: when it begins, when its precision ends, and the digits of its fraction of a second. */
interface Read {
  start: number;
  next: number;
  digits: number;
}

function read(text: string): Read | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [, year, month = '1', day = '1', hour = '0', minute = '0', second = '0', fraction, zone] = match;
  const shift = offset(zone);
  if (shift === undefined || !isDay(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const fields = [year, Number(month) - 1, day, hour, minute, second].map(Number) as Parameters<typeof utc>;
  const start = utc(...fields) - shift;
  if (fraction !== undefined) {
    const at = (units: bigint): number => start + Number(`${units}e${3 - fraction.length}`);
    return { start: at(BigInt(fraction)), next: at(BigInt(fraction) + 1n), digits: fraction.length };
  }
  // It lasts until the next of the smallest part given.
  const given = match.slice(1, 7).filter(Boolean).length;
  fields[given - 1]!++;
  return { start, next: utc(...fields) - shift, digits: 0 };
}

/** From the first moment to the last before the next; digits beyond what a number holds leave a point. */
const lasting = ({ start, next }: Read): Interval => ({ lo: start, hi: Math.max(start, before(next)) });

/**
 * The time a FHIR date, dateTime or instant stands for by its precision, in milliseconds since the epoch with a
 * fraction; undefined if it is none.
 */
export function dateInterval(text: string): Interval | undefined {
  const found = read(text);
  return found && lasting(found);
}

/** The time of a stored value. What is as precise as the clock here (milliseconds) is a point. */
function storedInterval(text: string, isInstant = false): Interval | undefined {
  const found = read(text);
  if (!found) return undefined;
  return isInstant || found.digits >= 3 ? { lo: found.start, hi: found.start } : lasting(found);
}

function periodInterval({ start, end }: JsonObject): Interval | undefined {
  const from = typeof start === 'string' ? storedInterval(start) : undefined;
  const to = typeof end === 'string' ? storedInterval(end) : undefined;
  return from || to ? { lo: from?.lo ?? FLOOR, hi: to?.hi ?? CEILING } : undefined;
}

/** The outer limits of a Timing; undefined if it has none. */
function timingInterval({ event, repeat }: JsonObject): Interval | undefined {
  const bounds = isObject(repeat) && isObject(repeat['boundsPeriod']) ? [repeat['boundsPeriod']] : [];
  const all = [...itemsOf(event), ...bounds].map(intervalOf).filter(one => one !== undefined);
  if (all.length === 0) return undefined;
  return { lo: Math.min(...all.map(one => one.lo)), hi: Math.max(...all.map(one => one.hi)) };
}

/** The interval of a stored date, Period or Timing. */
export function intervalOf(value: Json): Interval | undefined {
  if (typeof value === 'string') return storedInterval(value);
  if (!isObject(value)) return undefined;
  return value['event'] !== undefined || value['repeat'] !== undefined ? timingInterval(value) : periodInterval(value);
}

function extract(value: Json, sink: Sink, { instants }: ExtractContext): void {
  const isInstant = typeof value === 'string' && instants?.has(value) === true;
  const interval = isInstant ? storedInterval(value, true) : intervalOf(value);
  if (interval) sink.range('', interval.lo, interval.hi);
}

/** The test a search value such as `ge2024-03` stands for. Faults: `invalid`. */
export function dateTest(name: string, value: string, now: number): RangeTest {
  const { op, rest } = splitPrefix(value);
  const interval = dateInterval(rest);
  if (!interval) throw badValue(name, 'the value is no date of the form yyyy-mm-ddThh:mm:ss±hh:mm, or a shorter one.');
  const { lo, hi } = interval;
  if (op !== 'ap') return { op, lo, hi };
  const margin = Math.round(Math.abs(now - (lo + hi) / 2) / 10);
  return { op, lo: lo - margin, hi: hi + margin };
}

export const date: ValueType = {
  modifiers: [],
  dataTypes: ['dateTime', 'date', 'Period', 'instant', 'Timing'],
  extract,
  terms: (value, _modifier, { name, now }): Term[] => [{ kind: 'range', suffix: '', test: dateTest(name, value, now) }],
};
