/** A client of the authorization server as its record keeps it. https://www.rfc-editor.org/rfc/rfc7591#section-2 */
import type { Client } from '../../access/clients.js';
import { defined } from '../../fhir/defined.js';
import { clientKinds, isTethered, type ClientKindName } from './client-kinds.table.js';

export const authMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export type AuthMethod = (typeof authMethods)[number];

/** A set of public keys. https://www.rfc-editor.org/rfc/rfc7517 */
export interface KeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

export interface RegisteredClient {
  readonly id: string;
  readonly kind: ClientKindName;
  /** As people are told it. */
  readonly name: string;
  /** The customer's key, the partner's or the app's name: granted before any client of theirs is registered. */
  readonly integration: string;
  /** The most that its tokens hold; scopes, separated by spaces. */
  readonly scope: string;
  readonly authMethod: AuthMethod;
  /** Compared character by character. */
  readonly redirectUris: readonly string[];
  /** Where an EHR opens the app. */
  readonly launchUri?: string;
  readonly secretHash?: string;
  readonly jwks?: KeySet;
  readonly jwksUri?: string;
  /** It is a resource server: it is told about tokens of other clients. */
  readonly introspects?: boolean;
  readonly disabled?: boolean;
}

/** The client as access looks at it. */
export const clientOf = ({ id, kind, integration, scope }: RegisteredClient): Client => {
  const { acts, registration } = clientKinds[kind];
  const customers = registration === 'customer' ? [integration] : undefined;
  return { id, kind: acts, registrations: [registration], integration, scope, ...defined({ customers }) };
};

const offline = /(^| )(offline|online)_access( |$)/;

/** Grants that a client of this kind and scope may use. */
export const grantTypesOf = ({ kind, scope }: Pick<RegisteredClient, 'kind' | 'scope'>): string[] => {
  if (clientKinds[kind].acts === 'system') return ['client_credentials'];
  const people = offline.test(scope) ? ['authorization_code', 'refresh_token'] : ['authorization_code'];
  return isTethered(kind) ? [...people, 'client_credentials'] : people;
};
