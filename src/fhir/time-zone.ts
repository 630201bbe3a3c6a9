/** Local times of time zones. Summer time and its changes follow the zone's rules. https://www.iana.org/time-zones */

/** The local time as if it were one of UTC: milliseconds. @param instant milliseconds since the epoch */
export function wallClock(instant: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn-hc-h23', {
    ...{ timeZone, year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const of = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** The instant of a local time (as `wallClock` gives it), by the offset that the zone has then. */
export function instantOf(local: number, zone: string): number {
  const offset = (instant: number): number => wallClock(instant, zone) - instant;
  const near = local - offset(local);
  return local - offset(near);
}
