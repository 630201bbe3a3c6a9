/** Opaque access tokens: random text, found by its hash in a private record. Deleting the record revokes the token. */
import type { Random } from '../fhir/clock.js';
import type { DocumentChange, Records } from '../store/port.js';
import { tokenHash, type Claims, type TokenVerifier } from './token.js';

const KIND = 'token';
/** Lets people and secret scanners recognize these tokens. */
const PREFIX = 'pat_';

/** A new token for these claims, and the record to commit; the token itself is stored nowhere. */
export function issueOpaque(claims: Claims, random: Random): { token: string; change: DocumentChange } {
  const token = PREFIX + Buffer.from(random.bytes(32)).toString('base64url');
  const document = {
    kind: KIND,
    id: tokenHash(token),
    value: { ...claims },
    keys: { subject: claims.subject },
    expires: claims.expires,
  };
  return { token, change: { op: 'put', document, expect: 0 } };
}

/** Looks the token's record up: good while it is there and unexpired. */
export function opaqueVerifier(records: Pick<Records, 'get'>): TokenVerifier {
  return async (token, now) => {
    if (!token.startsWith(PREFIX)) return undefined;
    const document = await records.get(KIND, tokenHash(token), now);
    return document && (document.value as unknown as Claims);
  };
}

/** The change that revokes a token; commit it with the subject's raised epoch (epochs.ts) so that it binds at once. */
export const revokeOpaque = (token: string): DocumentChange => ({ op: 'delete', kind: KIND, id: tokenHash(token) });
