/**
 * The wiring: every part is made once and handed to those that need it. This file and the folder beside it are the only
 * ones that may import anything.
 */
import { createAccess } from './compose/access.js';
import { accountAccessIn } from './compose/account-access.js';
import { ensureFolder } from './config/folder.js';
import { configurationIn, textsIn } from './compose/configuration.js';
import { createDelivery } from './compose/delivery.js';
import { createEscalation } from './compose/escalation.js';
import { checkStart, endpointThat, loadModel } from './compose/model.js';
import { createIdentity, type Identity } from './compose/identity.js';
import { createIndexing, createReindexing, inStep } from './compose/indexing.js';
import { scanWorkers } from './compose/scanning.js';
import { createSight } from './compose/sight.js';
import { createServing, type Serving } from './compose/serving.js';
import { createNoticeTokens } from './compose/notice-tokens.js';
import { createHookRoutes } from './compose/gateway-hooks.js';
import { createHandlers } from './compose/handlers.js';
import { machine } from './compose/machine.js';
import { profilePageParts } from './compose/profile-page.js';
import { openStorage } from './compose/storage.js';
import { createTokenIssuers } from './compose/token-issuers.js';
import { wordingsIn } from './compose/wordings.js';
import type { Authenticate } from './access/authenticate.js';
import { sharedSecret } from './access/shared-secret.js';
import type { Config } from './config/config.js';
import type { Endpoint } from './definitions/endpoint.js';
import type { EndpointDeclaration } from './definitions/endpoints.table.js';
import { createPageTokens } from './identity/sessions/page-token.js';
import { createConnectedApps } from './identity/authorization-server/connected-apps.js';
import { createGrants, type Grants } from './identity/authorization-server/grants.js';
import { createClientRegistry } from './identity/authorization-server/clients.js';
import { openChannels } from './delivery/channels/index.js';
import { createOutbound } from './outbound/outbound.js';
import type { Dispatcher } from './delivery/dispatcher.js';
import { demoApps } from './demo/demo-apps.js';
import { setUpDemo } from './demo/set-up-demo.js';
import type { World } from './fhir/clock.js';
import { createLog } from './observe/log.js';
import type { BackgroundWorker } from './runtime/background-worker.js';
import type { HandlerParts } from './service.js';
import type { Storage, Store } from './store/port.js';
import { ensureConfiguration } from './writing/configuration-rule.js';
import { ensureWordings } from './writing/wording-rule.js';

export interface ComposeOptions {
  /** Tests fix time, ids and randomness. */
  world?: World;
  /** In place of the one the configuration names; it is not closed with the app. */
  storage?: Storage;
  /** In place of those of definitions/endpoints.table.ts. */
  endpoints?: readonly EndpointDeclaration[];
}

export interface App extends Serving {
  /** Who a request is from, by its token. */
  readonly authenticate: Authenticate;
  /** What people granted to apps. */
  readonly grants: Grants;
  readonly config: Config;
  readonly endpoints: readonly Endpoint[];
  readonly dispatcher: Dispatcher;
  readonly reindexer: BackgroundWorker;
  /** Escalates overdue work. */
  readonly escalation: BackgroundWorker;
  /** Scans what is held; none without a scanner. */
  readonly scanning: readonly BackgroundWorker[];
  /** What its handlers are made of. */
  readonly parts: HandlerParts;
  readonly identity: Identity;
  /** The bare store, for the commands that work with the server's own authority. */
  readonly store: Store;
}

/** Puts a server together. Throws Error with a readable message where it cannot start. */
export async function compose(
  config: Config,
  { world = machine, storage, endpoints }: ComposeOptions = {},
): Promise<App> {
  ensureFolder('PORTICO_DATA', config.dataFolder);
  const model = loadModel(config, endpoints);
  const opened = storage ?? (await openStorage(config, world));
  const secret = await sharedSecret(opened.records, world);
  const log = createLog({ level: config.logLevel, actorKey: secret.export() });
  const indexing = await createIndexing(model, opened, world, log);
  const grants = createGrants(opened.records, world.clock);
  const { accountAccess, ending } = accountAccessIn(opened.records, world, grants, secret);
  const stores = await inStep(opened, model, indexing, world.clock, ending);
  const reading = { config, stores, model, world };
  const configuration = configurationIn(reading);
  const texts = textsIn(reading, configuration);
  const clients = createClientRegistry({ ...stores, ...world, fixed: config.demo ? demoApps(config.url) : [] });
  const pageTokens = createPageTokens(world);
  const issuers = createTokenIssuers({ ...reading, configuration, log, handling: () => handling });
  const access = createAccess(config, model, stores, world, configuration, clients, pageTokens, issuers.verify);
  const { wordings, shipped } = wordingsIn(reading, texts, log);
  const outbound = createOutbound(config.outbound, {
    suspended: target => log.warn('outbound calls suspended', { target }),
  });
  const { channels, gateway } = openChannels(config, { ...world, records: opened.records, outbound });
  const reindexer = createReindexing(indexing, stores, world, log);
  const tokens = createNoticeTokens(secret, world);
  const { parts, operations, dispatch, audit, gate } = createHandlers({
    ...{ config, world, model, stores, secret, log, access, channels, tokens },
    ...{ configuration, texts, wordings, accountAccess },
    custom: indexing.custom,
  });
  checkStart(model, operations);
  const portal = endpointThat(model, 'workflows');
  await ensureConfiguration({ ...parts, store: stores.store }, portal, config.defaultLanguage);
  await ensureWordings(shipped, { ...parts, store: stores.store }, portal);
  if (config.demo) await setUpDemo({ ...parts, store: stores.store }, portal);
  const shared = { config, world, model, configuration };
  const handling = { ...parts, store: stores.store };
  const sees = createSight({ gate, access, model, store: stores.store });
  const dispatcher = createDelivery({ ...shared, stores, log, channels, tokens, wordings, handling, sees });
  const connected = createConnectedApps({ ...world, grants, clients, audit, store: stores.store, read: access.read });
  const identity = createIdentity({ ...shared, grants, connected, stores, secret, audit, log, handling, outbound });
  const escalation = createEscalation({ ...shared, stores, log, handling });
  const scanning = scanWorkers({ ...shared, log, handling });
  const serving = createServing({
    ...{ ...shared, log, dispatch, access, clients, grants, secret, pageTokens },
    ...{ dispatcher, reindexer, audit, stores: opened, texts },
    outbound: [outbound, issuers],
    accounts: {
      ...identity.pages,
      ...profilePageParts({ ...reading, configuration, dispatch, actorOf: access.actorOf }),
    },
    sessions: identity.sessions,
    limiter: identity.limiter,
    reused: identity.reused,
    workers: [identity.requests, identity.comingOfAge, escalation, ...scanning],
    hooks: createHookRoutes({ ...shared, stores, gateway, handling }),
    owned: storage === undefined,
  });
  return {
    authenticate: access.authenticate,
    config,
    endpoints: model.endpoints,
    dispatcher,
    reindexer,
    escalation,
    scanning,
    parts,
    identity,
    grants,
    store: stores.store,
    ...serving,
  };
}
