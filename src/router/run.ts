/** A request on its way: what the stages have found out so far, and the context its handler gets. */
import type { Context, Reentry } from '../service.js';
import type { Store } from '../store/port.js';
import type { DispatchParts, Run } from './parts.js';
import { route } from './routing.js';
import { stagesOf, type Step } from './stages.js';
import { defined } from '../fhir/defined.js';

/** A run that came through all stages. */
export type Ready = Run & Step;

const stages = new Map<string, ReturnType<typeof stagesOf>>();

/** Takes the run through its stages. Rejects with Fault. */
export async function begin(run: Run, parts: DispatchParts): Promise<Ready> {
  run.route = route(run.endpoint, run.request);
  const ready: Ready = Object.assign(run, { route: run.route, prefer: { async: false }, values: {} });
  const { interaction } = run.route;
  const list = stages.get(interaction) ?? stagesOf(interaction);
  stages.set(interaction, list);
  for (const stage of list) {
    const pending = stage(ready, parts);
    if (pending) await pending;
  }
  return ready;
}

export function contextOf(ready: Ready, store: Store, reentry: Reentry, parts: DispatchParts): Context {
  const { request, endpoint, route, resource, prefer, actor = parts.gate.anonymous, reasons } = ready;
  return {
    request,
    endpoint,
    partition: endpoint.partition,
    route,
    actor,
    store,
    services: parts.services,
    reentry,
    ...defined({ resource }),
    prefer,
    lenient: prefer.handling === 'lenient' && actor.kind === 'system',
    warnings: [],
    asSystem(reason) {
      reasons.push(reason);
      return parts.bare(endpoint);
    },
  };
}
