/**
 * The FHIR router: a plain function from request to response. Route → stages → handler → commit → audit. A handler whose
 * commit loses a race runs again: it evaluates its preconditions on what is there by then.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { mergeChangeSets, type GuardedStore } from '../access/guarded-store.js';
import { Fault, isConflict } from '../fhir/fault.js';
import { asFault, faultResponse } from '../fhir/outcome.js';
import type { FhirRequest } from '../fhir/request.js';
import type { FhirResponse } from '../fhir/response.js';
import type { Dispatch, Reentry, Result } from '../service.js';
import type { Store } from '../store/port.js';
import { auditEntry, patientsAsked } from './audited.js';
import type { DispatchParts, Run } from './parts.js';
import { begin, contextOf, type Ready } from './run.js';
import { defined } from '../fhir/defined.js';

/** Runs of one handler before a lost race is told to the caller. */
const ATTEMPTS = 16;

/** Milliseconds, spread so that those who collided once do not collide again. */
const backOff = (attempt: number): number => Math.random() * Math.min(2 ** attempt, 256);

export const createDispatch =
  (parts: DispatchParts): Dispatch =>
  async (request, declared, actor) => {
    const started = parts.services.clock.now();
    const endpoint = await parts.served(declared);
    return dispatch({ request, endpoint, started, reasons: [], ...defined({ actor }) }, parts);
  };

async function dispatch(run: Run, parts: DispatchParts): Promise<FhirResponse> {
  const response = await answer(run, parts);
  parts.answered(run, response.status);
  return response;
}

/** Entries are served as the request is that holds them: nobody changes what an endpoint serves half-way. */
function reentryOf({ endpoint, actor }: Ready, parts: DispatchParts): Reentry {
  const entry = (request: FhirRequest): Run => {
    const started = parts.services.clock.now();
    return { request, endpoint, started, reasons: [], ...defined({ actor }) };
  };
  return {
    answer: request => dispatch(entry(request), parts),
    prepare: async (request, store) => handle(await begin(entry(request), parts), store, parts),
  };
}

/** The answer, audited: a write's audit is in its commit, that of all else is logged before the answer goes out. */
async function answer(run: Run, parts: DispatchParts): Promise<FhirResponse> {
  let result: { response: FhirResponse; audited: boolean };
  try {
    result = await carryOut(await begin(run, parts), parts);
  } catch (error) {
    const fault = asFault(error);
    if (fault.kind === 'exception') parts.report(error, run.request);
    result = { response: faultResponse(fault), audited: false };
  }
  const { response, audited } = result;
  return audited || run.route?.interaction === 'capabilities' ? response : withAudit(run, response, parts);
}

async function carryOut(ready: Ready, parts: DispatchParts): Promise<{ response: FhirResponse; audited: boolean }> {
  const store = parts.gate.guard(parts.bare(ready.endpoint), ready.actor ?? parts.gate.anonymous, ready.route);
  for (let attempt = 1; ; attempt++) {
    const result = await handle(ready, store, parts);
    if (!result.changes) return { response: result.response, audited: false };
    try {
      await commit(ready, result, store, parts);
      return { response: (await result.completed?.()) ?? result.response, audited: true };
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
      await pause(backOff(attempt));
    }
  }
}

function handle(ready: Ready, store: Store, parts: DispatchParts): Promise<Result> {
  const context = contextOf(ready, store, reentryOf(ready, parts), parts);
  if (ready.route.interaction === 'operation') return parts.operations.run(ready.values, context);
  const handler = parts.interactions[ready.route.interaction];
  if (!handler) throw new Error(`no handler for ${ready.route.interaction}`);
  return handler(context);
}

async function commit(ready: Ready, result: Result, store: GuardedStore, parts: DispatchParts): Promise<void> {
  const { effects = [], consequences = {}, ...changes } = result.changes ?? {};
  const { clock, outbox, audit } = parts.services;
  if (result.asSystem !== undefined) ready.reasons.push(result.asSystem);
  const entry = auditEntry(ready, result.response.status, clock.now(), parts.patientsOf(changes));
  const added = mergeChangeSets(consequences, { documents: [...effects.flatMap(outbox), audit.document(entry)] });
  if (result.asSystem === undefined) await store.commit({ ...changes, consequences: added });
  else await parts.bare(ready.endpoint).commit(mergeChangeSets(changes, added));
}

async function withAudit(run: Run, response: FhirResponse, parts: DispatchParts): Promise<FhirResponse> {
  const { audit, clock } = parts.services;
  try {
    await audit.append(auditEntry(run, response.status, clock.now(), patientsAsked(run, response)));
    return response;
  } catch (error) {
    parts.report(error, run.request);
    return faultResponse(
      new Fault('unavailable', 'The audit log cannot be written.', { headers: { 'retry-after': '5' } }),
    );
  }
}
