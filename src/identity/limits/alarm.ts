/**
 * Somebody tries a list of stolen passwords, each once and from many networks: no account and no network sees it, all together
 * do. Wrong passwords are counted in the store, by windows of time. https://owasp.org/www-community/attacks/Credential_stuffing
 */
import type { Clock } from '../../fhir/clock.js';
import type { Counted, Limiter } from './limiter.js';

export interface Alarm {
  /** A password was wrong, wherever and whosever. */
  wrong(): Promise<void>;
  /** Whether there are so many that a right password proves little in a browser that nobody knows. */
  isOn(): Promise<boolean>;
}

/** Milliseconds. */
const WINDOW = 5 * 60_000;

export function createAlarm(limiter: Pick<Limiter, 'take' | 'isSpent'>, clock: Clock): Alarm {
  const windowAt = (time: number): Counted => ({ limit: 'everybody', of: String(Math.floor(time / WINDOW)) });
  return {
    async wrong() {
      await limiter.take([windowAt(clock.now())]);
    },
    async isOn() {
      const now = clock.now();
      const spent = await Promise.all([now, now - WINDOW].map(time => limiter.isSpent(windowAt(time))));
      return spent.includes(true);
    },
  };
}
