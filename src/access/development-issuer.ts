/**
 * The development issuer of demo mode: signs access tokens (https://www.rfc-editor.org/rfc/rfc9068) for the demo clients
 * with the key in the data folder. Never part of a server outside demo mode.
 */
import jsonwebtoken from 'jsonwebtoken';
import { ID } from '../fhir/reference.js';
import type { Client, Clients } from './clients.js';
import { fixedClients } from './clients.js';
import { demoClients } from './demo-clients.js';
import type { TrustedIssuer } from './jwt.js';
import type { SigningKey } from './signing-key.js';
import { fixedKeys } from './verification-keys.js';

/** Independent of the server's address: servers with the same key are one issuer. */
const ISSUER = 'urn:portico:development';
const AUDIENCE = 'urn:portico';

/** Seconds that its tokens hold. */
export const LIFETIME = 12 * 3600;

export const developmentClients: Clients = fixedClients(ISSUER, demoClients);

/** What the server trusts in demo mode. */
export const developmentTrust = ({ publicJwk }: SigningKey): TrustedIssuer => ({
  issuer: ISSUER,
  audiences: [AUDIENCE],
  keys: fixedKeys({ keys: [publicJwk] }),
});

/**
 * A token of 12 hours for a demo client.
 * @param person whom a user client acts for, `Person/1`; its usual person if left out
 * @param now milliseconds since the epoch
 * @throws Error with one line where there is no such client, or the person is not well-formed
 */
export function developmentToken(key: SigningKey, clientId: string, person: string | undefined, now: number): string {
  const client = demoClients.find(({ id }) => id === clientId);
  if (!client) throw new Error(`There is no client ${clientId}: ${demoClients.map(({ id }) => id).join(', ')}`);
  const fhirUser = userOf(client, person);
  const issued = Math.floor(now / 1000);
  const claims = {
    sub: fhirUser ?? client.id,
    client_id: client.id,
    scope: client.scope,
    ...(fhirUser ? { fhirUser } : {}),
  };
  return jsonwebtoken.sign(
    { iss: ISSUER, aud: AUDIENCE, ...claims, iat: issued, nbf: issued, exp: issued + LIFETIME },
    key.privateKey,
    { algorithm: 'ES256', header: { alg: 'ES256', typ: 'at+jwt', kid: key.publicJwk.kid } },
  );
}

function userOf(client: Client, person: string | undefined): string | undefined {
  if (person === undefined) return client.fhirUser;
  if (client.kind === 'system') throw new Error(`${client.id} acts for itself, not for a person`);
  const [type = '', id = '', ...rest] = person.split('/');
  const known = ['Person', 'Patient', 'RelatedPerson', 'Practitioner'].includes(type);
  if (!known || !ID.test(id) || rest.length > 0)
    throw new Error('A person is named as Person/1, Patient/1 or Practitioner/1');
  return person;
}
