/** Clients that tests register, as the operator of a server does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { randomUUID } from 'node:crypto';
import type { TestServer } from '../fixtures/server.js';
import type { LaunchOptions } from './launch.js';

export interface Registered {
  status: number;
  body: Record<string, unknown>;
}

type Registrar = Pick<TestServer, 'url' | 'token'>;

/** @param token of whoever registers; '' for nobody's */
export async function register(server: Registrar, metadata: object, token?: string): Promise<Registered> {
  return manage(server, 'POST', '', metadata, token);
}

export async function manage(
  server: Registrar,
  method: string,
  path: string,
  body?: object,
  token: string = server.token('demo-system'),
): Promise<Registered> {
  const answer = await fetch(`${server.url}/oauth/register${path}`, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? (JSON.parse(text) as Registered['body']) : {} };
}

export const app = (change: object = {}): object => ({
  client_name: 'An app',
  integration: 'acme',
  redirect_uris: ['https://app.example.org/back'],
  token_endpoint_auth_method: 'none',
  scope: 'openid fhirUser offline_access launch launch/patient patient/*.rs user/*.rs',
  ...change,
});

export const system = (change: object = {}): object => ({
  kind: 'trusted-system',
  client_name: 'A system',
  integration: 'ehr',
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'system/Patient.rs system/Observation.rs',
  ...change,
});

export interface KeyPair {
  alg: 'RS384' | 'ES384';
  privateKey: CryptoKey;
  publicJwk: JWK;
}

export async function keyPair(alg: KeyPair['alg'], kid = 'k1'): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

export interface AssertionChange {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  /** Seconds from now. */
  expires?: number;
}

/** A client assertion. https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html */
export async function assertion(
  client: string,
  audience: string,
  { alg, privateKey, publicJwk }: KeyPair,
  { claims = {}, header = {}, expires = 240 }: AssertionChange = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const standard = { iss: client, sub: client, aud: audience, jti: randomUUID(), exp: now + expires, iat: now };
  return new SignJWT({ ...standard, ...claims })
    .setProtectedHeader({ alg, kid: publicJwk.kid ?? '', typ: 'JWT', ...header })
    .sign(privateKey);
}

export const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export const basic = (client: string, secret: unknown): NonNullable<LaunchOptions['authenticate']> => {
  const credentials = Buffer.from(`${client}:${String(secret)}`).toString('base64');
  return () => ({ fields: { client_id: '' }, headers: { authorization: `Basic ${credentials}` } });
};

/** Publishes a set of keys on this machine while `use` runs. */
export async function publishing<T>(
  answer: () => { status?: number; body: string },
  use: (address: string) => Promise<T>,
): Promise<T> {
  const server = createServer((_request, response) => {
    const { status = 200, body } = answer();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
