/**
 * The one way out over HTTP: to allowed hosts alone, each at addresses that were checked, within limits of time and size, and
 * without redirects. `fetch` has the signature that libraries take in place of the global one.
 */
import { Agent as PlainAgent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { createCircuits, type CircuitLimits } from './circuits.js';
import { exchange, type ExchangeLimits, type OutboundInit } from './exchange.js';
import { createNetworks } from './networks.js';
import { machineResolve, pinnedLookup, sharedLookups, type Resolve } from './pinned-lookup.js';
import { createTargets } from './targets.js';

export interface OutboundSettings {
  /** `host` (port 443) or `host:port`. */
  readonly hosts: readonly string[];
  /** CIDR blocks of private networks that may be reached. */
  readonly networks: readonly string[];
}

export type OutboundLimits = ExchangeLimits & CircuitLimits;

export interface OutboundOptions {
  readonly limits?: Partial<OutboundLimits>;
  /** In place of the machine's. */
  readonly resolve?: Resolve;
  /** Told of a target, by its origin, that is not called for a while. */
  readonly suspended?: (target: string) => void;
}

export interface Outbound {
  /** Rejects with OutboundError. A status of any kind, redirects included, is an answer. */
  readonly fetch: (url: string | URL, init?: OutboundInit) => Promise<Response>;
  close(): void;
}

const LIMITS: OutboundLimits = {
  connect: 5_000,
  headers: 8_000,
  body: 5_000,
  whole: 10_000,
  maxHeaders: 16_384,
  maxBody: 65_536,
  concurrent: 20,
  suspension: 30_000,
};

export function createOutbound(settings: OutboundSettings, options: OutboundOptions = {}): Outbound {
  const { suspended = () => undefined } = options;
  const resolve = sharedLookups(options.resolve ?? machineResolve);
  const limits = { ...LIMITS, ...options.limits };
  const targetOf = createTargets(settings.hosts, createNetworks(settings.networks));
  const circuits = createCircuits(limits, suspended);
  const agents = { 'http:': new PlainAgent(KEPT), 'https:': new SecureAgent(KEPT) };
  return {
    async fetch(address, init = {}) {
      const { url, permits } = targetOf(address);
      const agent = url.protocol === 'https:' ? agents['https:'] : agents['http:'];
      return circuits.run(url.origin, () =>
        exchange(url, init, { agent, lookup: pinnedLookup(resolve, permits), limits }),
      );
    },
    close() {
      circuits.close();
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** Connections that stay open for the next call. */
const KEPT = { keepAlive: true, maxFreeSockets: 4, timeout: 30_000 };
