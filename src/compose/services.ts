/** The services handlers get, and the router between them. */
import type { KeyObject } from 'node:crypto';
import { accessFingerprint } from '../access/actor.js';
import { createGate } from '../access/gate.js';
import { patientsIn } from '../access/compartment-paths.js';
import type { CompileScope } from '../access/policy.js';
import { receiveContent } from '../content/keep.js';
import type { Config } from '../config/config.js';
import { outboxDocuments } from '../delivery/outbox.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { World } from '../fhir/clock.js';
import { createInteractions } from '../interactions/index.js';
import type { StampParts } from '../writing/stamp.js';
import { createWriting } from '../writing/writing.js';
import type { OpenAudit } from '../observe/audit/audit.js';
import type { Log } from '../observe/log.js';
import { routePattern } from '../observe/request-line.js';
import type { CustomParameters } from '../conformance/custom-parameters.js';
import { createOperations } from '../operations/index.js';
import { createPostedProfiles } from '../conformance/posted-profiles.js';
import { createSearchTerminology } from '../conformance/search-terminology.js';
import { createStatements } from '../conformance/supported-profiles.js';
import { createPortalRules } from '../writing/portal-rules.js';
import type { ContactChannel } from '../portal/contact-channel.js';
import { createDispatch } from '../router/dispatch.js';
import type { Run } from '../router/parts.js';
import { createQuota } from '../router/quota.js';
import { createOperationTable } from '../router/stages/operation.js';
import { createCursors } from '../search/cursor.js';
import { parseCriteria } from '../search/parse.js';
import type { Dispatch, Operation, PortalSettings, Services } from '../service.js';
import type { Storage, Store } from '../store/port.js';
import { viewOf } from '../store/views/view-of.js';
import { createValidator } from '../validate/validator.js';
import type { Access } from './access.js';
import { createAudit, createOwnAudit } from './audit.js';
import type { Model } from './model.js';

export interface ServiceParts {
  config: Config;
  world: World;
  model: Model;
  stores: Storage;
  secret: KeyObject;
  log: Log;
  access: Access;
  channels: readonly ContactChannel[];
  custom: CustomParameters;
}

/** What handlers get, the operations among them, and the router over both. */
export interface Served {
  services: Services;
  operations: readonly Operation[];
  dispatch: Dispatch;
  audit: OpenAudit;
}

export function createServices(parts: ServiceParts): Served {
  const { config, world, model, stores, secret } = parts;
  const { definitions, registry, endpoints, root, postings } = model;
  const portal = portalSettings(parts);
  const validator = createValidator(definitions, { root });
  const { registryOf, served } = parts.custom;
  const stamping: StampParts = { clock: world.clock, registryOf, ...postings };
  const { audit, view } = createAudit(parts, registryOf);
  const definitionsFor = createPostedProfiles(definitions);
  const { blobs } = stores;
  const services: Services = {
    ...world,
    definitions,
    registry,
    registryOf,
    validator,
    records: stores.records,
    blobs,
    audit,
    auditOwn: createOwnAudit(audit, world),
    limits: config.limits,
    cursors: cursorsOf(createCursors(secret, world)),
    endpoints,
    served,
    terminology: createSearchTerminology(definitions),
    definitionsFor,
    statement: createStatements(definitions, error => parts.log.error('statement', error)),
    writing: createWriting({
      ...stamping,
      ...world,
      validator,
      definitionsFor,
      rule: createPortalRules({ ...world, records: stores.records, registry, limits: config.limits, portal }),
      blobs,
      records: stores.records,
      limits: config.limits,
    }),
    portal,
  };
  const operations = createOperations(services);
  return { services, operations, dispatch: routerOf(parts, view, services, operations), audit };
}

function portalSettings({ config, channels }: ServiceParts): PortalSettings {
  const { portalUrl, defaultLanguage, invitationDays } = config;
  return { portalUrl, defaultLanguage, invitationDays, channels };
}

/** A page link ends with the proxies, roles and scopes it was given under: it tells a total that was counted then. */
const cursorsOf = (cursors: ReturnType<typeof createCursors>): Services['cursors'] => ({
  seal: (content, actor) => cursors.seal(content, accessFingerprint(actor)),
  open: (cursor, actor) => cursors.open(cursor, accessFingerprint(actor)),
});

function routerOf(
  { config, model, access, world, log }: ServiceParts,
  store: Store,
  services: Services,
  operations: readonly Operation[],
): Dispatch {
  const { limits, validator, served } = services;
  const { definitions } = model;
  const views = new Map(model.endpoints.map(endpoint => [endpoint.path, viewOf(store, endpoint)]));
  return createDispatch({
    gate: createGate(access.authenticate, definitions, endpoint => scopesOf(endpoint, services)),
    definitions,
    limits,
    quota: createQuota(config.rate, world.clock),
    receive: bytes => receiveContent(services, bytes),
    operations: createOperationTable(operations, definitions, validator),
    interactions: createInteractions(services),
    bare: ({ path }) => views.get(path) ?? store,
    patientsOf: ({ puts = [] }) => [...new Set(puts.flatMap(({ index }) => patientsIn(index.postings)))],
    clock: world.clock,
    audit: services.audit,
    outbox: effect => outboxDocuments(effect, world),
    served,
    services,
    report: (error, { id }) => log.error('unforeseen fault', error, { id }),
    answered: (run, status) => logAnswer(log, world.clock.now(), run, status),
  });
}

/** Granular scopes by the parameters of R4, and by those of the endpoint's own that are in force. */
function scopesOf(endpoint: Endpoint, { registry, registryOf, clock }: Services): CompileScope {
  const own = registryOf(endpoint.partition);
  const declared = (type: string, code: string): boolean =>
    endpoint.resources.get(type)?.searchParams.has(code) === true ||
    own.get(type, code)?.url === registry.get(type, code)?.url;
  const options = { localBases: [endpoint.url], declared };
  return (type, query) => parseCriteria(own, type, query, { ...options, now: clock.now() }) ?? { kind: 'none' };
}

function logAnswer(log: Log, now: number, { request, endpoint, route, actor, started }: Run, status: number): void {
  const { id, method } = request;
  log.request({
    id,
    method,
    route: routePattern(endpoint, route),
    status,
    ms: now - started,
    actor: actor?.subject ?? 'anonymous',
  });
}
