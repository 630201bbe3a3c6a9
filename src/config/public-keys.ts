/** Sets of public keys that settings hold. https://www.rfc-editor.org/rfc/rfc7517 */
import { createPublicKey } from 'node:crypto';
import { z } from 'zod';

/** The members of private and symmetric keys. https://www.rfc-editor.org/rfc/rfc7518#section-6 */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

const publicKey = z
  .looseObject({ kty: z.enum(['RSA', 'EC', 'OKP']), kid: z.string().optional() })
  .refine(key => !PRIVATE.some(name => Object.hasOwn(key, name)))
  .refine(isReadable)
  .readonly();

function isReadable(key: Readonly<Record<string, unknown>>): boolean {
  try {
    return createPublicKey({ key, format: 'jwk' }).type === 'public';
  } catch {
    return false;
  }
}

export const publicKeys = z.object({ keys: z.array(publicKey).min(1) });
