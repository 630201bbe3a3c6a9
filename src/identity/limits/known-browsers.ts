/**
 * Browsers in which an account was signed in to before. Wrong tries of strangers do not make them wait, and no alarm asks them for
 * more. It opens nothing. https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../fhir/clock.js';
import type { Records } from '../../store/port.js';
import type { WithHeaders } from '../sessions/cookies.js';

export interface KnownBrowsers {
  /** Whether the account of this user name, as it is compared, was signed in to in this browser. */
  knows(request: WithHeaders, userName: string): Promise<boolean>;
  remember(request: WithHeaders, userName: string): Promise<void>;
}

const KIND = 'known-browser';

/** Milliseconds after the last sign-in. */
const REMEMBERED = 180 * 24 * 3600_000;

/** @param browserOf the secret of a browser */
export function createKnownBrowsers(
  records: Pick<Records, 'get' | 'write'>,
  clock: Clock,
  browserOf: (request: WithHeaders) => string | undefined,
): KnownBrowsers {
  const idOf = (request: WithHeaders, userName: string): string | undefined => {
    const browser = browserOf(request);
    return (
      browser &&
      createHash('sha256')
        .update(JSON.stringify([browser, userName]))
        .digest('base64url')
    );
  };
  return {
    async knows(request, userName) {
      const id = idOf(request, userName);
      return id !== undefined && (await records.get(KIND, id, clock.now())) !== undefined;
    },
    async remember(request, userName) {
      const id = idOf(request, userName);
      if (id === undefined) return;
      const document = { kind: KIND, id, value: {}, keys: {}, expires: clock.now() + REMEMBERED };
      await records.write({ op: 'put', document });
    },
  };
}

/** Whose tries are counted where the browser is known: those of strangers are counted for the user name alone. */
export const knownTries = (userName: string): string => `${userName} known`;
