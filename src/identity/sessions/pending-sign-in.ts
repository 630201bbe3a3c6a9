/**
 * A sign-in that lacks its second factor: the password was right, and nobody is signed in yet. Its cookie opens the page for the
 * second factor, and nothing else.
 */
import type { World } from '../../fhir/clock.js';
import { newSecret } from '../../fhir/secret.js';
import type { DocumentChange, Records } from '../../store/port.js';
import type { Cookies, WithHeaders } from './cookies.js';
import { hashOfSecret } from './session.js';

export interface PendingSignIn {
  /** `Person/1` */
  readonly account: string;
  readonly amr: readonly string[];
  /** Where a provider vouches for the person: when they proved to it who they are. */
  readonly provedAt?: number;
  /** The password may be a stolen one: no factor is set up with it alone. */
  readonly isDoubtful?: boolean;
  /** The secret of the browser: one-time codes belong to it. */
  readonly browser: string;
}

export interface PendingSignIns {
  /** The change that begins one, the secret of its browser and the Set-Cookie field. */
  begin(who: Omit<PendingSignIn, 'browser'>): { change: DocumentChange; browser: string; cookie: string };
  of(request: WithHeaders): Promise<PendingSignIn | undefined>;
  /** The change that ends it: exactly one of several commits has it. The Set-Cookie field that forgets it. */
  end(browser: string): { change: DocumentChange; cookie: string };
}

const KIND = 'pending-sign-in';
const COOKIE = 'pending';

/** Milliseconds. */
const LASTS = 15 * 60_000;

export function createPendingSignIns({
  records,
  cookies,
  clock,
  random,
}: Pick<World, 'clock' | 'random'> & { records: Pick<Records, 'get'>; cookies: Cookies }): PendingSignIns {
  return {
    begin(who) {
      const browser = newSecret(random);
      const expires = clock.now() + LASTS;
      const document = { kind: KIND, id: hashOfSecret(browser), value: { ...who }, keys: {}, expires };
      return { change: { op: 'put', document, expect: 0 }, browser, cookie: cookies.set(COOKIE, browser) };
    },
    async of(request) {
      const browser = cookies.read(request, COOKIE);
      if (browser === undefined) return undefined;
      const document = await records.get(KIND, hashOfSecret(browser), clock.now());
      return document && { ...(document.value as unknown as Omit<PendingSignIn, 'browser'>), browser };
    },
    end: browser => ({
      change: { op: 'delete', kind: KIND, id: hashOfSecret(browser), expect: 1 },
      cookie: cookies.clear(COOKIE),
    }),
  };
}
