/**
 * Somebody tries a list of stolen passwords, each once and from many networks: no account and no network sees it, all together
 * do. Each wrong password is a record of its own, which no other one waits for.
 * https://owasp.org/www-community/attacks/Credential_stuffing
 */
import type { World } from '../../fhir/clock.js';
import type { Records } from '../../store/port.js';

export interface Alarm {
  /** A password was wrong, wherever and whosever. */
  wrong(): Promise<void>;
  /** Whether there are so many that a right password proves little in a browser that nobody knows. */
  isOn(): Promise<boolean>;
}

const KIND = 'wrong-password';

/** Milliseconds that a wrong password counts. */
const COUNTS = 10 * 60_000;

/** Wrong passwords in that time that are no attack. */
const USUAL = 100;

export function createAlarm(
  records: Pick<Records, 'find' | 'write'>,
  { clock, ids }: Pick<World, 'clock' | 'ids'>,
): Alarm {
  return {
    async wrong() {
      const expires = clock.now() + COUNTS;
      const document = { kind: KIND, id: ids.next(), value: {}, keys: { of: 'all' }, expires };
      await records.write({ op: 'put', document, expect: 0 });
    },
    async isOn() {
      return (await records.find(KIND, 'of', 'all', clock.now(), USUAL)).length >= USUAL;
    },
  };
}
