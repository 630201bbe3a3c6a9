/** The apps that a person has given access: what each may see, since when, when it was last used; and the end of it. */
import { parseScope, type Scope } from '../../access/scope.js';
import type { World } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import type { Resource } from '../../fhir/resource.js';
import type { Audit } from '../../service.js';
import type { Store } from '../../store/port.js';
import type { ClientRegistry } from './clients.js';
import { granularScopes } from './granular-scopes.table.js';
import type { Grants, ListedGrant } from './grants.js';
import { nameIn } from './name-in.js';

/** Something that an app may see or change: a resource type, or a category of it. */
export interface AppRight {
  /** `*` for all. */
  readonly type: string;
  readonly category?: string;
  readonly reads: boolean;
  readonly writes: boolean;
}

export interface ConnectedApp {
  /** Id of the client. */
  readonly id: string;
  /** As it is registered; the id where it is not (any more). */
  readonly name: string;
  /** Milliseconds since the epoch; `used` is true to the hour, the life of an access token. */
  readonly since: number;
  readonly used: number;
  /** It keeps its access while the person is away. */
  readonly stays: boolean;
  /** Why the organization let it see the person's record, where the person did not. */
  readonly reason?: string;
  /** Names of those whose records it may see. */
  readonly patients: readonly string[];
  readonly rights: readonly AppRight[];
}

export interface ConnectedApps {
  /** The app used last first. */
  list(account: string): Promise<ConnectedApp[]>;
  /** Ends all that the account, or the organization for the own record of its person, granted to this app, with the next request. */
  end(account: string, client: string): Promise<void>;
}

export interface ConnectedAppParts extends Pick<World, 'clock' | 'ids'> {
  readonly grants: Pick<Grants, 'list' | 'ending'>;
  readonly clients: Pick<ClientRegistry, 'find'>;
  readonly store: Pick<Store, 'commit'>;
  readonly audit: Pick<Audit, 'append'>;
  /** A resource, by the server's own authority. */
  readonly read: (reference: string) => Promise<Resource | undefined>;
}

export function createConnectedApps(parts: ConnectedAppParts): ConnectedApps {
  const { grants, store, audit, clock, ids } = parts;
  return {
    async list(account) {
      const held = await Promise.all((await holdersOf(account, parts)).map(one => grants.list(one)));
      const byClient = Map.groupBy(held.flat(), ({ client }) => client);
      const apps = await Promise.all([...byClient].map(([id, granted]) => appOf(id, granted, parts)));
      return apps.sort((a, b) => b.used - a.used);
    },
    async end(account, client) {
      const holders = await holdersOf(account, parts);
      const documents = (await Promise.all(holders.map(one => grants.ending(one, { client })))).flat();
      if (documents.length === 0) return;
      await store.commit({ documents });
      await audit.append({
        ...{ at: clock.now(), request: ids.next(), actor: account, client, action: 'grant-end', status: 200 },
        ...{ target: '', patients: [] },
      });
    },
  };
}

/** Under which names grants stand that are the person's to end: the account, and the own record (tethers.ts). */
async function holdersOf(account: string, { read }: Pick<ConnectedAppParts, 'read'>): Promise<string[]> {
  const person = await read(account);
  const links = (person?.['link'] ?? []) as { target?: { reference?: string } }[];
  const own = links.map(({ target }) => target?.reference ?? '').filter(reference => reference.startsWith('Patient/'));
  return [account, ...own];
}

async function appOf(id: string, granted: readonly ListedGrant[], parts: ConnectedAppParts): Promise<ConnectedApp> {
  const scopes = granted.flatMap(({ scope }) => scope.split(' '));
  const patients = [...new Set(granted.flatMap(({ context: { patient } }) => patient ?? []))];
  const names = await Promise.all(patients.map(async one => nameIn(await parts.read(`Patient/${one}`))));
  return {
    id,
    name: (await parts.clients.find(id))?.name ?? id,
    since: Math.min(...granted.map(({ at }) => at)),
    used: Math.max(...granted.map(({ at, used = at }) => used)),
    stays: scopes.includes('offline_access'),
    ...defined({ reason: granted.find(({ reason }) => reason !== undefined)?.reason }),
    patients: names.filter(name => name !== ''),
    rights: rightsOf(scopes),
  };
}

/** Each type or category once, with all that the scopes let do with it. */
function rightsOf(words: readonly string[]): AppRight[] {
  const rights = new Map<string, AppRight>();
  for (const scope of words.flatMap(word => parseScope(word) ?? [])) {
    const { type, category, reads, writes } = rightOf(scope);
    const name = `${type} ${category ?? ''}`;
    const before = rights.get(name) ?? { reads: false, writes: false };
    const both = { reads: reads || before.reads, writes: writes || before.writes };
    rights.set(name, { type, ...defined({ category }), ...both });
  }
  return [...rights.values()];
}

function rightOf({ type, permissions, query, operation }: Scope): AppRight {
  const category = granularScopes[type]?.find(one => one.query === query)?.category;
  const may = (...letters: readonly ('r' | 's' | 'c' | 'u' | 'd')[]) => letters.some(one => permissions.has(one));
  return {
    ...{ type, reads: may('r', 's'), writes: operation !== undefined || may('c', 'u', 'd') },
    ...defined({ category: category ?? query }),
  };
}
