/** Where the authorization server is, below the server's public address. https://www.rfc-editor.org/rfc/rfc8414 */

/** Mount path of all its endpoints. */
export const MOUNT = '/oauth';

/** Paths below the mount path, in the provider's names. */
export const routes = {
  authorization: '/authorize',
  token: '/token',
  introspection: '/introspect',
  revocation: '/revoke',
  registration: '/register',
  jwks: '/jwks',
} as const;

/** Path of the portal's colors for apps. */
export const STYLE = `${MOUNT}/style.json`;

export type Addresses = Readonly<Record<keyof typeof routes | 'issuer' | 'style', string>>;

/** @param url public address of the server, without a trailing slash */
export function addressesAt(url: string): Addresses {
  const issuer = url + MOUNT;
  const at = Object.entries(routes).map(([name, path]) => [name, issuer + path]);
  return { ...(Object.fromEntries(at) as Record<keyof typeof routes, string>), issuer, style: url + STYLE };
}

/** As a CapabilityStatement lists them: HL7's extension knows no more. https://hl7.org/fhir/smart-app-launch/conformance.html */
export function oauthUris(url: string): Readonly<Record<string, string>> {
  const { authorization: authorize, token } = addressesAt(url);
  return { authorize, token };
}
