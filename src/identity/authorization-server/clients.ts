/**
 * The registry of clients: records that hold no secret, only its hash. A change binds the next request in every process.
 */
import { raiseEpoch } from '../../access/epochs.js';
import type { Clients } from '../../access/clients.js';
import type { Clock, Random } from '../../fhir/clock.js';
import { Fault } from '../../fhir/fault.js';
import { newSecret, secretHash } from '../../fhir/secret.js';
import type { Document, DocumentChange, Storage } from '../../store/port.js';
import { clientOf, type RegisteredClient } from './registered-client.js';

const KIND = 'client';
/** All clients are listed by one key. */
const LIST = { name: 'list', value: 'all' };
const PAGE = 500;

export interface ClientRegistryParts extends Pick<Storage, 'store' | 'records'> {
  clock: Clock;
  random: Random;
  /** Clients beside those that are registered, which nobody changes. */
  fixed?: readonly RegisteredClient[];
}

export interface ClientRegistry {
  find(id: string): Promise<RegisteredClient | undefined>;
  list(): Promise<RegisteredClient[]>;
  /** Registers it. Fault `conflict` where the id is taken. @returns the secret of a client that has one, told this once */
  add(client: RegisteredClient): Promise<string | undefined>;
  /** Replaces what is registered; grants and tokens that it no longer covers end with the next request. */
  change(client: RegisteredClient): Promise<void>;
  /** A new secret; the one before ends at once. Undefined where the client has none. */
  rotate(id: string): Promise<string | undefined>;
  remove(id: string): Promise<void>;
}

export function createClientRegistry(parts: ClientRegistryParts): ClientRegistry {
  const { store, records, clock, random, fixed = [] } = parts;

  async function stored(id: string): Promise<Document | undefined> {
    return records.get(KIND, id, clock.now());
  }

  async function write(changes: readonly DocumentChange[], id: string): Promise<void> {
    await store.commit({ documents: [...changes, raiseEpoch(`client:${id}`)] });
    await raiseHolders(parts, id);
  }

  async function change(client: RegisteredClient): Promise<void> {
    const before = await stored(client.id);
    if (!before) throw new Fault('not-found', 'There is no such client.');
    await write([{ op: 'put', document: documentOf(client), expect: before.version }], client.id);
  }

  return {
    async find(id) {
      const known = fixed.find(client => client.id === id);
      const document = known ? undefined : await stored(id);
      return known ?? (document && clientIn(document));
    },
    async list() {
      const all: RegisteredClient[] = [];
      for (let after: string | undefined; ;) {
        const page = await records.find(
          KIND,
          LIST.name,
          LIST.value,
          clock.now(),
          PAGE,
          after === undefined ? {} : { after },
        );
        all.push(...page.map(clientIn));
        after = page.at(-1)?.id;
        if (page.length < PAGE) return all;
      }
    },
    async add(client) {
      if (fixed.some(({ id }) => id === client.id))
        throw new Fault('conflict', 'There is a client of this id already.');
      const secret = hasSecret(client) ? newSecret(random) : undefined;
      const kept = secret === undefined ? client : { ...client, secretHash: secretHash(secret) };
      await records.write({ op: 'put', document: documentOf(kept), expect: 0 });
      return secret;
    },
    change,
    async rotate(id) {
      const document = await stored(id);
      if (!document) throw new Fault('not-found', 'There is no such client.');
      if (!hasSecret(clientIn(document))) return undefined;
      const secret = newSecret(random);
      await change({ ...clientIn(document), secretHash: secretHash(secret) });
      return secret;
    },
    async remove(id) {
      await write([{ op: 'delete', kind: KIND, id }], id);
    },
  };
}

/** The registry as access asks it: the clients of this issuer that are not disabled. */
export const registeredClients = (issuer: string, { find }: Pick<ClientRegistry, 'find'>): Clients => ({
  async find(name, id) {
    const client = name === issuer ? await find(id) : undefined;
    return client && client.disabled !== true ? clientOf(client) : undefined;
  },
});

const hasSecret = ({ authMethod }: RegisteredClient): boolean => authMethod.startsWith('client_secret');

const clientIn = ({ value }: Document): RegisteredClient => value as unknown as RegisteredClient;

const documentOf = (client: RegisteredClient): Omit<Document, 'version'> => ({
  kind: KIND,
  id: client.id,
  value: { ...client },
  keys: { [LIST.name]: LIST.value, integration: client.integration },
});

/** Everybody who has granted something to the client is looked up anew. */
async function raiseHolders({ store, records, clock }: ClientRegistryParts, id: string): Promise<void> {
  for (let after: string | undefined; ;) {
    const page = await records.find('grant', 'client', id, clock.now(), PAGE, after === undefined ? {} : { after });
    const subjects = new Set(page.map(({ keys }) => keys['subject'] ?? ''));
    if (subjects.size > 0) await store.commit({ documents: [...subjects].map(raiseEpoch) });
    after = page.at(-1)?.id;
    if (page.length < PAGE) return;
  }
}
