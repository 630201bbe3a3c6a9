/** Texts that the store keeps and only the holder of a key reads: AES-256-GCM. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '../fhir/clock.js';

const IV = 12;
const TAG = 16;

/** @param key 32 bytes */
export function seal(plain: string, key: Buffer, random: Random): string {
  const iv = random.bytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64url');
}

/** Throws where it was sealed with another key. */
export function opened(sealed: string, key: Buffer): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
  return decipher.update(bytes.subarray(IV, bytes.length - TAG), undefined, 'utf8') + decipher.final('utf8');
}
