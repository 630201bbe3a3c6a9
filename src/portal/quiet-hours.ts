/** Hours of the day in which a person gets no notices. Local times follow the rules of the zone, summer time too. */
import { instantOf, wallClock } from '../fhir/time-zone.js';

export interface QuietHours {
  /** Minutes after midnight. Where the end is before the start, the hours go over midnight. */
  readonly start: number;
  readonly end: number;
  /** IANA name; absent: that of the portal. */
  readonly timeZone?: string;
}

const MINUTE = 60_000;
const DAY = 24 * 60;

/** Minutes after midnight of a FHIR time: `22:00:00`. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Whether it is the name of a time zone. https://www.iana.org/time-zones */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * The instant at which the quiet hours end that hold now; undefined where none do.
 * @param now milliseconds since the epoch
 * @param portalZone IANA name
 */
export function endOfQuiet(hours: QuietHours | undefined, now: number, portalZone: string): number | undefined {
  if (!hours) return undefined;
  const zone = hours.timeZone ?? portalZone;
  const local = wallClock(now, zone);
  const minute = Math.floor(local / MINUTE) % DAY;
  if (!isWithin(minute, hours)) return undefined;
  const midnight = local - (local % (DAY * MINUTE));
  const ends = midnight + (hours.end + (hours.end > minute ? 0 : DAY)) * MINUTE;
  // A local time that a change of the clock leaves out is the instant of the change, or shortly after it.
  return Math.max(now + 1, instantOf(ends, zone));
}

const isWithin = (minute: number, { start, end }: QuietHours): boolean =>
  start < end ? minute >= start && minute < end : minute >= start || minute < end;
