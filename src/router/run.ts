/** Takes a request through its stages and makes the context of its handler. */
import type { Actor } from '../access/actor.js';
import type { Endpoint } from '../definitions/endpoint.js';
import { parsePrefer } from '../fhir/prefer.js';
import type { FhirRequest } from '../fhir/request.js';
import type { Context, Values } from '../service.js';
import type { DispatchParts, Ready, Run } from './parts.js';
import { route } from './routing.js';
import { stagesOf } from './stages.js';

const NO_PREFERENCE = parsePrefer(undefined);
const NO_VALUES: Values = {};

const stages = new Map<string, ReturnType<typeof stagesOf>>();

/** All properties exist from the start: V8 reads objects of one shape fast. */
export const createRun = (request: FhirRequest, endpoint: Endpoint, started: number, actor?: Actor): Run => ({
  request,
  endpoint,
  started,
  reasons: [],
  charged: false,
  route: undefined,
  actor,
  prefer: NO_PREFERENCE,
  resource: undefined,
  values: NO_VALUES,
  off: undefined,
  details: [],
});

/** Takes the run through its stages. Rejects with Fault. */
export async function begin(run: Run, parts: DispatchParts): Promise<Ready> {
  run.route = route(run.endpoint, run.request);
  const ready = run as Ready;
  const { interaction } = run.route;
  const list = stages.get(interaction) ?? stagesOf(interaction);
  stages.set(interaction, list);
  for (const stage of list) {
    const pending = stage(ready, parts);
    if (pending) await pending;
  }
  return ready;
}

export function contextOf(
  ready: Ready,
  { store, reentry, isPart }: Pick<Context, 'store' | 'reentry' | 'isPart'>,
  parts: DispatchParts,
): Context {
  const { request, endpoint, route, resource, prefer, actor = parts.gate.anonymous, reasons, details } = ready;
  return {
    request,
    endpoint,
    partition: endpoint.partition,
    route,
    actor,
    store,
    reentry,
    resource,
    prefer,
    isPart,
    lenient: prefer.handling === 'lenient' && actor.kind === 'system',
    warnings: [],
    details,
    asSystem(reason) {
      reasons.push(reason);
      return parts.bare(endpoint);
    },
  };
}
