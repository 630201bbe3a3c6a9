/**
 * Sessions of browsers, in the store: they are the same for every process and outlive each. A session has a new secret at each
 * sign-in, and ends after an idle time, after an absolute time, with the account, or when somebody ends it.
 */
import type { World } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import { wonRace } from '../../fhir/fault.js';
import { newSecret } from '../../fhir/secret.js';
import type { Document, DocumentChange, Records, Store } from '../../store/port.js';
import type { Grants } from '../authorization-server/grants.js';
import { browserName } from './browser-name.js';
import type { Cookies, WithHeaders } from './cookies.js';
import {
  endOf,
  hashOfSecret,
  SESSION,
  sessionRecord,
  valueOf,
  type SessionLimits,
  type SessionValue,
  type SignedIn,
} from './session.js';

export interface SessionParts extends Pick<World, 'clock' | 'random'> {
  readonly records: Pick<Records, 'get' | 'find' | 'write'>;
  readonly store: Pick<Store, 'commit'>;
  readonly cookies: Cookies;
  readonly limits: () => Promise<SessionLimits>;
  /** Who an account is to apps at this moment; undefined where it may not be signed in (any more), or not in this way. */
  readonly fhirUserOf: (account: string, amr: readonly string[]) => Promise<string | undefined>;
  /** The changes that tell the person that a session elsewhere ended for this one. */
  readonly told: (account: string) => Promise<DocumentChange[]>;
  /** What apps were granted in a session loses its access with it. */
  readonly grants: Pick<Grants, 'ending'>;
}

export interface ListedSession extends Pick<SessionValue, 'authTime' | 'seen' | 'browser'> {
  /** Names it to `end`; opens nothing. */
  readonly id: string;
  /** The one that asks. */
  readonly isCurrent: boolean;
}

export interface Sessions {
  /** Who is signed in; looking counts as use. Undefined: nobody, or not any more. */
  current(request: WithHeaders): Promise<SignedIn | undefined>;
  /** The same for what a page does by itself: it is no use of the session, whose idle time goes on. */
  watched(request: WithHeaders): Promise<SignedIn | undefined>;
  /** Whether they are still signed in, by the same session. */
  isSignedIn(who: Pick<SignedIn, 'session'>): Promise<boolean>;
  /**
   * Signs an account in to this browser, in place of who was signed in there. Resolves with the Set-Cookie field.
   * @param changes committed with it; Fault `conflict` where they fail, and nobody is signed in then
   */
  open(
    request: WithHeaders,
    who: Pick<SessionValue, 'account' | 'amr' | 'provedAt'>,
    changes?: readonly DocumentChange[],
  ): Promise<string>;
  /** Ends this browser's session. Resolves with the Set-Cookie field. */
  close(request: WithHeaders): Promise<string>;
  /** The sessions of an account, the one used last first. */
  list(account: string, request: WithHeaders): Promise<readonly ListedSession[]>;
  /** The changes that end one session of the account, or all but those that are excepted. */
  ending(account: string, which?: { readonly only?: string; readonly except?: WithHeaders }): Promise<DocumentChange[]>;
}

const COOKIE = 'session';

/** Sessions of one account at a time; one more ends the one used least recently. */
const MOST = 5;

/** More than an account can have: two sign-ins at a time may exceed the limit for a moment. */
const LISTED = 100;

export function createSessions(parts: SessionParts): Sessions {
  const { clock, random, records, store, cookies, limits, fhirUserOf, grants } = parts;
  const idOf = (request: WithHeaders): string | undefined => {
    const secret = cookies.read(request, COOKIE);
    return secret === undefined ? undefined : hashOfSecret(secret);
  };
  const stored = async (request: WithHeaders): Promise<Document | undefined> => {
    const id = idOf(request);
    return id === undefined ? undefined : records.get(SESSION, id, clock.now());
  };
  const holderOf = async (session: Document): Promise<SignedIn | undefined> => {
    const { account, authTime, amr, provedAt = authTime } = valueOf(session);
    const fhirUser = await fhirUserOf(account, amr);
    return fhirUser === undefined ? undefined : { account, fhirUser, authTime, provedAt, amr, session: session.id };
  };
  const sessionsOf = async (account: string): Promise<Document[]> =>
    (await sessionsFor(account, parts)).sort((a, b) => valueOf(b).seen - valueOf(a).seen);
  return {
    async current(request) {
      const session = await stored(request);
      const who = session && (await holderOf(session));
      return who && (await touched(session, await limits(), parts)) ? who : undefined;
    },
    async watched(request) {
      const session = await stored(request);
      return session && holderOf(session);
    },
    async isSignedIn({ session: id }) {
      const session = await records.get(SESSION, id, clock.now());
      return session !== undefined && (await holderOf(session)) !== undefined;
    },
    async open(request, { account, amr, provedAt }, changes = []) {
      const now = clock.now();
      const secret = newSecret(random);
      const browser = browserName(request.headers['user-agent']);
      const value = { account, amr, authTime: now, seen: now, browser, ...defined({ provedAt }) };
      const before = await stored(request);
      const others = (await sessionsOf(account)).filter(({ id }) => id !== before?.id);
      const surplus = others.slice(MOST - 1);
      const ended = [...(before ? [before] : []), ...surplus].map(endOf).map(unconditional);
      const told = surplus.length > 0 ? await parts.told(account) : [];
      const session = sessionRecord(hashOfSecret(secret), value, await limits(), 0);
      await store.commit({ documents: [...changes, ...ended, ...told, session] });
      return cookies.set(COOKIE, secret);
    },
    async close(request) {
      const session = await stored(request);
      if (session) {
        const granted = await grants.ending(valueOf(session).account, { session: session.id });
        await store.commit({ documents: [unconditional(endOf(session)), ...granted] });
      }
      return cookies.clear(COOKIE);
    },
    async list(account, request) {
      const own = idOf(request);
      return (await sessionsOf(account)).map(session => {
        const { authTime, seen, browser } = valueOf(session);
        return { id: session.id, isCurrent: session.id === own, authTime, seen, browser };
      });
    },
    ending(account, { only, except } = {}) {
      const kept = except && idOf(except);
      return endingSessions(account, parts, id => id !== kept && id === (only ?? id));
    },
  };
}

type EndingParts = Pick<SessionParts, 'clock' | 'grants'> & { readonly records: Pick<Records, 'find'> };

const sessionsFor = (
  account: string,
  { records, clock }: Pick<EndingParts, 'records' | 'clock'>,
): Promise<Document[]> => records.find(SESSION, 'account', account, clock.now(), LISTED);

/** The changes that end sessions of an account, and the access of apps with them. @param ends whether this one, by its id */
export async function endingSessions(
  account: string,
  { grants, ...parts }: EndingParts,
  ends: (id: string) => boolean = () => true,
): Promise<DocumentChange[]> {
  const ended = (await sessionsFor(account, parts)).filter(({ id }) => ends(id));
  const granted = await Promise.all(ended.map(({ id }) => grants.ending(account, { session: id })));
  return [...ended.map(endOf).map(unconditional), ...oneEpoch(granted.flat())];
}

/** Changes to one record each: the sessions of an account raise the same epoch. */
const oneEpoch = (changes: readonly DocumentChange[]): DocumentChange[] => [
  ...new Map(changes.map(change => [JSON.stringify(change), change])).values(),
];

/** Use of a session raises its version: that is no reason not to end it. */
const unconditional = ({ expect: _version, ...change }: DocumentChange): DocumentChange => change;

/** Whether the session was there to be used: one that somebody ends at this moment is not made anew. */
async function touched(
  session: Document,
  limits: SessionLimits,
  { records, clock }: Pick<SessionParts, 'records' | 'clock'>,
): Promise<boolean> {
  const value = { ...valueOf(session), seen: clock.now() };
  if (await wonRace(records.write(sessionRecord(session.id, value, limits, session.version)))) return true;
  return (await records.get(SESSION, session.id, clock.now())) !== undefined;
}
