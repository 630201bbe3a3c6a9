/** Who passkeys are made for: the host of the server's public address. https://www.w3.org/TR/webauthn-3/#relying-party-identifier */
import { isIP } from 'node:net';

export interface RelyingParty {
  /** A host name. */
  readonly id: string;
  readonly origins: string[];
}

const LOOPBACK = /^(127\.|\[::1\]$)/;

/** @returns undefined for a numeric address: browsers make no passkeys for one. The own machine has a name, `localhost`. */
export function relyingPartyOf(url: string): RelyingParty | undefined {
  const { hostname, origin, protocol, port } = new URL(url);
  if (LOOPBACK.test(hostname)) {
    const named = `${protocol}//localhost${port === '' ? '' : `:${port}`}`;
    return { id: 'localhost', origins: [named, origin] };
  }
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? { id: hostname, origins: [origin] } : undefined;
}
