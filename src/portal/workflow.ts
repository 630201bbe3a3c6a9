/**
 * A workflow is a table of moves between the states of a FHIR resource. The same table judges the operations that make
 * a move and the plain PUT or PATCH that comes to the same.
 */
import type { CodeableConcept } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import type { Criterion } from '../store/port.js';
import { changedAt } from './changed-at.js';
import type { Effect } from './effect.js';
import type { WorkflowReader } from './step.js';

export interface Stateful {
  resourceType: string;
  status?: string | undefined;
  businessStatus?: CodeableConcept | undefined;
}

/** The caller that makes a move, as far as workflows are concerned, or the server itself. */
export interface Mover {
  readonly kind: 'anonymous' | 'system' | 'patient' | 'staff' | 'server';
  /** `client:demo-ehr` of a system. */
  readonly subject?: string;
  /** `Practitioner/1` */
  readonly fhirUser?: string;
  /** References that count as the mover. */
  readonly identities?: readonly string[];
  /** `Organization/1` of each group the mover works in. */
  readonly organizations?: readonly string[];
}

/** The server itself, in an operation that was authorized as such. */
export const SERVER: Mover = { kind: 'server' };

export interface Moving<Input = object> {
  readonly by: Mover;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Sees everything, whatever the mover may see. */
  readonly all: WorkflowReader;
  /** Parameters of the move; a plain update has none. */
  readonly input: Input;
}

export interface State<R> {
  has(resource: R, by: Mover): boolean;
  /** Set on a resource that enters the state. */
  readonly enter: Partial<R>;
}

export interface Move<R, Input = object, Known = undefined> {
  readonly from: readonly string[];
  readonly to: string;
  /** The kinds of callers that may make it. Fault `forbidden` for all others. */
  readonly by: readonly Mover['kind'][];
  /** Offered to callers as an operation, `$` and the name of the move. */
  readonly operation?: true;
  /** In state `to` the move may be made again, and changes nothing. */
  readonly repeatable?: true;
  /** Looks up what guard, change and effects must know beyond the resource. */
  reads?(resource: R, moving: Moving<Input>): Promise<Known>;
  /** Throws Fault where the move is not for this mover, or not for this moment. Runs only in a state of `from`. */
  guard?(resource: R, moving: Moving<Input>, known: Known): void | Promise<void>;
  /** Changes besides the state; an element that is undefined goes. */
  change?(resource: R, moving: Moving<Input>, known: Known): Partial<R>;
  effects?(resource: R, moving: Moving<Input>, known: Known): Effect[];
  /** Conditions under which what it read still holds at commit. */
  criteria?(resource: R, moving: Moving<Input>, known: Known): readonly Criterion[];
}

export interface Workflow<Name extends string, R extends Stateful, Input = object, Known = undefined> {
  /** For people: `work item`. */
  readonly name: string;
  readonly resource: R['resourceType'];
  /** Whether a resource of the type belongs to this workflow. */
  governs(resource: R): boolean;
  readonly states: Readonly<Record<string, State<R>>>;
  readonly moves: Readonly<Record<Name, Move<R, Input, Known>>>;
  /** Elements that moves alone change, by their FHIRPath, each as text. */
  settled?(resource: R): Readonly<Record<string, string | undefined>>;
}

/** A workflow of any resource. */
export type AnyWorkflow = Workflow<string, Stateful, object, unknown>;

/** The result of a move. */
export interface Moved<R> {
  readonly resource: R;
  readonly effects: readonly Effect[];
  readonly criteria: readonly Criterion[];
}

/** A state that has this status and, where one is given, this business status. */
export function statusState<R extends Stateful>(status: R['status'], businessStatus?: CodeableConcept): State<R> {
  return {
    has: one => one.status === status && (businessStatus === undefined || means(one.businessStatus, businessStatus)),
    enter: { status, ...(businessStatus === undefined ? {} : { businessStatus }) } as Partial<R>,
  };
}

/** A state for each of these statuses, of the same name. */
export function statusStates<R extends Stateful>(...statuses: NonNullable<R['status']>[]): Record<string, State<R>> {
  return Object.fromEntries(statuses.map(status => [status, statusState<R>(status)]));
}

/** Whether a concept has a coding of the wanted one. */
function means(concept: CodeableConcept | undefined, wanted: CodeableConcept): boolean {
  return (wanted.coding ?? []).some(({ system, code }) =>
    (concept?.coding ?? []).some(one => one.system === system && one.code === code),
  );
}

/** The name of the state that a resource is in for this mover; one that the workflow does not list is named by its status. */
export function stateOf<R extends Stateful>(
  { states }: Pick<Workflow<string, R, never, never>, 'states'>,
  resource: R,
  by: Mover,
): string {
  const listed = Object.entries(states).find(([, state]) => state.has(resource, by));
  if (listed) return listed[0];
  const codes = (resource.businessStatus?.coding ?? []).map(({ system, code }) => `${system}|${code}`);
  return [resource.status ?? 'unknown', ...codes].join(' ');
}

/** The resource after a move. Faults: `conflict` where its state does not allow it, `forbidden`, those of the guard. */
export async function move<Name extends string, R extends Stateful, Input, Known>(
  workflow: Workflow<Name, R, Input, Known>,
  name: Name,
  resource: R,
  moving: Moving<Input>,
): Promise<Moved<R>> {
  const row = workflow.moves[name];
  const state = stateOf(workflow, resource, moving.by);
  const repeated = row.repeatable === true && state === row.to;
  if (!repeated && !row.from.includes(state)) throw conflict(workflow, `is ${state} and does not allow this: ${name}`);
  const known = await admit(row, resource, moving);
  return repeated ? { resource, effects: [], criteria: [] } : after(workflow, row, resource, moving, known);
}

/**
 * Judges a plain update by the workflow that its resource belongs to. An update that leaves the state alone goes through.
 * Faults: `conflict` where no move leads from the state before to the one wanted, or the resource would leave the
 * workflow; `forbidden`; those of the guard.
 * @param moving is called only where the state changes
 */
export async function judge<Name extends string, R extends Stateful, Input, Known>(
  workflow: Workflow<Name, R, Input, Known>,
  before: R,
  wanted: R,
  by: Mover,
  moving: () => Moving<Input>,
): Promise<Moved<R>> {
  if (!workflow.governs(wanted)) throw conflict(workflow, 'must remain one');
  const [from, to] = [before, wanted].map(one => stateOf(workflow, one, by));
  if (from === to) return untouched(workflow, before, wanted);
  const rows = Object.values<Move<R, Input, Known>>(workflow.moves).filter(
    row => row.from.includes(from!) && row.to === to,
  );
  const faults: Fault[] = [];
  const plain = moving();
  for (const row of rows) {
    try {
      return after(workflow, row, wanted, plain, await admit(row, before, plain));
    } catch (error) {
      faults.push(refusal(error));
    }
  }
  throw faults[0] ?? conflict(workflow, `is ${from} and cannot become ${to}`);
}

/** An update outside the moves. Fault `conflict` where it changes what they alone change. */
function untouched<Name extends string, R extends Stateful, Input, Known>(
  workflow: Workflow<Name, R, Input, Known>,
  before: R,
  wanted: R,
): Moved<R> {
  const { name } = workflow;
  const next = workflow.settled?.(wanted) ?? {};
  const changed = Object.entries(workflow.settled?.(before) ?? {}).find(([element, value]) => next[element] !== value);
  if (!changed) return { resource: wanted, effects: [], criteria: [] };
  const [expression] = changed;
  throw new Fault('conflict', `This element of a ${name} changes by its operations alone.`, { expression });
}

/** Lets the mover make the move, or rejects with Fault. Resolves with the facts that the move reads. */
async function admit<R, Input, Known>(row: Move<R, Input, Known>, resource: R, moving: Moving<Input>): Promise<Known> {
  if (!row.by.includes(moving.by.kind)) throw new Fault('forbidden', 'This caller may not do that.');
  const known = (await row.reads?.(resource, moving)) as Known;
  await row.guard?.(resource, moving, known);
  return known;
}

function after<Name extends string, R extends Stateful, Input, Known>(
  { states }: Workflow<Name, R, Input, Known>,
  row: Move<R, Input, Known>,
  resource: R,
  moving: Moving<Input>,
  known: Known,
): Moved<R> {
  const dated = { ...moving, now: changedAt(resource, moving.now) };
  const changes = { ...row.change?.(resource, dated, known), ...states[row.to]?.enter };
  const next = defined({ ...resource, ...changes }) as R;
  const [effects, criteria] = [row.effects?.(next, moving, known), row.criteria?.(next, moving, known)];
  return { resource: next, effects: effects ?? [], criteria: criteria ?? [] };
}

function conflict({ name, resource }: { name: string; resource: string }, why: string): Fault {
  return new Fault('conflict', `This ${name} ${why}.`, { expression: `${resource}.status` });
}

/** A refusal of the table or a guard. Throws every other error on. */
function refusal(error: unknown): Fault {
  if (error instanceof Fault && (error.kind === 'forbidden' || error.kind === 'conflict')) return error;
  throw error;
}
