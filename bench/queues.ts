/** How the page of a queue, and the counts beside it, slow down as the queue grows: an agent's own requests, against raw in the same minute. */
import type { Json, Resource } from '../src/fhir/resource.js';
import { inArena, type Arena } from './arena.js';
import type { Load, Run } from './drive.js';
import type { At } from './loads.js';
import { median, type Effort } from './measure.js';
import { patientCount, patientId } from './portal-mix.js';
import { table } from './table.js';

const AGENT = 'Practitioner/demo-agent';
const OWN = 'https://portico.health/fhir';
const groupOf = (items: number): string => `bench-queue-${items}`;

const coded = (system: string, code: string): Json => ({ coding: [{ system: `${OWN}/CodeSystem/${system}`, code }] });
const reference = (to: string): Json => ({ reference: to });

/** Of ten items eight wait in the queue, one is with the agent, one is done. Each is about a message of its own. */
function itemOf(at: number, items: number): Resource[] {
  const id = `${groupOf(items)}-${at}`;
  const patient = reference(`Patient/${patientId(at % PATIENTS)}`);
  const authored = new Date(Date.UTC(2026, 0, 1) + ((at * 7919) % items) * 1000).toISOString();
  const due = new Date(Date.UTC(2090, 0, 1) + ((at * 104_729) % items) * 1000).toISOString();
  const status = at % 10 === 0 ? 'completed' : at % 10 === 1 ? 'in-progress' : 'ready';
  const group = reference(`Organization/${groupOf(items)}`);
  return [
    {
      ...{ resourceType: 'Communication', id, status: 'completed', subject: patient, sender: patient },
      ...{ category: [coded('message-category', 'medical')], sent: authored, topic: { text: `Question ${at}` } },
      ...{ recipient: [group], payload: [{ contentString: 'May I take them with food?' }] },
    },
    {
      ...{ resourceType: 'Task', id, status, intent: 'order', priority: at % 50 === 2 ? 'urgent' : 'routine' },
      extension: [{ url: `${OWN}/StructureDefinition/workflow-group-of`, valueReference: group }],
      ...{ code: coded('task-code', 'workbench'), focus: reference(`Communication/${id}`), for: patient },
      ...{ authoredOn: authored, lastModified: authored, owner: status === 'ready' ? group : reference(AGENT) },
      restriction: { period: { end: due } },
    },
  ];
}

/** Patients that are there: those of the smallest portal mix. */
const FILLED = 1000;
const PATIENTS = patientCount(FILLED);

/** What a bench loads for a queue of so many items, one after the other. */
export function* queueResources(items: number): Iterable<Resource> {
  const group = groupOf(items);
  yield {
    ...{ resourceType: 'Organization', id: group, active: true, name: `Desk of ${items}` },
    type: [coded('organization-type', 'workflow-group')],
  };
  yield {
    ...{ resourceType: 'PractitionerRole', id: group, active: true, code: [coded('role', 'agent')] },
    ...{ practitioner: reference(AGENT), organization: reference(`Organization/${group}`) },
  };
  for (let at = 0; at < items; at++) yield* itemOf(at, items);
}

type Kind = 'page' | 'next' | 'count';

async function loadsOf(at: At, items: number): Promise<Record<Kind, Load>> {
  const queue = `queue=Organization/${groupOf(items)}$`;
  const page = `Task?${queue}ready&_sort=queue-order,authored-on&_include=Task:focus&_include=Task:subject&_count=20&_total=none`;
  const answer = await fetch(`${at.base}/${page}`, { headers: { authorization: `Bearer ${at.token}` } });
  const { link = [] } = (await answer.json()) as { link?: { relation: string; url: string }[] };
  const next = link.find(({ relation }) => relation === 'next')!.url.slice(at.base.length + 1);
  const mine = `Task?${queue}in-progress&owner=${AGENT}&_count=1&_elements=id`;
  return {
    page: { ...at, paths: [page] },
    next: { ...at, paths: [next] },
    count: { ...at, paths: [`Task?${queue}ready&_count=1&_elements=id`, mine] },
  };
}

export interface Queue {
  readonly items: number;
  readonly raw: Run;
  readonly kinds: Readonly<Record<Kind, Run>>;
}

async function measured(arena: Arena, items: number, { rounds, seconds }: Effort): Promise<Queue> {
  const token = await arena.server.ask<string>('tokenOf', { client: 'demo-agent', person: AGENT });
  const loads = Object.entries(await loadsOf({ ...arena.at, token }, items)) as [Kind, Load][];
  const runs = new Map<Kind, Run[]>();
  const raw: Run[] = [];
  for (const [, load] of loads) await arena.run(load, seconds);
  for (let round = 0; round < rounds; round++) {
    raw.push(await arena.raw(seconds));
    for (const [kind, load] of loads) runs.set(kind, [...(runs.get(kind) ?? []), await arena.run(load, seconds)]);
  }
  const cheapest = (all: readonly Run[]): Run => ({
    rate: median(all.map(({ rate }) => rate)),
    cpu: median(all.map(({ cpu }) => cpu)),
  });
  const kinds = Object.fromEntries([...runs].map(([kind, all]) => [kind, cheapest(all)])) as Queue['kinds'];
  return { items, raw: cheapest(raw), kinds };
}

/** A queue of each size beside the smaller ones, in one store. */
export async function measureQueues(sizes: readonly number[], effort: Effort): Promise<Queue[]> {
  return inArena(FILLED, async arena => {
    const queues: Queue[] = [];
    for (const items of sizes) {
      await arena.fillQueue(items);
      queues.push(await measured(arena, items, effort));
    }
    return queues;
  });
}

/** Processor time of each answer, beside what it was at the first size. */
export function queueTable(queues: readonly Queue[]): string {
  const [first] = queues;
  const kinds = Object.keys(first!.kinds) as Kind[];
  const relative = ({ kinds: runs, raw }: Queue, kind: Kind): number => runs[kind].cpu / raw.cpu;
  const rows = queues.map(one => [
    one.items.toLocaleString('en'),
    ...kinds.map(
      kind => `${one.kinds[kind].cpu.toFixed(0)} µs, ${(relative(one, kind) / relative(first!, kind)).toFixed(2)} ×`,
    ),
  ]);
  return table(['Items', 'First page', 'Second page', 'Count to 1,000'], rows);
}
