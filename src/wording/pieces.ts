/** Small pieces of wording that depend on the reader's language. */

/**
 * The initial of a given name, which tells the readers of a shared mailbox who is meant and nobody else more than that.
 * Empty for an empty name.
 */
export function initialOf(given: string): string {
  const [first] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(given.trim());
  return first === undefined ? '' : `${first.segment.toLocaleUpperCase()}.`;
}

/**
 * A day in words, in the Gregorian calendar: `14 December 2026`. What is no date stays as it is.
 * @param at an instant, or a date
 * @param timeZone IANA name; the day of an instant is that of this place
 */
export function dayIn(language: string, at: string, timeZone: string): string {
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) return at;
  const zone = at.includes('T') ? timeZone : 'UTC';
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: zone, calendar: 'gregory' }).format(instant);
}
