/** The segments that a text takes on its way to a telephone, each of which is paid for. 3GPP TS 23.038, 23.040 */
import { BASIC, EXTENSION } from './gsm-alphabet.table.js';

export interface Segments {
  /** `ucs2` as soon as one character is not in the default alphabet. */
  readonly encoding: 'gsm7' | 'ucs2';
  readonly segments: number;
}

/** Units (septets or UTF-16 code units) of a text of one segment, and of each segment of a longer one. */
const ROOM = { gsm7: { single: 160, part: 153 }, ucs2: { single: 70, part: 67 } };

/** Code points: an alphabet of septets, and pairs of UTF-16, know nothing larger. */
const charactersOf = (text: string): string[] => Array.from(text);

const septets = new Map([
  ...charactersOf(BASIC).map(one => [one, 1] as const),
  ...charactersOf(EXTENSION).map(one => [one, 2] as const),
]);

export function segmentsOf(text: string): Segments {
  const characters = charactersOf(text);
  const encoding = characters.every(one => septets.has(one)) ? 'gsm7' : 'ucs2';
  const units = characters.map(one => (encoding === 'gsm7' ? (septets.get(one) ?? 0) : one.length));
  const { single, part } = ROOM[encoding];
  const whole = units.reduce((sum, one) => sum + one, 0);
  return { encoding, segments: whole <= single ? 1 : parts(units, part) };
}

/** No character is divided between two segments. */
function parts(units: readonly number[], room: number): number {
  let count = 1;
  let used = 0;
  for (const one of units) {
    if (used + one > room) {
      count++;
      used = 0;
    }
    used += one;
  }
  return count;
}
