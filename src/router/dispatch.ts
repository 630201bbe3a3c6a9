/**
 * The FHIR router: a plain function from request to response. Route → stages → handler → commit → audit. A handler whose
 * commit loses a race runs again: it evaluates its preconditions on what is there by then.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Actor } from '../access/actor.js';
import type { Endpoint, Route } from '../definitions/endpoint.js';
import { asFault, faultResponse } from '../fhir/outcome.js';
import { Fault, type Issue } from '../fhir/fault.js';
import type { FhirRequest } from '../fhir/request.js';
import type { FhirResponse } from '../fhir/response.js';
import type { AuditEntry, Context, Dispatch, Handler, Result, Services } from '../service.js';
import { joined, type GuardedStore } from '../access/guarded-store.js';
import type { ChangeSet, Store } from '../store/port.js';
import { route as findRoute } from './routing.js';
import { stagesOf, type StageParts, type Step } from './stages.js';

export interface DispatchParts extends StageParts {
  interactions: Readonly<Record<string, Handler>>;
  /** The bare store of an endpoint. */
  bare(endpoint: Endpoint): Store;
  /** Patients whose compartment these changes touch, for the audit. */
  patientsOf(changes: ChangeSet): string[];
  /** Everything else handlers get; a function, since dispatch itself is one of them. */
  services(): Services;
  /** Faults that nobody foresaw, for the log. */
  report(error: unknown, request: FhirRequest): void;
  /** Every answer, for log and metrics. */
  answered(answer: Answered): void;
}

export interface Answered {
  request: FhirRequest;
  endpoint: Endpoint;
  route?: Route;
  actor?: Actor;
  status: number;
  /** Milliseconds since the epoch, when work on it began. */
  started: number;
}

/** Runs of one handler before a lost race is told to the caller. */
const ATTEMPTS = 16;

/** Milliseconds, spread so that those who collided once do not collide again. */
const backOff = (attempt: number): number => Math.random() * Math.min(2 ** attempt, 256);

interface Run extends Step {
  reasons: string[];
}

export function createDispatch(parts: DispatchParts): Dispatch {
  const stages = new Map<string, ReturnType<typeof stagesOf>>();

  async function begin(request: FhirRequest, endpoint: Endpoint, run: { route?: Route; actor?: Actor }): Promise<Run> {
    const route = findRoute(endpoint, request);
    run.route = route;
    const step: Run = {
      request,
      endpoint,
      route,
      actor: run.actor,
      prefer: { async: false },
      resource: undefined,
      values: {},
      reasons: [],
    };
    const list = stages.get(route.interaction) ?? stagesOf(route.interaction);
    stages.set(route.interaction, list);
    for (const stage of list) {
      await stage(step, parts);
      if (step.actor) run.actor = step.actor;
    }
    return step;
  }

  async function handle(step: Run, store: Store): Promise<Result> {
    const context = contextOf(step, store, parts);
    if (step.route.interaction === 'operation') return parts.operations.run(step.values, context);
    const handler = parts.interactions[step.route.interaction];
    if (!handler) throw new Error(`no handler for ${step.route.interaction}`);
    return handler(context);
  }

  async function answer(step: Run): Promise<{ response: FhirResponse; audited: boolean }> {
    const store = parts.gate.guard(parts.bare(step.endpoint), step.actor ?? parts.gate.anonymous, step.route);
    for (let attempt = 1; ; attempt++) {
      const result = await handle(step, store);
      if (!result.changes) return { response: result.response, audited: false };
      try {
        await commit(step, result, store);
        return { response: (await result.completed?.()) ?? result.response, audited: true };
      } catch (error) {
        if (!(error instanceof Fault) || error.kind !== 'conflict' || attempt === ATTEMPTS) throw error;
        await pause(backOff(attempt));
      }
    }
  }

  async function commit(step: Run, result: Result, store: GuardedStore): Promise<void> {
    const { effects = [], consequences = {}, ...changes } = result.changes!;
    const services = parts.services();
    if (result.asSystem !== undefined) step.reasons.push(result.asSystem);
    const entry = auditEntry(step, result.response.status, services.clock.now(), parts.patientsOf(changes));
    const own: ChangeSet = { documents: [...effects.map(services.outbox), services.audit.document(entry)] };
    const added = joined(consequences, own);
    if (result.asSystem === undefined) await store.commit({ ...changes, consequences: added });
    else await parts.bare(step.endpoint).commit(joined(changes, added));
  }

  const dispatch = async (request: FhirRequest, endpoint: Endpoint, actor?: Actor): Promise<FhirResponse> => {
    const run: { route?: Route; actor?: Actor; step?: Run } = actor ? { actor } : {};
    const started = parts.services().clock.now();
    let response: FhirResponse;
    let audited = false;
    try {
      run.step = await begin(request, endpoint, run);
      ({ response, audited } = await answer(run.step));
    } catch (error) {
      const fault = asFault(error);
      if (fault.kind === 'exception') parts.report(error, request);
      response = faultResponse(fault);
    }
    const final = audited ? response : await withAudit(request, run, response);
    const { route, actor: who } = run;
    parts.answered({
      request,
      endpoint,
      ...(route ? { route } : {}),
      ...(who ? { actor: who } : {}),
      status: final.status,
      started,
    });
    return final;
  };

  async function withAudit(
    request: FhirRequest,
    run: { route?: Route; actor?: Actor; step?: Run },
    response: FhirResponse,
  ): Promise<FhirResponse> {
    if (run.route?.interaction === 'capabilities') return response;
    const { audit, clock } = parts.services();
    try {
      await audit.append(auditEntry({ request, reasons: [], ...run, ...run.step }, response.status, clock.now(), []));
      return response;
    } catch (error) {
      parts.report(error, request);
      return faultResponse(
        new Fault('unavailable', 'The audit log cannot be written.', { headers: { 'retry-after': '5' } }),
      );
    }
  }

  const prepare: Dispatch['prepare'] = async (request, endpoint, actor, store) =>
    handle(await begin(request, endpoint, { actor }), store);

  return Object.assign(dispatch, { prepare });
}

function contextOf(step: Run, store: Store, parts: DispatchParts): Context {
  const { request, endpoint, route, resource, prefer } = step;
  const actor = step.actor ?? parts.gate.anonymous;
  const warnings: Issue[] = [];
  return {
    request,
    endpoint,
    partition: endpoint.partition,
    route,
    actor,
    store,
    services: parts.services(),
    ...(resource ? { resource } : {}),
    prefer,
    lenient: prefer.handling === 'lenient' && actor.kind === 'system',
    warnings,
    asSystem(reason) {
      step.reasons.push(reason);
      return parts.bare(endpoint);
    },
  };
}

interface Audited {
  request: FhirRequest;
  route?: Route;
  actor?: Actor | undefined;
  reasons: readonly string[];
}

function auditEntry(
  { request, route, actor, reasons }: Audited,
  status: number,
  at: number,
  patients: readonly string[],
): AuditEntry {
  return {
    at,
    request: request.id,
    actor: actor?.subject ?? '',
    client: actor?.clientId ?? '',
    action: route?.operation ? `$${route.operation.name}` : (route?.interaction ?? request.method),
    target: targetOf(route),
    patients,
    status,
    ...(reasons.length === 0 ? {} : { reasons: [...new Set(reasons)] }),
  };
}

function targetOf(route: Route | undefined): string {
  const { type = '', id } = route?.compartment ?? route ?? {};
  return id === undefined ? type : `${type}/${id}`;
}
