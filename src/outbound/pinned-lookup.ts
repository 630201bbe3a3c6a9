/**
 * Name resolution of outbound calls: each address of a host is checked at the moment of connecting, and the socket goes to the
 * addresses that were checked. A host of which one address is not permitted is not dialled.
 */
import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { OutboundError } from './outbound-error.js';

/** All addresses of a host. */
export type Resolve = (hostname: string, done: (error: Error | null, addresses?: LookupAddress[]) => void) => void;

/** As this machine resolves names: its hosts file, then DNS. */
export const machineResolve: Resolve = (hostname, done) => lookup(hostname, { all: true }, done);

/** One look-up of a host at a time, however many calls wait for it: a slow one takes one thread of this process and no more. */
export function sharedLookups(resolve: Resolve): Resolve {
  const waiting = new Map<string, Parameters<Resolve>[1][]>();
  return (hostname, done) => {
    const others = waiting.get(hostname);
    if (others) return void others.push(done);
    const all = [done];
    waiting.set(hostname, all);
    return resolve(hostname, (error, addresses) => {
      waiting.delete(hostname);
      for (const one of all) one(error, addresses);
    });
  };
}

export function pinnedLookup(resolve: Resolve, permits: (address: string) => boolean): LookupFunction {
  return (hostname, { all }, done) =>
    resolve(hostname, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !addresses || !first) return done(error ?? new OutboundError('refused'), '');
      if (!addresses.every(({ address }) => permits(address))) return done(new OutboundError('refused'), '');
      return all === true ? done(null, addresses) : done(null, first.address, first.family);
    });
}
