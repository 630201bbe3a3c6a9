/**
 * The FHIR router: a plain function from request to response. Route → stages → handler → commit → audit. A handler runs again
 * where its commit loses a race, and evaluates its preconditions on the new state.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { GuardedStore } from '../access/guarded-store.js';
import { Fault, isConflict, isBreakdown } from '../fhir/fault.js';
import { asFault, faultResponse } from '../fhir/outcome.js';
import type { FhirRequest } from '../fhir/request.js';
import type { FhirResponse } from '../fhir/response.js';
import type { AdmittedRead, Dispatch, Reentry, Result } from '../service.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { Store } from '../store/port.js';
import { auditEntry, patientsConcerned } from './audited.js';
import type { DispatchParts, Ready, Run } from './parts.js';
import { begin, contextOf, createRun } from './run.js';
import { told } from './told.js';

/** Runs of one handler until the caller gets the conflict as its answer. */
const ATTEMPTS = 16;

/** Milliseconds, at random, so that two requests do not collide again. */
const backOff = (attempt: number): number => Math.random() * Math.min(2 ** attempt, 256);

export const createDispatch =
  (parts: DispatchParts): Dispatch =>
  async (request, declared, actor) => {
    const started = parts.clock.now();
    const endpoint = await parts.served(declared);
    return answer(createRun(request, endpoint, started, actor), parts);
  };

/** All entries of a Bundle see the endpoint as it stood when the Bundle arrived. */
class Entries implements Reentry {
  private readonly whole: Run;
  private readonly parts: DispatchParts;
  private readonly charged = new Set<string>();

  constructor(whole: Run, parts: DispatchParts) {
    this.whole = whole;
    this.parts = parts;
  }

  answer(request: FhirRequest): Promise<FhirResponse> {
    return answer(this.entry(request), this.parts);
  }

  async prepare(request: FhirRequest, store: Store): Promise<Result> {
    // The audit of the whole names why any of its entries was served by the server's own authority, and what they change.
    const { reasons, details } = this.whole;
    return this.handled(await this.begun({ ...this.entry(request), reasons, details }), store, true);
  }

  async admit(request: FhirRequest): Promise<AdmittedRead> {
    const { parts } = this;
    const ready = await this.begun(this.entry(request));
    return {
      on: async store => (await this.handled(ready, store)).response,
      answer: known => finish(ready, parts, async () => (known ? unaudited(known) : carryOut(ready, parts))),
    };
  }

  async rehearse(request: FhirRequest): Promise<FhirResponse> {
    const { reasons } = this.whole;
    const ready = await this.begun({ ...this.entry(request), reasons });
    const store = guarded(ready, this.parts);
    const { response, changes, asSystem, completed } = await this.handled(ready, store);
    if (completed)
      throw new Fault('unprocessable', 'What reads after it has written cannot be tried: leave reads out.');
    if (changes && asSystem === undefined) await store.check(changes);
    return response;
  }

  private entry(request: FhirRequest): Run {
    const { endpoint, actor } = this.whole;
    return createRun(request, endpoint, this.parts.clock.now(), actor);
  }

  /** An entry is charged once, though its transaction runs again. */
  private begun(run: Run): Promise<Ready> {
    const charged = this.charged.has(run.request.id);
    this.charged.add(run.request.id);
    return begin({ ...run, charged }, this.parts);
  }

  private handled(ready: Ready, store: Store, isPart = false): Promise<Result> {
    return handle(ready, { store, reentry: new Entries(ready, this.parts), isPart }, this.parts);
  }
}

/** The answer, audited: the commit of a write holds its audit; the audit of any other request is logged before its answer is sent. */
const answer = (run: Run, parts: DispatchParts): Promise<FhirResponse> =>
  finish(run, parts, async () => carryOut(await begin(run, parts), parts));

/** Methods that bring no content. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

async function finish(run: Run, parts: DispatchParts, work: () => Promise<Done>): Promise<FhirResponse> {
  let done: Done;
  try {
    done = await (READS.has(run.request.method) ? work() : parts.withoutRemains(work));
  } catch (error) {
    const fault = asFault(error);
    if (isBreakdown(fault)) parts.report(error, run.request);
    done = unaudited(faultResponse(fault));
  }
  const audited = done.audited || run.route?.interaction === 'capabilities';
  const response = audited ? done.response : await withAudit(run, done.response, parts);
  parts.answered(run, response.status);
  return response.status < 400 ? response : told(run, response, parts);
}

interface Done {
  response: FhirResponse;
  audited: boolean;
}

const unaudited = (response: FhirResponse): Done => ({ response, audited: false });

/** The store as the caller sees it. */
const guarded = ({ endpoint, actor, route, off }: Ready, parts: DispatchParts): GuardedStore =>
  parts.gate.guard(parts.bare(endpoint), actor ?? parts.gate.anonymous, endpoint, route, off);

async function carryOut(ready: Ready, parts: DispatchParts): Promise<Done> {
  const store = guarded(ready, parts);
  const reentry = new Entries(ready, parts);
  for (let attempt = 1; ; attempt++) {
    const result = await handle(ready, { store, reentry }, parts);
    if (!result.changes) return unaudited(result.response);
    try {
      await commit(ready, result, store, parts);
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
      await pause(backOff(attempt));
      continue;
    }
    return { response: await completed(ready, result, parts), audited: true };
  }
}

/** All is written by now, and nothing that fails here may say otherwise. */
async function completed({ request }: Ready, { response, completed: last }: Result, parts: DispatchParts) {
  try {
    return (await last?.()) ?? response;
  } catch (error) {
    parts.report(error, request);
    return response;
  }
}

function handle(
  ready: Ready,
  { store, reentry, isPart = false }: { store: Store; reentry: Reentry; isPart?: boolean },
  parts: DispatchParts,
): Promise<Result> {
  const context = contextOf(ready, { store, reentry, isPart }, parts);
  if (ready.route.interaction === 'operation') return parts.operations.run(ready.values, context);
  const handler = parts.interactions[ready.route.interaction];
  if (!handler) throw new Error(`no handler for ${ready.route.interaction}`);
  return handler(context);
}

async function commit(ready: Ready, result: Result, store: GuardedStore, parts: DispatchParts): Promise<void> {
  const { effects = [], consequences = {}, ...changes } = result.changes ?? {};
  const { clock, outbox, audit } = parts;
  if (result.asSystem !== undefined) ready.reasons.push(result.asSystem);
  const entry = auditEntry(ready, result.response.status, clock.now(), parts.patientsOf(changes));
  const added = mergeChangeSets(consequences, { documents: [...effects.flatMap(outbox), audit.document(entry)] });
  if (result.asSystem === undefined) await store.commit({ ...changes, consequences: added });
  else await parts.bare(ready.endpoint).commit(mergeChangeSets(changes, added));
}

async function withAudit(run: Run, response: FhirResponse, parts: DispatchParts): Promise<FhirResponse> {
  const { audit, clock } = parts;
  try {
    await audit.append(auditEntry(run, response.status, clock.now(), patientsConcerned(run, response)));
    return response;
  } catch (error) {
    parts.report(error, run.request);
    return faultResponse(
      new Fault('unavailable', 'The audit log cannot be written.', { headers: { 'retry-after': '5' } }),
    );
  }
}
