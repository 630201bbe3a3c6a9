/** The network that a caller comes from: an IPv4 address, or the /64 of an IPv6 address, all of which one household may use. */
import { isIPv4, isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** @param address as the socket or a trusted proxy tells it; '' for one that is none */
export function networkOf(address: string | undefined): string {
  const bare = (address ?? '').replace(/%.*$/, '');
  const [, mapped] = MAPPED.exec(bare) ?? [];
  if (mapped !== undefined) return mapped;
  if (isIPv4(bare)) return bare;
  return isIPv6(bare) ? `${groupsOf(bare).slice(0, 4).join(':')}::/64` : '';
}

/** The eight groups, each in its shortest form. https://www.rfc-editor.org/rfc/rfc4291#section-2.2 */
function groupsOf(address: string): string[] {
  // The URL parser writes an embedded IPv4 address as two groups, and every group without leading zeros.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const split = (part: string | undefined): string[] => (part ? part.split(':') : []);
  const missing = tail === undefined ? 0 : 8 - split(head).length - split(tail).length;
  return [...split(head), ...Array.from({ length: missing }, () => '0'), ...split(tail)];
}
