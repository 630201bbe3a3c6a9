/** Who is believed: issuers, clients, people. */
import { createAuthenticate, type Authenticate } from '../access/authenticate.js';
import { eitherClients, trustedApps, type Clients } from '../access/clients.js';
import { developmentClients, developmentTrust } from '../access/development-issuer.js';
import { developmentTokens, type DevelopmentTokens } from '../access/development-token.js';
import { jwtVerifier } from '../access/jwt.js';
import { opaqueVerifier } from '../access/opaque.js';
import { storedPeople } from '../access/people.js';
import { loadSigningKey, type SigningKey } from '../access/signing-key.js';
import { firstOf } from '../access/token.js';
import { trustedIssuers } from '../access/trusted-issuers.js';
import type { CurrentConfiguration } from '../configuration/current.js';
import type { Config } from '../config/config.js';
import type { World } from '../fhir/clock.js';
import type { Storage } from '../store/port.js';
import { endpointThat, type Model } from './model.js';
import { settingError } from '../config/setting-error.js';

export interface Access {
  authenticate: Authenticate;
  /** In demo mode alone. */
  development?: DevelopmentTokens;
}

export function createAccess(
  config: Config,
  model: Model,
  { store, records }: Storage,
  { clock }: World,
  configuration: CurrentConfiguration,
): Access {
  const parentalAge = async () => (await configuration())['proxy-age'];
  const key = config.demo ? signingKey(config.dataFolder) : undefined;
  const issuers = [...trustedIssuers(config.issuers), ...(key ? [developmentTrust(key)] : [])];
  const apps = trustedApps(new Set(config.issuers.map(({ issuer }) => issuer)));
  const clients: Clients = key ? eitherClients(developmentClients, apps) : apps;
  const { url, partition } = endpointThat(model, 'holdsPeople');
  const authenticate = createAuthenticate({
    verify: firstOf(jwtVerifier(issuers), opaqueVerifier(records)),
    clients,
    people: storedPeople(store, partition, clock, { own: model.definitions.own, parentalAge }),
    records,
    clock,
    bases: [url],
  });
  return { authenticate, ...(key ? { development: developmentTokens(key, authenticate, clock) } : {}) };
}

function signingKey(folder: string): SigningKey {
  try {
    return loadSigningKey(folder);
  } catch (error) {
    settingError('PORTICO_DATA', error);
  }
}
