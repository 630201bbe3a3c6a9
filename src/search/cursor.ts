/**
 * Sealed page links (AES-256-GCM): they carry the query and the position, show neither, cannot be edited, end after a day
 * and belong to one actor. https://hl7.org/fhir/R4/http.html#paging
 */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import type { Clock, Random } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { Cache } from '../runtime/cache.js';

/** Milliseconds. */
const DAY = 24 * 3600_000;
const IV = 12;
const TAG = 16;

/** Cursors kept for those who ask for the same page again, as an inbox does: to seal one costs more than to parse its search. */
const KEPT = 1000;
/** Share of its lifetime in which a kept cursor is given out again. */
const FRESH = 1 / 24;

type Content = Readonly<Record<string, unknown>>;

interface Sealed {
  at: number;
  cursor: string;
}

/**
 * Seals and opens cursors with a 256-bit key that all processes share.
 * @param lifetime milliseconds
 */
export function createCursors(key: KeyObject, world: { clock: Clock; random: Random }, lifetime = DAY) {
  const kept = new Cache<Sealed>(KEPT);
  const seal = (text: string, subject: string): string => {
    const iv = world.random.bytes(IV);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(subject));
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  };
  return {
    seal(content: Content, subject: string): string {
      const at = world.clock.now();
      const text = JSON.stringify(content);
      const name = JSON.stringify([subject, text]);
      const known = kept.get(name);
      if (known && at >= known.at && at - known.at < lifetime * FRESH) return known.cursor;
      const cursor = seal(`{"at":${at},"content":${text}}`, subject);
      kept.set(name, { at, cursor });
      return cursor;
    },
    open(cursor: string, subject: string): Content {
      const { at, content } = unseal(key, cursor, subject);
      if (world.clock.now() - at > lifetime)
        throw new Fault('gone', 'This page link has expired.', { code: 'expired' });
      return content;
    },
  };
}

function unseal(key: KeyObject, cursor: string, subject: string): { at: number; content: Content } {
  const bytes = Buffer.from(cursor, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV), { authTagLength: TAG });
    decipher.setAAD(Buffer.from(subject)).setAuthTag(bytes.subarray(bytes.length - TAG));
    const text = decipher.update(bytes.subarray(IV, bytes.length - TAG), undefined, 'utf8') + decipher.final('utf8');
    return JSON.parse(text) as { at: number; content: Content };
  } catch {
    throw new Fault('not-found', 'There is no such page.');
  }
}
