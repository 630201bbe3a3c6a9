/**
 * Targets of outbound calls: https addresses on the list of allowed hosts, or http ones on this machine. The address is read
 * once, by the WHATWG parser (https://url.spec.whatwg.org), and it is the parsed one that is dialled, so that no spelling of a
 * host is taken for another.
 */
import { isIP } from 'node:net';
import { isLoopback, type Networks } from './networks.js';
import { OutboundError } from './outbound-error.js';

export interface Target {
  readonly url: URL;
  /** Whether a connection may go to this address, once the host is resolved. */
  readonly permits: (address: string) => boolean;
}

/** @param hosts `host` (port 443) or `host:port`; an address of a private network that stands there itself is allowed */
export function createTargets(hosts: readonly string[], networks: Networks): (address: string | URL) => Target {
  const allowed = new Set(hosts.map(host => hostAndPort(new URL(`https://${host}`))));
  return address => {
    const url = parsed(address);
    if (!allowed.has(hostAndPort(url))) throw new OutboundError('refused');
    const permits = permitted(url, networks);
    if (isIP(bareHost(url)) !== 0 && !permits(bareHost(url))) throw new OutboundError('refused');
    return { url, permits };
  };
}

function parsed(address: string | URL): URL {
  const url = URL.parse(String(address));
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) throw new OutboundError('refused');
  return url;
}

const hostAndPort = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`;

/** The host without the brackets of an IPv6 address. */
const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

function permitted(url: URL, networks: Networks): (address: string) => boolean {
  const secure = url.protocol === 'https:';
  if (url.hostname === 'localhost') return isLoopback;
  // The list of hosts names this address itself.
  if (isIP(bareHost(url)) !== 0) return address => secure || isLoopback(address);
  return address => networks.permits(address) && (secure || isLoopback(address));
}
