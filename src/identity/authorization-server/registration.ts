/**
 * Checks what is to be registered. The words are those of https://www.rfc-editor.org/rfc/rfc7591#section-2, and three of our own:
 * `kind`, `integration` and `introspects`.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { parseScope } from '../../access/scope.js';
import { defined } from '../../fhir/defined.js';
import { clientKinds, isClientKind, isTethered, type ClientKindName } from './client-kinds.table.js';
import { authMethods, grantTypesOf, type AuthMethod, type KeySet, type RegisteredClient } from './registered-client.js';
import { fixedScopes } from './scopes.table.js';

export type Metadata = Readonly<Record<string, unknown>>;

/** https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2 */
export type RegistrationError = 'invalid_redirect_uri' | 'invalid_client_metadata';

export class RegistrationFault extends Error {
  readonly error: RegistrationError;

  constructor(message: string, error: RegistrationError = 'invalid_client_metadata') {
    super(message);
    this.error = error;
  }
}

export interface RegistrationRules {
  /** Whether there is a customer of this key. */
  readonly isCustomer: (key: string) => boolean;
  /** Addresses on this machine may be https-less, as those of apps on people's own devices always may. */
  readonly loopback: boolean;
}

/** Members that a client may send, and that are understood. */
const KNOWN = [
  ...['client_name', 'redirect_uris', 'token_endpoint_auth_method', 'token_endpoint_auth_signing_alg', 'grant_types'],
  ...['response_types', 'scope', 'jwks', 'jwks_uri', 'initiate_login_uri', 'software_statement', 'application_type'],
  ...['kind', 'integration', 'introspects', 'client_uri', 'logo_uri', 'contacts', 'tos_uri', 'policy_uri'],
  ...['software_id', 'software_version', 'client_id'],
];
const LONGEST_NAME = 100;
const MOST_ADDRESSES = 20;
const MOST_KEYS = 20;

/** The client that this metadata describes. @throws RegistrationFault */
export function clientFrom(id: string, metadata: Metadata, rules: RegistrationRules): RegisteredClient {
  const unknown = Object.keys(metadata).find(name => !KNOWN.includes(name));
  if (unknown !== undefined) throw new RegistrationFault(`${unknown} is not known here`);
  const kind = metadata['kind'] ?? 'app';
  if (!isClientKind(kind)) throw new RegistrationFault(`kind must be one of ${Object.keys(clientKinds).join(', ')}`);
  const jwks = keysOf(metadata['jwks']);
  const jwksUri = addressOf(metadata['jwks_uri'], 'jwks_uri', rules);
  const authMethod = authMethodOf(
    metadata['token_endpoint_auth_method'],
    kind,
    jwks !== undefined || jwksUri !== undefined,
  );
  const client = {
    id,
    kind,
    name: lineOf(metadata['client_name'], 'client_name'),
    integration: integrationOf(metadata['integration'], kind, rules),
    scope: scopeOf(metadata['scope'], kind),
    authMethod,
    redirectUris: redirectUrisOf(metadata['redirect_uris'], kind),
    ...defined({ jwks, jwksUri, launchUri: addressOf(metadata['initiate_login_uri'], 'initiate_login_uri', rules) }),
    ...(metadata['introspects'] === true ? { introspects: true } : {}),
  };
  if (jwks && jwksUri) throw new RegistrationFault('jwks and jwks_uri exclude each other');
  checkGrants(metadata, client);
  return client;
}

const listOf = (value: unknown, name: string): string[] => {
  const list = value ?? [];
  if (Array.isArray(list) && list.every(one => typeof one === 'string')) return list;
  throw new RegistrationFault(`${name} must be a list of texts`);
};

function lineOf(value: unknown, name: string): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_NAME && !/\p{Cc}/u.test(value))
    return value;
  throw new RegistrationFault(`${name} must be one line of at most ${LONGEST_NAME} characters`);
}

/** Whose client it is: granted before it is registered. */
function integrationOf(value: unknown, kind: ClientKindName, { isCustomer }: RegistrationRules): string {
  if (typeof value !== 'string' || !/^[\w.-]{1,64}$/.test(value)) {
    throw new RegistrationFault('integration must name whose client it is: letters, digits, dots, hyphens');
  }
  if (clientKinds[kind].registration === 'customer' && !isCustomer(value)) {
    throw new RegistrationFault('integration must be the key of a customer');
  }
  return value;
}

/** Scopes of an app are of people, those of a system of systems, those of a tethered client of one patient. */
function scopeOf(value: unknown, kind: ClientKindName): string {
  const words = typeof value === 'string' ? [...new Set(value.split(' ').filter(word => word !== ''))] : [];
  const system = clientKinds[kind].acts === 'system';
  const wrong = words.find(word => {
    const scope = parseScope(word);
    return scope
      ? (scope.context === 'system') !== system || (isTethered(kind) && scope.context !== 'patient')
      : system || !(fixedScopes as readonly string[]).includes(word);
  });
  if (wrong !== undefined) throw new RegistrationFault(`a client of this kind cannot have the scope ${wrong}`);
  if (words.length === 0) throw new RegistrationFault('scope must name one scope at least');
  return words.join(' ');
}

function authMethodOf(value: unknown, kind: ClientKindName, hasKeys: boolean): AuthMethod {
  const method = value ?? (hasKeys ? 'private_key_jwt' : 'client_secret_basic');
  if (!(authMethods as readonly unknown[]).includes(method)) {
    throw new RegistrationFault(`token_endpoint_auth_method must be one of ${authMethods.join(', ')}`);
  }
  if (method === 'none' && (clientKinds[kind].acts === 'system' || isTethered(kind)))
    throw new RegistrationFault('a client of this kind authenticates itself');
  if ((method === 'private_key_jwt') !== hasKeys)
    throw new RegistrationFault('private_key_jwt goes with jwks or jwks_uri');
  return method as AuthMethod;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function addressOf(value: unknown, name: string, { loopback }: RegistrationRules): string | undefined {
  if (value === undefined) return undefined;
  const url = typeof value === 'string' ? URL.parse(value) : null;
  const good = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback && LOOPBACK.test(url.hostname));
  if (good && url.username === '' && url.hash === '') return String(value);
  throw new RegistrationFault(`${name} must be an https address`);
}

function redirectUrisOf(value: unknown, kind: ClientKindName): string[] {
  const uris = listOf(value, 'redirect_uris');
  const wanted = clientKinds[kind].acts === 'user';
  if (uris.length > 0 !== wanted && !isTethered(kind)) {
    throw new RegistrationFault(
      wanted ? 'redirect_uris must name one address at least' : 'a system client has no redirect_uris',
      'invalid_redirect_uri',
    );
  }
  const wrong = uris.find(uri => !isRedirectUri(uri));
  if (wrong !== undefined || uris.length > MOST_ADDRESSES) {
    throw new RegistrationFault(
      'redirect_uris must be https addresses, addresses on the device itself, or of a scheme of the app (com.example.app:/path), whole and without fragment',
      'invalid_redirect_uri',
    );
  }
  return uris;
}

/** https, http on the device that the app runs on, or a scheme that is a name in reverse. https://www.rfc-editor.org/rfc/rfc8252#section-7 */
function isRedirectUri(text: string): boolean {
  const url = URL.parse(text);
  if (!url || /[#*\s\\]/.test(text) || url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'http:') return LOOPBACK.test(url.hostname);
  return url.protocol === 'https:' || /^[a-z][a-z0-9]*(\.[a-z0-9-]+)+:$/.test(url.protocol);
}

/** Bits of an RSA key at least. */
const RSA_BITS = 2048;

function keysOf(value: unknown): KeySet | undefined {
  if (value === undefined) return undefined;
  const { keys } = (value ?? {}) as { keys?: unknown };
  if (Array.isArray(keys) && keys.length > 0 && keys.length <= MOST_KEYS && keys.every(isPublicKey)) return { keys };
  throw new RegistrationFault('jwks must hold public keys (RSA of 2048 bits or EC P-384), and no private one');
}

function isPublicKey(jwk: unknown): jwk is Readonly<Record<string, unknown>> {
  if (typeof jwk !== 'object' || jwk === null || 'd' in jwk || 'k' in jwk) return false;
  try {
    return isStrong(createPublicKey({ key: jwk as Record<string, string>, format: 'jwk' }));
  } catch {
    return false;
  }
}

function isStrong({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS;
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'secp384r1';
}

/** Grants follow from kind and scope; who names others is told. */
function checkGrants(metadata: Metadata, client: Pick<RegisteredClient, 'kind' | 'scope'>): void {
  const possible = grantTypesOf({ ...client, scope: `${client.scope} offline_access` });
  const grants = listOf(metadata['grant_types'], 'grant_types');
  if (!grants.every(grant => possible.includes(grant))) {
    throw new RegistrationFault(`grant_types of this kind are ${possible.join(', ')}`);
  }
  const responses = listOf(metadata['response_types'], 'response_types');
  if (!responses.every(one => one === 'code')) throw new RegistrationFault('response_types can be code alone');
}
