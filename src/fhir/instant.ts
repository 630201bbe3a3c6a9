/** Instants: milliseconds since the epoch ↔ FHIR instant and HTTP date. https://hl7.org/fhir/R4/datatypes.html#instant */

/** `2026-01-02T03:04:05.678Z` */
export const instant = (ms: number): string => new Date(ms).toISOString();

/** `Fri, 02 Jan 2026 03:04:05 GMT`: whole seconds, rounded down. */
export function httpDate(ms: number): string {
  const number = Math.floor(ms / DAY);
  if (number !== day.number) day = { number, text: new Date(ms).toUTCString().slice(0, -'03:04:05 GMT'.length) };
  const second = Math.floor(ms / 1000) - number * 86_400;
  return `${day.text}${two(second / 3600)}:${two((second / 60) % 60)}:${two(second % 60)} GMT`;
}

/** Milliseconds. */
const DAY = 86_400_000;

/** The day that was written last: its text costs the most, and most answers of a moment share it. */
let day = { number: NaN, text: '' };

const two = (number: number): string => String(Math.trunc(number)).padStart(2, '0');

/** Milliseconds, or undefined if the header is no HTTP date. */
export function parseHttpDate(text: string): number | undefined {
  const ms = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,40})?(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))$/;

/** Milliseconds of a FHIR instant, or undefined if it is none. */
export function parseInstant(text: string): number | undefined {
  const match = INSTANT.exec(text);
  if (!match) return undefined;
  const day = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])));
  if (day.getUTCMonth() !== Number(match[2]) - 1) return undefined;
  // JavaScript knows no leap second: it is the second behind the one before.
  const leap = match[5] === '60';
  const ms = Date.parse(leap ? text.replace(/:60(?=[.Z+-])/, ':59') : text);
  if (Number.isNaN(ms)) return undefined;
  return leap ? ms + 1000 : ms;
}
