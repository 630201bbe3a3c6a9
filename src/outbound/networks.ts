/**
 * Addresses that outbound calls may reach: those that are globally reachable, and private networks that are named.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
 */
import { BlockList, isIP } from 'node:net';

export interface Networks {
  permits(address: string): boolean;
}

/** IPv4 networks that are not globally reachable, and the metadata service of Azure, which has a public address. */
const SPECIAL_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32'],
];
/** Global unicast; all else of IPv6 is private, reserved, or carries an IPv4 address. */
const GLOBAL_V6 = ['2000::/3'];
/** Parts of it that are documentation, tunnels and protocol assignments. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const specialV4 = networkList(SPECIAL_V4);
const globalV6 = networkList(GLOBAL_V6);
const specialV6 = networkList(SPECIAL_V6);
const loopback = networkList(['127.0.0.0/8', '::1/128']);

/** @param named CIDR blocks that are reached although they are private */
export function createNetworks(named: readonly string[]): Networks {
  const exceptions = networkList(named);
  return { permits: address => isPublic(address) || holds(exceptions, address) };
}

export const isLoopback = (address: string): boolean => holds(loopback, address);

function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !holds(specialV4, address);
  return holds(globalV6, address) && !holds(specialV6, address);
}

function networkList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', bits] = block.split('/');
    list.addSubnet(address, Number(bits), family(address));
  }
  return list;
}

function holds(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, family(address));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
