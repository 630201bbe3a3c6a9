/**
 * Bearer token → Actor. https://www.rfc-editor.org/rfc/rfc6750
 * The actor of a token is cached while the subject's epoch is equal: one small read a request.
 */
import type { Clock } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import type { FhirRequest } from '../fhir/request.js';
import { Cache } from '../runtime/cache.js';
import type { Records } from '../store/port.js';
import type { Actor } from './actor.js';
import { buildActor, subjectOf, type People } from './build-actor.js';
import type { Client, Clients } from './clients.js';
import { readEpoch } from './epochs.js';
import { MAX_TOKEN } from './jwt.js';
import { scopesWithin } from './scope-bounds.js';
import { watchedBy } from './tethered.js';
import type { Claims, TokenVerifier } from './token.js';

export interface AuthenticateOptions {
  readonly verify: TokenVerifier;
  readonly clients: Clients;
  readonly people: People;
  readonly records: Pick<Records, 'get'>;
  readonly clock: Clock;
  /** Bases under which an absolute fhirUser is one of ours, without trailing slash. */
  readonly bases: readonly string[];
}

/** @throws Fault `unauthenticated` where there is no token or no good one */
export type Authenticate = (request: Pick<FhirRequest, 'headers' | 'query'>) => Promise<Actor>;

interface CachedActor {
  /** The whole Authorization header. */
  readonly header: string;
  readonly actor: Actor;
  /** Whose epoch it is. */
  readonly watched: string;
  readonly epoch: number;
  readonly until: number;
}

/** Milliseconds after which even an unchanged token is checked again: a withdrawn key binds by then. */
const CACHED = 60_000;
const MAX_CACHED = 10_000;
/**
 * Characters of the cache's key: the end of the header, which is part of the signature. All 500 of a header would have to be
 * hashed for each request; the whole is compared afterwards.
 */
const KEY_LENGTH = 32;
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** The caller of an open route (open.table.ts). */
export const anonymous: Actor = {
  kind: 'anonymous',
  subject: 'anonymous',
  clientId: '',
  registrations: new Set(),
  patients: [],
  identities: [],
  roles: new Set(),
  organizations: [],
  scopes: [],
};

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  /** By the end of the Authorization header. */
  const cached = new Cache<CachedActor>(MAX_CACHED);
  return async request => {
    const header = authorizationOf(request);
    const now = options.clock.now();
    const end = header.slice(-KEY_LENGTH);
    const known = cached.get(end);
    if (known?.header === header) {
      const good = now < known.until && (await readEpoch(options.records, known.watched, now)) === known.epoch;
      if (good) return known.actor;
      cached.delete(end);
    }
    const found = await lookUp(bearerToken(header), now, options);
    if (!found) throw unauthenticated('The access token is not valid.', 'invalid_token');
    cached.set(end, { header, ...found });
    return found.actor;
  };
}

/** The epoch is read first: a change made while the actor is built makes it stale. */
async function lookUp(
  token: string,
  now: number,
  options: AuthenticateOptions,
): Promise<Omit<CachedActor, 'header'> | undefined> {
  const verified = await options.verify(token, now);
  const client = verified && (await options.clients.find(verified.issuer, verified.clientId));
  const claims = client && withinRegistration(verified, client);
  const subject = claims && subjectOf(claims, client, options.bases);
  if (!claims || subject === undefined) return undefined;
  const watched = watchedBy(claims, client, subject);
  const epoch = await readEpoch(options.records, watched, now);
  const built = await buildActor(claims, client, subject, options.people, now);
  const until = Math.min(claims.expires, claims.known ?? Infinity, built?.until ?? 0, now + CACHED);
  return built && { actor: built.actor, watched, epoch, until };
}

/** A registration that was narrowed narrows the tokens that were issued before. */
const withinRegistration = (claims: Claims, { scope }: Client): Claims =>
  scope === undefined ? claims : { ...claims, scope: scopesWithin(claims.scope, scope) };

function authorizationOf({ headers, query }: Pick<FhirRequest, 'headers' | 'query'>): string {
  if (query.some(([name]) => name === 'access_token')) {
    throw unauthenticated('An access token in the address is never accepted; send it as Authorization: Bearer.');
  }
  const header = headers['authorization'];
  if (header === undefined) throw unauthenticated('This needs an access token: Authorization: Bearer …');
  return header;
}

function bearerToken(header: string): string {
  const token = header.length <= MAX_TOKEN + 16 ? BEARER.exec(header)?.[1] : undefined;
  if (token === undefined) throw unauthenticated('The Authorization header is not one bearer token.', 'invalid_token');
  return token;
}

function unauthenticated(message: string, error?: string): Fault {
  const challenge = `Bearer realm="portico"${error === undefined ? '' : `, error="${error}"`}`;
  return new Fault('unauthenticated', message, { headers: { 'www-authenticate': challenge } });
}
