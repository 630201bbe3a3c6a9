/** The ES256 key pair that signs the development issuer's tokens: one file in the data folder, shared by all processes. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SigningKey {
  readonly privateKey: KeyObject;
  /** The public half with its `kid` and `alg`, as a key set publishes it. */
  readonly publicJwk: JsonWebKey & { readonly kid: string; readonly alg: 'ES256' };
}

/** Reads the key in this folder, and makes it first where there is none. Processes that start at once agree on one. */
export function loadSigningKey(folder: string): SigningKey {
  const file = join(folder, 'signing-key.pem');
  const privateKey = keyIn(readIfThere(file) ?? create(folder, file), file);
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  return { privateKey, publicJwk: { ...jwk, kid: thumbprint(jwk), alg: 'ES256' } };
}

/** @throws Error that names the file, and nothing of its content */
function keyIn(pem: string, file: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // The error is dropped: it says nothing that helps, and may repeat what it read.
  }
  throw new Error(`${file} holds no private key for ES256; delete it to have another one made`);
}

/** https://www.rfc-editor.org/rfc/rfc7638 */
function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Written whole under a name of its own, then linked into place: the first link wins, and all read what it left. */
function create(folder: string, file: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8');
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
