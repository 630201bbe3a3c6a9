/** Who is believed: issuers, clients, people. */
import type { Actor } from '../access/actor.js';
import { createAuthenticate, type Authenticate } from '../access/authenticate.js';
import { brokenBy } from '../access/broken-glass.js';
import { buildActor, type People } from '../access/build-actor.js';
import { eitherClients, trustedApps, type Clients } from '../access/clients.js';
import { developmentClients, developmentTrust } from '../access/development-issuer.js';
import { developmentTokens, type DevelopmentTokens } from '../access/development-token.js';
import { jwtVerifier } from '../access/jwt.js';
import { opaqueVerifier } from '../access/opaque.js';
import { storedPeople } from '../access/people.js';
import { loadSigningKey, type SigningKey } from '../access/signing-key.js';
import { firstOf, type TokenVerifier } from '../access/token.js';
import type { CurrentConfiguration } from '../configuration/current.js';
import type { Config } from '../config/config.js';
import type { World } from '../fhir/clock.js';
import { pageClients, type PageTokens } from '../identity/sessions/page-token.js';
import type { Storage } from '../store/port.js';
import { addressesAt } from '../identity/authorization-server/addresses.js';
import { registeredClients, type ClientRegistry } from '../identity/authorization-server/clients.js';
import { endpointThat, type Model } from './model.js';
import { settingError } from '../config/setting-error.js';

export interface Access extends Pick<People, 'read'> {
  authenticate: Authenticate;
  /** Who a person is at this moment, whose account this is, without any scope; undefined where there is none (any more). */
  readonly actorOf: (account: string) => Promise<Actor | undefined>;
  /** In demo mode alone. */
  development?: DevelopmentTokens;
}

export function createAccess(
  config: Config,
  model: Model,
  { store, records }: Storage,
  { clock }: World,
  configuration: CurrentConfiguration,
  registry: ClientRegistry,
  pageTokens: PageTokens,
  external: TokenVerifier,
): Access {
  const key = config.demo ? signingKey(config.dataFolder) : undefined;
  const own = jwtVerifier(key ? [developmentTrust(key)] : []);
  const apps = trustedApps(new Set(config.issuers.map(({ issuer }) => issuer)));
  const registered = registeredClients(addressesAt(config.url).issuer, registry);
  const clients: Clients = eitherClients(registered, ...(key ? [developmentClients] : []), pageClients, apps);
  const { url, partition } = endpointThat(model, 'holdsPeople');
  const people = storedPeople(store, partition, clock, {
    own: model.definitions.own,
    ages: configuration,
    bases: [url],
    brokenBy: practitioner => brokenBy(records, practitioner, clock.now()),
  });
  const authenticate = createAuthenticate({
    verify: firstOf(pageTokens.verify, opaqueVerifier(records), own, external),
    clients,
    people,
    records,
    clock,
    bases: [url],
  });
  return {
    authenticate,
    read: people.read,
    actorOf: account => personOf(account, people, clock),
    ...(key ? { development: developmentTokens(key, authenticate, clock) } : {}),
  };
}

async function personOf(account: string, people: People, clock: World['clock']): Promise<Actor | undefined> {
  const claims = { issuer: '', subject: account, clientId: '', scope: '', fhirUser: account, expires: Infinity };
  const app = { id: '', kind: 'user', registrations: [] } as const;
  return (await buildActor(claims, app, account, people, clock.now()))?.actor;
}

function signingKey(folder: string): SigningKey {
  try {
    return loadSigningKey(folder);
  } catch (error) {
    settingError('PORTICO_DATA', error);
  }
}
