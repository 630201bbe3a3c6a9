/**
 * The keys that sign id_tokens (RS256), in the store: all processes share them. The first signs; those after it were in use
 * before, and are published until nothing that they signed is valid any more.
 */
import { generateKeyPair, hash } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'oidc-provider';
import type { Clock } from '../../fhir/clock.js';
import { unlessConflict } from '../../fhir/fault.js';
import type { Document, Records } from '../../store/port.js';

const KIND = 'secret';
const ID = 'signing-keys';
/** Milliseconds that a key is published after another took its place. */
const PUBLISHED_AFTER = 24 * 3600_000;

interface KeptKey {
  readonly jwk: JWK;
  /** When another key took its place: milliseconds since the epoch. */
  readonly replaced?: number;
}

export interface SigningKeys {
  readonly keys: readonly JWK[];
}

const make = promisify(generateKeyPair);

/** The keys now; the process that asks first makes one. */
export async function signingKeys(records: Records, clock: Clock): Promise<SigningKeys> {
  const document = await records.get(KIND, ID, clock.now());
  if (document) return { keys: publishedIn(document, clock).map(({ jwk }) => jwk) };
  await addKey(records, [], 0);
  return signingKeys(records, clock);
}

/** Milliseconds after which a process looks whether there are other keys. */
const LOOKED_AFTER = 60_000;

/** What is made of the keys: once, and anew when they have changed. */
export function followingKeys<T>(
  records: Records,
  clock: Clock,
  make: (keys: SigningKeys['keys']) => Promise<T>,
): () => Promise<T> {
  let known: { made: Promise<T>; kids: string; at: number } | undefined;
  return async () => {
    if (known && clock.now() - known.at < LOOKED_AFTER) return known.made;
    const { keys } = await signingKeys(records, clock);
    const kids = keys.map(({ kid }) => kid).join(' ');
    known = { made: known?.kids === kids ? known.made : make(keys), kids, at: clock.now() };
    return known.made;
  };
}

/** Makes a new key, which signs from now on. */
export async function rotateSigningKeys(records: Records, clock: Clock): Promise<void> {
  const document = await records.get(KIND, ID, clock.now());
  const [first, ...others] = document ? publishedIn(document, clock) : [];
  const before = first ? [{ ...first, replaced: clock.now() }, ...others] : [];
  await addKey(records, before, document?.version ?? 0);
}

/** Of processes that do so at once one succeeds, whose key all take. */
async function addKey(records: Records, before: readonly KeptKey[], version: number): Promise<void> {
  const { privateKey } = await make('rsa', { modulusLength: 2048 });
  const { kty, n, e, ...secret } = privateKey.export({ format: 'jwk' });
  // https://www.rfc-editor.org/rfc/rfc7638
  const kid = hash('sha256', JSON.stringify({ e, kty, n }), 'base64url');
  const jwk = { kty, n, e, ...secret, kid, alg: 'RS256', use: 'sig' };
  const document = { kind: KIND, id: ID, value: { keys: [{ jwk }, ...before] }, keys: {} };
  await records.write({ op: 'put', document, expect: version }).catch(unlessConflict);
}

const publishedIn = ({ value }: Document, clock: Clock): KeptKey[] =>
  (value['keys'] as KeptKey[]).filter(({ replaced = Infinity }) => clock.now() - replaced < PUBLISHED_AFTER);
