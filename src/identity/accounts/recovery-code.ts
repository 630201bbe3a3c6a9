/** Recovery codes take the place of an app that is lost: each is good once, and only hashes are stored. */
import { hashOf, newCode } from '../../portal/invitation-code.js';
import type { Random } from '../../fhir/clock.js';

const COUNT = 8;
/** Groups of four characters: 60 bits. */
const GROUPS = 3;

export const newRecoveryCodes = (random: Random): string[] =>
  Array.from({ length: COUNT }, () => newCode(random).split('-').slice(0, GROUPS).join('-'));

export const hashesOf = (codes: readonly string[]): string[] => codes.map(hashOf);

/** The hashes that are left after this code; undefined where it is none of them. */
export function withoutCode(hashes: readonly string[], code: string): string[] | undefined {
  const hash = hashOf(code);
  return hashes.includes(hash) ? hashes.filter(one => one !== hash) : undefined;
}
