/** Registered clients: what an integration may do at all, before any token. MAPPING "Who may do what". */
import type { Registration } from '../definitions/endpoint.js';

export interface Client {
  readonly id: string;
  /** A system client acts for itself; a user client for the person that its token names. */
  readonly kind: 'system' | 'user';
  /** Endpoints say which registrations they admit. */
  readonly registrations: readonly Registration[];
  /** Whose client it is: the customer's key, the partner's or the app's name. */
  readonly integration?: string;
  /** Keys of the customers whose endpoints it may call; absent: of all. */
  readonly customers?: readonly string[];
  /** The most a token of this client may hold; absent: its issuer says it in the token. */
  readonly scope?: string;
  /** Whom the development issuer takes it to act for. */
  readonly fhirUser?: string;
}

/** The port for the client registry: the client an issuer knows by this id. */
export interface Clients {
  find(issuer: string, clientId: string): Promise<Client | undefined>;
}

/** Clients of one issuer, known from the start. */
export function fixedClients(issuer: string, clients: readonly Client[]): Clients {
  const byId = new Map(clients.map(client => [client.id, client]));
  return { find: (name, id) => Promise.resolve(name === issuer ? byId.get(id) : undefined) };
}

/**
 * The apps of other people's issuers that we trust: each acts for the person its token names. Their system clients are
 * not among them: those are registered one by one.
 */
export function trustedApps(issuers: ReadonlySet<string>): Clients {
  const app = { kind: 'user', registrations: ['app'] } as const;
  return { find: (issuer, id) => Promise.resolve(issuers.has(issuer) ? { id, ...app } : undefined) };
}

/** Looks in one registry after the other, until one knows the client. */
export function eitherClients(...registries: readonly Clients[]): Clients {
  return {
    async find(issuer, clientId) {
      for (const registry of registries) {
        const client = await registry.find(issuer, clientId);
        if (client) return client;
      }
      return undefined;
    },
  };
}
