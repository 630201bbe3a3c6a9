/** The links by which a recipient reports a notice that was not meant for them. */
import type { KeyObject } from 'node:crypto';
import { Fault } from '../fhir/fault.js';
import type { World } from '../fhir/clock.js';
import type { Misdirected, MisdirectedTokens } from '../portal/misdirected.js';
import { createCursors } from '../search/cursor.js';

/** Milliseconds: longer than an invitation is remembered by most people. */
const LIFETIME = 180 * 24 * 3600_000;
/** Sealed with it, so that no page link is taken for a report. */
const PURPOSE = 'misdirected notice';

export function createMisdirectedTokens(secret: KeyObject, world: World): MisdirectedTokens {
  const sealed = createCursors(secret, world, LIFETIME);
  return {
    seal: notice => sealed.seal({ ...notice }, PURPOSE),
    open(token) {
      try {
        return sealed.open(token, PURPOSE) as unknown as Misdirected;
      } catch (error) {
        if (error instanceof Fault) throw new Fault('gone', 'This link cannot be used.', { code: 'expired' });
        throw error;
      }
    },
  };
}
