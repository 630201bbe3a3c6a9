/** The running server: HTTP in front, background work beside it, and an orderly end. */
import type { KeyObject } from 'node:crypto';
import type { Endpoint } from 'fhir/r4.js';
import { createPortalDocument } from '../configuration/portal-document.js';
import { serverReader } from './server-reader.js';
import { createCrashCheck } from './crash-check.js';
import { createClientAdministration } from '../identity/authorization-server/client-administration.js';
import { createDesk } from './desk.js';
import { pageRequest } from './page-request.js';
import { createReadiness } from '../observe/readiness.js';
import { namesThisServer } from '../http/host.js';
import { developmentRoute } from '../http/development-route.js';
import { addressesAt } from '../identity/authorization-server/addresses.js';
import type { ClientRegistry } from '../identity/authorization-server/clients.js';
import type { Grants } from '../identity/authorization-server/grants.js';
import { wellKnown } from '../identity/authorization-server/smart-configuration.js';
import { authorizationMounts } from './authorization.js';
import { authorizationPages } from '../pages/authorization.js';
import { openMailbox } from '../delivery/mailbox.js';
import type { Access } from './access.js';
import { endpointThat, type Model } from './model.js';
import { SWEPT_AT_ONCE, sweepUploads } from '../content/upload.js';
import type { CurrentConfiguration } from '../configuration/current.js';
import type { Config } from '../config/config.js';
import type { Dispatcher } from '../delivery/dispatcher.js';
import type { Query } from '../fhir/request.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { xmlParts } from '../formats/xml.js';
import { createApp, type Mount } from '../http/app.js';
import { createFraming } from '../pages/frame.js';
import { createResourcePages } from '../pages/resource/index.js';
import { startServer, type RunningServer, type StopOptions } from '../http/server.js';
import type { OpenAudit } from '../observe/audit/audit.js';
import type { Log } from '../observe/log.js';
import { createBackgroundWorker, type BackgroundWorker } from '../runtime/background-worker.js';
import type { AccountPagesParts } from '../pages/account/index.js';
import { createLive } from '../pages/workbench/live.js';
import type { WorkbenchParts } from '../pages/workbench/index.js';
import type { PageTokens } from '../identity/sessions/page-token.js';
import type { Limiter } from '../identity/limits/limiter.js';
import type { Sessions } from '../identity/sessions/sessions.js';
import type { Dispatch } from '../service.js';
import type { DocumentChange, Storage } from '../store/port.js';
import { createWorkWatch } from '../portal/work-watch.js';
import type { Texts } from '../texts/words.js';

export interface Serving {
  /** Starts to answer; resolves with the port. */
  listen(): Promise<number>;
  /** Answers what is under way and ends everything; by default without a time of grace. */
  close(how?: StopOptions): Promise<void>;
}

export interface ServingParts {
  config: Config;
  world: World;
  log: Log;
  model: Model;
  dispatch: Dispatch;
  access: Access;
  clients: ClientRegistry;
  grants: Grants;
  secret: KeyObject;
  dispatcher: Dispatcher;
  configuration: CurrentConfiguration;
  /** The texts at this moment. */
  texts: () => Promise<Texts>;
  reindexer: BackgroundWorker;
  audit: OpenAudit;
  accounts: AccountPagesParts;
  sessions: Sessions;
  pageTokens: PageTokens;
  limiter: Limiter;
  /** The changes that tell a person that a refresh token was used again. */
  reused: (account: string) => Promise<DocumentChange[]>;
  /** The background work for accounts. */
  workers: readonly BackgroundWorker[];
  stores: Storage;
  /** What calls others. */
  outbound: readonly { close(): void }[];
  /** Routes by which gateways call. */
  hooks: readonly Mount[];
  /** Whether the storage is closed with the server. */
  owned: boolean;
}

/** Milliseconds between rounds of the housekeeping. */
const HOUSEKEEPING = 60_000;

/** Expired records that are dropped at once: other writers wait some hundredths of a second. */
const EXPIRED_AT_ONCE = 500;

/** Milliseconds between looks at what of the audit is ready to be stored. */
const PERSISTING = 5000;

export function createServing(parts: ServingParts): Serving {
  const { config, log, dispatcher, reindexer, workers, audit, stores, owned } = parts;
  let server: RunningServer | undefined;
  const housekeeping = createBackgroundWorker(() => keepHouse(parts), {
    full: EXPIRED_AT_ONCE,
    interval: HOUSEKEEPING,
    report: error => log.error('housekeeping', error),
  });
  const persisting = createBackgroundWorker(() => audit.persist(), {
    full: Infinity,
    interval: PERSISTING,
    report: error => log.error('audit', error),
  });
  const crashCheck = createCrashCheck(config, log);
  const workbench = workbenchOf(parts);
  const app = createApp(appParts(parts, workbench, () => server?.draining ?? false));
  return {
    async listen() {
      server = await startServer(app, {
        host: config.host,
        port: config.port,
        requestTimeout: config.limits.requestTimeout,
      });
      dispatcher.start();
      reindexer.start();
      housekeeping.start();
      for (const worker of workers) worker.start();
      persisting.start();
      if (owned) crashCheck.start();
      return server.port;
    },
    async close(how = { grace: 0 }) {
      const stopped = server?.stop(how);
      workbench?.live.close();
      await stopped;
      audit.close();
      await persisting.stop();
      await housekeeping.stop();
      await Promise.all(workers.map(worker => worker.stop()));
      await dispatcher.stop();
      for (const one of parts.outbound) one.close();
      await reindexer.stop();
      if (owned) await stores.store.close();
      crashCheck.stop();
      await log.flush();
    },
  };
}

/** Drops what has expired, and content that no commit took; how many records. */
async function keepHouse({ audit, stores, world }: ServingParts): Promise<number> {
  await audit.expire();
  while ((await sweepUploads({ ...stores, ...world })) === SWEPT_AT_ONCE);
  return stores.records.expire(world.clock.now(), EXPIRED_AT_ONCE);
}

/** Endpoints of applications that a portal has at most. */
const MOST_APPLICATIONS = 100;

/** The Endpoints of the portal's applications, read by the server's own authority: they are for everybody. */
async function applicationsOf(parts: ServingParts): Promise<Endpoint[]> {
  const { own } = parts.model.definitions;
  const query: Query = [
    ['connection-type', `${own.codeSystem('endpoint-type')}|application`],
    ['status', 'active'],
  ];
  const found = await serverReader(parts).find<Endpoint>('Endpoint', query, MOST_APPLICATIONS);
  return found.map(({ resource }) => resource);
}

/** An operation as anybody may call it who has the token of a notice's link; whether the token was taken. */
async function answerNotice(
  path: readonly [type: string, operation: string],
  token: string,
  { config, world, model, dispatch }: ServingParts,
): Promise<boolean> {
  const portal = endpointThat(model, 'workflows');
  const resource = { resourceType: 'Parameters', parameter: [{ name: 'token', valueString: token }] };
  const call = { method: 'POST', path, resource } as const;
  const { status } = await dispatch(pageRequest(portal.url, call, { config, world }), portal);
  if (status >= 500) throw new Error(`the answer to a notice was answered with ${status}`);
  return status === 200;
}

/** The folders of the channels that write files. */
const keptIn = ({ mail, sms }: Config): string[] => [
  ...(mail.smtpUrl === undefined ? [mail.folder] : []),
  ...(sms.gateway === undefined ? [sms.folder] : []),
];

async function callerOf(
  { authenticate }: Access,
  request: Parameters<Access['authenticate']>[0],
): Promise<string | undefined> {
  try {
    return (await authenticate(request)).subject;
  } catch (error) {
    if (error instanceof Fault && error.kind === 'unauthenticated') return undefined;
    throw error;
  }
}

/** What the Workbench works with, where an endpoint has workflows. */
function workbenchOf(parts: ServingParts): WorkbenchParts | undefined {
  const portal = parts.model.endpoints.find(({ workflows }) => workflows);
  if (!portal) return undefined;
  const { sessions, accounts } = parts;
  const { store } = parts.stores;
  const { partition } = portal;
  const { own } = parts.model.definitions;
  const live = createLive({
    changes: createWorkWatch({ store, partition, own, clock: parts.world.clock }),
    isSignedIn: who => sessions.isSignedIn(who),
    report: error => parts.log.error('live counts', error),
  });
  return {
    sessions,
    own,
    desk: createDesk({ ...parts, portal }),
    timeZone: accounts.timeZone,
    base: portal.path,
    live,
    now: () => parts.world.clock.now(),
    settings: parts.configuration,
    clients: createClientAdministration({ ...parts, reader: serverReader(parts) }),
  };
}

function appParts(
  parts: ServingParts,
  workbench: WorkbenchParts | undefined,
  draining: () => boolean,
): Parameters<typeof createApp>[0] {
  const { config, world, log, model, dispatch, access } = parts;
  const { definitions, endpoints } = model;
  const version = String((endpoints[0]?.statement['software'] as { version?: string } | undefined)?.version);
  const secure = config.url.startsWith('https:');
  const framing = createFraming({ version, configuration: parts.configuration, texts: parts.texts, secure });
  return {
    ...world,
    bases: endpoints.map(endpoint => ({
      path: endpoint.path,
      url: endpoint.url,
      callerOf: request => callerOf(access, request),
      handle: request => dispatch(request, endpoint),
      wellKnown: name => wellKnown(addressesAt(config.url), name, endpoint, config.registration !== 'off'),
    })),
    limits: config.limits,
    writeXml: (resource, pretty) => xmlParts(resource, definitions, pretty),
    makePage: createResourcePages(framing),
    pageToken: async request => {
      const who = await parts.sessions.current(request);
      return who && parts.pageTokens.issue(who);
    },
    secure,
    report: (error, id) => log.error('unforeseen fault', error, { id }),
    refused: ({ base, milliseconds, ...line }) =>
      log.request({ ...line, route: `${base}/(none)`, ms: milliseconds, actor: 'anonymous' }),
    trustedProxies: config.trustedProxies,
    portalDocument: createPortalDocument(parts.configuration, () => applicationsOf(parts)),
    readiness: createReadiness(parts),
    draining,
    pages: {
      framing,
      // Outside demo mode the landing page does not show the names of customers.
      endpoints: config.demo ? endpoints : endpoints.filter(({ listed }) => listed),
      operation: url => definitions.operation(url),
      demo: config.demo,
      isOwnHost: request => namesThisServer(request, config.url),
      configuration: parts.configuration,
      accounts: parts.accounts,
      ...defined({ workbench }),
      reportMisdirected: token => answerNotice(['Task', '$report-misdirected'], token, parts),
      unsubscribe: token => answerNotice(['Patient', '$unsubscribe'], token, parts),
      mailbox: config.demo ? openMailbox(...keptIn(config)) : undefined,
    },
    mounts: [
      ...authorizationMounts(parts, authorizationPages(framing)),
      ...(access.development
        ? [developmentRoute(access.development, request => namesThisServer(request, config.url))]
        : []),
      ...parts.hooks,
    ],
  };
}
