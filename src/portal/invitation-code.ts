/** Invitation codes: 160 random bits in Crockford's base32 (https://www.crockford.com/base32.html). Only a hash is kept. */
import { createHash } from 'node:crypto';
import type { Random } from '../fhir/clock.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BYTES = 20;

/** 32 characters, in groups of four. */
export function newCode(random: Random): string {
  const bits = BigInt(`0x${Buffer.from(random.bytes(BYTES)).toString('hex')}`);
  const characters = Array.from({ length: (BYTES * 8) / 5 }, (_, i) => ALPHABET[Number((bits >> BigInt(i * 5)) & 31n)]);
  return characters.join('').replace(/(.{4})(?=.)/g, '$1-');
}

/** SHA-256, hexadecimal. Case, separators and the usual misreadings (O for 0, I and L for 1) make no difference. */
export function hashOf(code: string): string {
  const typed = code.slice(0, 200).toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return createHash('sha256').update(`invitation:${typed}`).digest('hex');
}
