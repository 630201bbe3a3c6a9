/**
 * Types only: what handlers get and give. A handler reads through a store narrowed to its caller and returns its answer
 * and its changes as values; the router commits them once, and runs the handler again if the commit lost a race.
 */
import type { Actor } from './access/actor.js';
import type { CurrentConfiguration } from './configuration/current.js';
import type { Definitions } from './definitions/definitions.js';
import type { Endpoint, Route } from './definitions/endpoint.js';
import type { World } from './fhir/clock.js';
import type { Fault, Issue } from './fhir/fault.js';
import type { Preference } from './fhir/prefer.js';
import type { FhirRequest, Query } from './fhir/request.js';
import type { JsonObject, Resource } from './fhir/resource.js';
import type { FhirResponse } from './fhir/response.js';
import type { Deliveries } from './portal/deliveries.js';
import type { Effect } from './portal/effect.js';
import type { MisdirectedTokens } from './portal/misdirected.js';
import type { UnsubscribeTokens } from './portal/opt-out.js';
import type { Step } from './portal/step.js';
import type { ContactChannel } from './portal/contact-channel.js';
import type { Personal } from './search/criteria.js';
import type { SearchRegistry } from './search/registry.js';
import type { Terminology } from './search/types/type.js';
import type { Blobs, ChangeSet, DocumentChange, Put, Records, Store, Version } from './store/port.js';
import type { Texts } from './texts/words.js';
import type { Wordings } from './wording/wordings.js';
import type { Validator } from './validate/validator.js';

/** A change set, and the effects that ride in it. */
export interface Changes extends ChangeSet {
  effects?: readonly Effect[];
  /** What the portal's own rules add (a work item, a notice): committed with it, by the server's authority. */
  consequences?: ChangeSet;
}

/** What a handler comes to. */
export interface Result {
  response: FhirResponse;
  changes?: Changes;
  /**
   * Why the changes are committed with the server's own authority instead of the caller's (an operation that was
   * authorized as such). Audited. Absent: the guarded store checks every put against the caller's policy.
   */
  asSystem?: string;
  /** What made a change unnecessary. A transaction with this entry commits only if it still holds. */
  reliesOn?: Pick<ChangeSet, 'criteria' | 'unchanged'>;
  /** Runs once, after the commit, and gives the final answer; where it fails, `response` is sent: all is written. */
  completed?: () => Promise<FhirResponse>;
}

/** One request on its way: the same object goes through stages and handler. */
export interface Context {
  readonly request: FhirRequest;
  readonly endpoint: Endpoint;
  /** The name under which this request reads and writes: the partition, or that of a union of several. */
  readonly partition: string;
  readonly route: Route;
  readonly actor: Actor;
  /** The store as this actor may see it. */
  readonly store: Store;
  /** The bare store; the reason is audited. For what an operation must know beyond its caller's sight. */
  asSystem(reason: string): Store;
  /** Further requests by the same actor at the same endpoint: the entries of a batch or transaction. */
  readonly reentry: Reentry;
  /** The parsed body. */
  readonly resource: Resource | undefined;
  readonly prefer: Preference;
  /** An entry of a transaction, which is judged as a whole when all of its entries are known. */
  readonly isPart: boolean;
  /**
   * `Prefer: handling=lenient`: unknown search parameters are left out with a warning instead of refused. Only systems may
   * have it: for people a dropped filter could widen a result.
   */
  readonly lenient: boolean;
  /** Warnings to add to the answer. */
  readonly warnings: Issue[];
  /** What a write changes, for the audit. */
  readonly details: AuditDetail[];
}

export type Handler = (context: Context) => Promise<Result>;

/** Parameters of an operation by name: a single value, or an array where max is above 1. */
export type Values = Record<string, unknown>;

/** What an operation's handler comes to. */
export type OperationResult<Output extends Values = Values> = OperationAnswer<Output> | OperationRefusal;

export interface OperationAnswer<Output extends Values = Values> {
  /** Default 200. */
  status?: number;
  headers?: Record<string, string>;
  /** Answered in place of the output: no FHIR resource, but a document of another format that the caller asked for. */
  content?: { contentType: string; bytes: Uint8Array };
  /** Checked against the OperationDefinition's `out` parameters; `{ return: resource }` is answered as the resource. */
  output: Output;
  changes?: Changes;
  asSystem?: string;
}

/** A fault that is answered although changes are committed: a wrong try counts. */
export interface OperationRefusal {
  fault: Fault;
  changes?: Changes;
  asSystem?: string;
}

/**
 * An operation's code; everything else about it is in its OperationDefinition, which the types of its input and output
 * (operations/types.ts) are made of when the project is built.
 */
export interface Operation<Input extends Values = Values, Output extends Values = Values> {
  /** Canonical URL of the OperationDefinition in capability/operations/. */
  readonly definition: string;
  /** Has no effects, so that GET may call it, where the OperationDefinition does not say (HL7's own do not). */
  readonly readOnly?: true;
  /** Gets an input that its definition allows. A method, so that operations of any input stand in one list. */
  handler(input: Input, context: Context): Promise<OperationResult<Output>>;
}

/** Portal rules for plain REST writes, by type: what the server sets itself, and what rides in the same commit. */
export type WriteRule = (
  resource: Resource,
  previous: Resource | undefined,
  context: Context,
) => Promise<{ resource: Resource; step?: Step }>;

/** A resource to write, of whatever shape, and by which rules: writing/draft.ts makes them. */
export interface Draft {
  /** Has an id. */
  resource: Resource;
  /** The current version, if there is one (a deletion counts). */
  previous?: Version | undefined;
  method: 'POST' | 'PUT' | 'PATCH';
  /** Whose request it is: the portal's rule for the type applies. Absent: the server writes by its own authority. */
  caller?: Context;
  /** X-Provenance as sent. */
  provenance?: string;
  /** Whether literal references must lead to something, where the endpoint declares so. */
  references: 'enforced' | 'trusted';
  /** `Type/id` of what the same commit writes: references to it hold. */
  expectedReferences?: ReadonlySet<string>;
}

/** An endpoint's store as the writer sees it, and the time a request has for it. Any Context is one. */
export type EndpointStore = Pick<Context, 'endpoint' | 'partition' | 'store'> & {
  readonly request: Pick<FhirRequest, 'deadline'>;
};

/** The one way to write; nothing changes before the changes are committed. All of it throws or rejects with Fault. */
export interface Writing {
  /** One resource: its version, and all that is committed with it. */
  write(draft: Draft, target: EndpointStore): Promise<{ put: Put; changes: Changes }>;
  /** A workflow's step, by the server's own authority. */
  changesOf(step: Step, target: EndpointStore): Promise<Changes & { puts: readonly Put[] }>;
  /**
   * What all that a request writes comes to together: rules that look at more than one resource. To be called once, with all of it.
   * @param blame makes the error to throw of the one that a resource, `Organization/1`, is at fault for
   */
  settle(puts: readonly Put[], context: Context, blame?: Blame): Promise<Settled>;
  /** The deletion of a resource. */
  remove(previous: Version, target: Pick<EndpointStore, 'endpoint' | 'partition'>): Put;
}

export type Blame = (name: string, error: unknown) => unknown;

export interface Settled {
  /** To be committed with what the request writes. */
  readonly changes: Changes;
  /** By the resource that they are about, `Organization/1`. */
  readonly warnings: ReadonlyMap<string, readonly Issue[]>;
}

/** A setting before and after a change. Never health information. */
export interface AuditDetail {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export interface AuditEntry {
  at: number;
  request: string;
  actor: string;
  client: string;
  /** Interaction code or `$operation`. */
  action: string;
  /** Of the references in it, where they are not the portal's: the endpoint's public base. */
  base?: string;
  /** `Patient/1`, a type, or ''. */
  target: string;
  /** Ids of the patients concerned, where known. */
  patients: readonly string[];
  /** HTTP status of the answer. */
  status: number;
  /** Of a proxy, the relation by which they act for the one patient concerned: `RelatedPerson/2`. */
  relation?: string;
  /** Purpose of use (v3-ActReason), where it is out of the ordinary. */
  purpose?: 'BTG';
  /** For asSystem access: the reasons. */
  reasons?: readonly string[];
  /** What a write changes, where the audit tells more than its target. */
  details?: readonly AuditDetail[];
}

export interface Audit {
  /** Reads and refusals: resolves once the entry is in the log; the answer waits for it. Rejects: answer 503. */
  append(entry: AuditEntry): Promise<void>;
  /** Writes: the entry as a document that rides in the commit. */
  document(entry: AuditEntry): DocumentChange;
}

export interface ServerLimits {
  pageSize: number;
  maxPageSize: number;
  maxIncludes: number;
  /** Bytes. */
  maxBody: number;
  maxDepth: number;
  /** Elements of one resource. */
  maxElements: number;
  /** Characters of one resource's text, base64 content left out. */
  maxText: number;
  /** Entries of a Bundle. */
  maxEntries: number;
  /** Milliseconds. */
  searchTimeout: number;
}

/**
 * Answers a request at a declared endpoint, commit and audit included. Looks up which search parameters the endpoint has at
 * that moment. Never rejects.
 */
export type Dispatch = (request: FhirRequest, endpoint: Endpoint, actor?: Actor) => Promise<FhirResponse>;

export interface Reentry {
  /** Answers a request, commit and audit included. Never rejects. */
  answer(request: FhirRequest): Promise<FhirResponse>;
  /** The same up to, but without, the commit. Rejects with Fault. `store` replaces the actor's own. */
  prepare(request: FhirRequest, store: Store): Promise<Result>;
  /**
   * The answer to a request whose commit is left out: all of its checks are made, those of access among them. Rejects with Fault,
   * as for a request that reads after its commit.
   */
  rehearse(request: FhirRequest): Promise<FhirResponse>;
  /** Admits a read of a transaction: it is routed, authorized and charged, once. Rejects with Fault. */
  admit(request: FhirRequest): Promise<AdmittedRead>;
}

/** A read between its admission and its answer, with the commit of its transaction in between. */
export interface AdmittedRead {
  /** What it comes to in this store. Rejects with Fault. */
  on(store: Store): Promise<FhirResponse>;
  /** The answer, audited: `known`, or else that of the actor's own store. Never rejects. */
  answer(known: FhirResponse | undefined): Promise<FhirResponse>;
}

/** Page links: sealed, so that they show nothing and cannot be edited, and bound to one actor as it is then. */
export interface Cursors {
  seal(content: Readonly<Record<string, unknown>>, actor: Actor): string;
  /** Throws Fault `gone` code `expired` for one too old, `not-found` for any other that is not this actor's own. */
  open(cursor: string, actor: Actor): Readonly<Record<string, unknown>>;
}

/** What handlers are made of. Each factory names its share: `Pick<HandlerParts, 'definitions' | 'clock'>`. */
export interface HandlerParts extends World {
  readonly definitions: Definitions;
  /** The search parameters of the definitions. */
  readonly registry: SearchRegistry;
  /** Those of a partition: its customer's own are among them. */
  readonly registryOf: (partition: string) => SearchRegistry;
  readonly validator: Validator;
  readonly records: Records;
  readonly blobs: Blobs;
  /** The audit of what the server writes by its own authority outside any request, and why; it rides in that commit. */
  readonly auditOwn: (reason: string, changes: ChangeSet, endpoint: Endpoint) => DocumentChange;
  readonly limits: ServerLimits;
  readonly cursors: Cursors;
  /** The endpoint with the search parameters in force at this moment. Every write looks it up first. */
  readonly served: (endpoint: Endpoint) => Endpoint | Promise<Endpoint>;
  readonly writing: Writing;
  /**
   * The definitions that a resource is held against, which may have any shape yet: the profiles it declares, and those
   * named, are among them where they were posted to this endpoint and the caller sees them.
   */
  definitionsFor(
    target: EndpointStore,
    resource: Resource | undefined,
    named?: readonly string[],
  ): Definitions | Promise<Definitions>;
  /** The endpoint's CapabilityStatement with the profiles that packages brought and that were posted to it. */
  statement(context: Context): JsonObject | Promise<JsonObject>;
  /**
   * What search parameters that depend on the caller and the moment come to, as far as this query names them: those of
   * the caller's own message boxes, of who takes messages, and of who cares for a patient.
   */
  personal(context: Context, query: Query): Promise<Personal>;
  /** What a search of this request may ask of the value sets and code systems it names. */
  terminology(context: Context, names: readonly string[]): Promise<Terminology>;
  readonly misdirected: MisdirectedTokens;
  readonly unsubscribe: UnsubscribeTokens;
  /** Of notices. */
  readonly deliveries: Deliveries;
  /** The portal's configuration at this moment. */
  readonly configuration: CurrentConfiguration;
  /** The texts at this moment. */
  readonly texts: () => Promise<Texts>;
  /** The wordings of notices. */
  readonly wordings: Wordings;
  readonly accountAccess: AccountAccess;
  /** Settings the portal's workflows read. */
  readonly portal: PortalSettings;
}

/** How accounts are signed in to, as far as member administration changes it: private records, as changes for one commit. */
export interface AccountAccess {
  /** Ends the waits that wrong tries led to. @param account `Person/1`, `Practitioner/2` */
  unlocking(account: string): Promise<DocumentChange[]>;
  /** Removes every second factor, signs the account out, and tells its person; nothing where there is none. */
  withoutFactors(account: string): Promise<DocumentChange[]>;
}

export interface PortalSettings {
  /** Where links in notices lead, without a trailing slash. */
  portalUrl: string;
  invitationDays: number;
  /** For how long a clinician sees what is restricted, at most. */
  breakGlassMinutes: number;
  /** Accounts are in use once they are made; else they are pending until their activation. */
  activatesAccounts: boolean;
  /** The contact channels set up here, in the order of preference. */
  channels: readonly ContactChannel[];
}
