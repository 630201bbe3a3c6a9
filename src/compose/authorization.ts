/** The authorization server, wired: its provider, its pages, and the people it asks about. */
import { createHmac, type KeyObject } from 'node:crypto';
import type { Patient } from 'fhir/r4.js';
import type { CurrentConfiguration } from '../configuration/current.js';
import { demoPeople } from '../demo/demo-people.js';
import type { AppParts } from '../http/app.js';
import { namesThisServer } from '../http/host.js';
import { addressesAt, MOUNT, routes, STYLE } from '../identity/authorization-server/addresses.js';
import type { ClientRegistry } from '../identity/authorization-server/clients.js';
import { interactionRoutes } from '../identity/authorization-server/interaction.js';
import { interactionPeople } from '../identity/authorization-server/interaction-people.js';
import type { InteractionParts } from '../identity/authorization-server/interaction-parts.js';
import type { Grants } from '../identity/authorization-server/grants.js';
import { launchesIn } from '../identity/authorization-server/launches.js';
import { createTethers } from '../identity/authorization-server/tethers.js';
import { mountProvider } from '../identity/authorization-server/mount.js';
import { registrationRoutes, type RegistrationParts } from '../identity/authorization-server/registration-routes.js';
import { refreshTokensIn } from '../identity/authorization-server/token-request.js';
import { softwareStatements } from '../identity/authorization-server/software-statement.js';
import type { Limiter } from '../identity/limits/limiter.js';
import { visitorOf } from '../identity/limits/visitor.js';
import type { ProviderParts } from '../identity/authorization-server/provider.js';
import { followingKeys, type SigningKeys } from '../identity/authorization-server/signing-keys.js';
import type { Log } from '../observe/log.js';
import { smartStyleHandler } from '../pages/smart-style.js';
import type { AuthorizationPages } from '../pages/authorization.js';
import type { Audit } from '../service.js';
import type { Access } from './access.js';
import type { Sessions } from '../identity/sessions/sessions.js';
import { endpointThat } from './model.js';
import { serverReader, type ServerReaderParts } from './server-reader.js';

export interface AuthorizationParts extends ServerReaderParts {
  log: Log;
  access: Access;
  clients: ClientRegistry;
  grants: Grants;
  configuration: CurrentConfiguration;
  sessions: Pick<Sessions, 'current'>;
  limiter: Pick<Limiter, 'take'>;
  reused: ProviderParts['reused'];
  secret: KeyObject;
  audit: Pick<Audit, 'append' | 'document'>;
}

type Mounts = NonNullable<AppParts['mounts']>;

/** What the application mounts. */
export function authorizationMounts(parts: AuthorizationParts, pages: AuthorizationPages): Mounts {
  const { config, world, stores, model, access, secret, grants } = parts;
  const addresses = addressesAt(config.url);
  const provider = followingKeys(stores.records, world.clock, keys => createFrom(parts, pages, keys));
  const interactions = interactionRoutes({
    ...world,
    provider,
    people: interactionPeople({
      ...access,
      search: async (query, limit) =>
        (await serverReader(parts).find<Patient>('Patient', query, limit)).map(({ resource }) => resource),
    }),
    pages,
    signedIn: request => parts.sessions.current(request),
    signInPage: back => `/sign-in?${new URLSearchParams({ return: back }).toString()}`,
    demoPeople: request => (config.demo && namesThisServer(request, config.url) ? demoPeople : []),
    launches: launchesIn(stores.records, world.clock),
    grants,
    everyLaunch: {
      need_patient_banner: true,
      smart_style_url: addresses.style,
      tenant: new URL(config.url).hostname,
    },
    types: () => [...endpointThat(model, 'workflows').resources.keys()],
    secret,
    audit: parts.audit,
  });
  return [
    { path: STYLE, handler: smartStyleHandler(parts.configuration) },
    { path: MOUNT + routes.registration, handler: registrationRoutes(registrationParts(parts)) },
    ...mountProvider(provider, addresses, refreshTokensIn(stores.records, world.clock)),
    { path: '/interaction', handler: interactions },
  ];
}

function registrationParts({ config, world, access, clients, limiter }: AuthorizationParts): RegistrationParts {
  return {
    clients,
    rules: { isCustomer: key => config.customers.some(one => one.key === key), loopback: config.demo },
    open: config.registration,
    statements: softwareStatements(config.statementIssuers),
    ids: world.ids,
    authenticate: request => access.authenticate(request as Parameters<Access['authenticate']>[0]),
    wait: request => limiter.take([{ limit: 'registration-network', of: visitorOf(request).network }]),
  };
}

/** Loaded when it is first needed: it takes a tenth of a second. */
async function createFrom(
  { config, world, log, model, stores, access, clients, secret, grants, reused, audit }: AuthorizationParts,
  pages: AuthorizationPages,
  keys: SigningKeys['keys'],
): ReturnType<InteractionParts['provider']> {
  const addresses = addressesAt(config.url);
  const { createProvider } = await import('../identity/authorization-server/provider.js');
  const forApps = model.endpoints.filter(({ admits }) => admits({ registrations: new Set(['app']) }));
  return createProvider({
    ...stores,
    ...world,
    addresses,
    issuer: addresses.issuer,
    clients,
    grants,
    reused,
    keys,
    cookieKey: createHmac('sha256', secret).update('cookies of interactions').digest('base64url'),
    tethers: createTethers({ ...stores, ...world, grants, audit }),
    audiences: new Set(forApps.map(({ url }) => url)),
    outbound: config.outbound,
    registers: config.registration !== 'off',
    loopbackKeys: config.demo,
    peopleBase: endpointThat(model, 'holdsPeople').url,
    actorOf: access.actorOf,
    report: error => log.error('authorization server', error),
    async renderError(context, { error, error_description: detail = error }) {
      const { query, headers, path } = context;
      const page = await pages.refusal({ query, headers, path, baseUrl: '' }, detail);
      context.type = 'html';
      context.set(page.headers);
      context.body = page.text;
    },
  });
}
