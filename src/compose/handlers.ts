/** The handlers, each made of what it uses, and the router over them. */
import type { KeyObject } from 'node:crypto';
import { accessFingerprint } from '../access/actor.js';
import { createGate, type Gate } from '../access/gate.js';
import { patientsIn } from '../access/compartment-paths.js';
import { labelsIn, type LabelRules } from '../access/labels.js';
import { administersRoles } from '../access/role-grants.js';
import type { CompileScope } from '../access/policy.js';
import { receiveContent } from '../content/receive.js';
import { withoutRemains } from '../content/upload.js';
import type { CurrentConfiguration } from '../configuration/current.js';
import type { Config } from '../config/config.js';
import { createDeliveries } from '../delivery/deliveries.js';
import { outboxDocuments } from '../delivery/outbox.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { createInteractions } from '../interactions/index.js';
import { createWriting } from '../writing/writing.js';
import type { OpenAudit } from '../observe/audit/audit.js';
import type { Log } from '../observe/log.js';
import { routePattern } from '../observe/request-line.js';
import type { CustomParameters } from '../conformance/custom-parameters.js';
import { createOperations } from '../operations/index.js';
import { createPostedProfiles } from '../conformance/posted-profiles.js';
import { createSearchTerminology } from '../conformance/search-terminology.js';
import { createStatements } from '../conformance/supported-profiles.js';
import { createFiles } from '../content/files.js';
import { directoryRule } from '../writing/directory-rule.js';
import { createPortalRules, portalRemoval } from '../writing/portal-rules.js';
import type { ContactChannel } from '../portal/contact-channel.js';
import { createDispatch } from '../router/dispatch.js';
import type { Run } from '../router/parts.js';
import { createQuota } from '../router/quota.js';
import { createOperationTable } from '../router/stages/operation.js';
import { createCursors } from '../search/cursor.js';
import { parseCriteria } from '../search/parse.js';
import type { AccountAccess, Audit, Dispatch, HandlerParts, Operation, PortalSettings } from '../service.js';
import type { ChangeSet, Storage, Store } from '../store/port.js';
import { viewOf } from '../store/views/view-of.js';
import { createValidator } from '../validate/validator.js';
import type { Texts } from '../texts/words.js';
import type { Wordings } from '../wording/wordings.js';
import type { Access } from './access.js';
import { createOwnAudit } from '../observe/audit/own-audit.js';
import { createAudit } from './audit.js';
import type { Model } from './model.js';
import { scanOf } from './scanning.js';
import type { NoticeTokens } from './notice-tokens.js';
import { createPersonal } from './personal.js';

export interface Given {
  config: Config;
  world: World;
  model: Model;
  stores: Storage;
  secret: KeyObject;
  log: Log;
  access: Access;
  channels: readonly ContactChannel[];
  tokens: NoticeTokens;
  configuration: CurrentConfiguration;
  /** The texts at this moment. */
  texts: () => Promise<Texts>;
  wordings: Wordings;
  custom: CustomParameters;
  accountAccess: AccountAccess;
}

/** The router, and what it was made of. */
export interface Handlers {
  parts: HandlerParts;
  operations: readonly Operation[];
  dispatch: Dispatch;
  audit: OpenAudit;
  gate: Gate;
}

export function createHandlers(given: Given): Handlers {
  const { audit, view } = createAudit(given, given.custom.registryOf);
  const parts = partsOf(given, audit);
  const operations = createOperations(parts);
  const gate = gateOf(given, parts);
  const dispatch = routerOf(given, parts, { operations, audit, store: view, gate });
  return { parts, operations, dispatch, audit, gate };
}

/** Ids of the patients whose own these changes are. */
const patientsOf = ({ puts = [] }: ChangeSet): string[] => [
  ...new Set(puts.flatMap(({ index }) => patientsIn(index.postings))),
];

function partsOf(given: Given, audit: Audit): HandlerParts {
  const { config, world, model, stores, secret, log, custom, tokens, configuration, texts, wordings } = given;
  const { definitions, registry, root, postings } = model;
  const { limits } = config;
  const { records, blobs } = stores;
  const { registryOf, served } = custom;
  const portal = portalSettings(given);
  const validator = createValidator(definitions, { root });
  const definitionsFor = createPostedProfiles(definitions);
  const keeping = { ...world, records, blobs, ...defined({ scan: scanOf(config, log) }) };
  const files = createFiles(keeping);
  const perDevice = createQuota(config.measurementRate, world.clock);
  const measured = (device: string): void => perDevice(device, 1);
  const rules = {
    definitions,
    records,
    registry,
    limits,
    portal,
    configuration,
    files,
    wordings,
    measured,
    administersRoles,
  };
  const [rule, directory] = [createPortalRules({ ...world, ...rules }), directoryRule({ ...world, ...rules })];
  const ruled = { rule, directory, removal: portalRemoval(definitions) };
  const storing = { ...postings, own: definitions.own, registryOf, limits, ...keeping };
  return {
    ...world,
    definitions,
    registry,
    registryOf,
    validator,
    records,
    blobs,
    limits,
    auditOwn: createOwnAudit(audit, world, patientsOf),
    cursors: cursorsOf(createCursors(secret, world)),
    served,
    terminology: createSearchTerminology(definitions),
    definitionsFor,
    statement: createStatements(definitions, error => log.error('statement', error)),
    writing: createWriting({ ...storing, validator, definitionsFor, ...ruled }),
    portal,
    personal: createPersonal({ definitions, records, registry, limits, configuration, clock: world.clock }),
    ...tokens,
    deliveries: createDeliveries(records, world.clock, given.channels),
    configuration,
    texts,
    wordings,
    accountAccess: given.accountAccess,
  };
}

function portalSettings({ config, channels }: Given): PortalSettings {
  const { portalUrl, invitationDays, breakGlassMinutes, demo } = config;
  // Until there is sign-in, nobody but demo mode can activate an account.
  return { portalUrl, invitationDays, breakGlassMinutes, activatesAccounts: demo, channels };
}

/** A page link is valid for the actor's proxies, roles and scopes at its making: it holds a total that was counted for them. */
const cursorsOf = (cursors: ReturnType<typeof createCursors>): HandlerParts['cursors'] => ({
  seal: (content, actor) => cursors.seal(content, accessFingerprint(actor)),
  open: (cursor, actor) => cursors.open(cursor, accessFingerprint(actor)),
});

const gateOf = ({ access, model, config, log }: Given, parts: HandlerParts): Gate =>
  createGate(access.authenticate, model.definitions, endpoint => scopesOf(endpoint, parts, log), labelRules(config));

function routerOf(
  { config, model, world, log }: Given,
  parts: HandlerParts,
  { operations, audit, store, gate }: Pick<Handlers, 'operations' | 'gate'> & { audit: Audit; store: Store },
): Dispatch {
  const { limits, validator, served } = parts;
  const { definitions } = model;
  const views = new Map(model.endpoints.map(endpoint => [endpoint.path, viewOf(store, endpoint)]));
  return createDispatch({
    gate,
    definitions,
    limits,
    quota: createQuota(config.rate, world.clock),
    sending: createQuota(config.uploadRate, world.clock),
    configuration: parts.configuration,
    texts: parts.texts,
    receive: bytes => receiveContent(parts, bytes),
    withoutRemains: work => withoutRemains(parts, work),
    operations: createOperationTable(operations, definitions, validator),
    interactions: createInteractions(parts),
    bare: ({ path }) => views.get(path) ?? store,
    patientsOf,
    clock: world.clock,
    audit,
    outbox: effect => outboxDocuments(effect, world),
    served,
    report: (error, { id }) => log.error('unforeseen fault', error, { id }),
    answered: (run, status) => logAnswer(log, world.clock.now(), run, status),
  });
}

const labelRules = ({ labels: { sensitive, restricted, sealed } }: Config): LabelRules => ({
  sensitive: labelsIn(sensitive),
  restricted: labelsIn(restricted),
  sealed: labelsIn(sealed),
});

/** Granular scopes by the parameters of R4, and by those of the endpoint's own that are in force. */
function scopesOf(endpoint: Endpoint, { registry, registryOf, clock }: HandlerParts, log: Log): CompileScope {
  const own = registryOf(endpoint.partition);
  const declared = (type: string, code: string): boolean =>
    endpoint.resources.get(type)?.searchParams.has(code) === true ||
    own.get(type, code)?.url === registry.get(type, code)?.url;
  const options = { localBases: [endpoint.url], declared };
  return (type, query) => {
    try {
      const filter = parseCriteria(own, type, query, { ...options, now: clock.now() });
      if (filter) return filter;
      throw new Fault('invalid', 'A granular scope restricts nothing.');
    } catch (error) {
      log.error('granular scope refused', error, { type });
      throw error;
    }
  };
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
