/**
 * The form of the operations of the portal's workflows: read as the caller and as the server, write a step with the server's
 * authority, answer with a resource of it.
 */
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import type { Fault } from '../fhir/fault.js';
import { warningHeader } from '../fhir/warning-header.js';
import type { Step, WorkflowReader } from '../portal/step.js';
import type { Changes, Context, Operation, OperationResult, Values, Writing } from '../service.js';
import type { Put } from '../store/port.js';
import { mergeChanges } from '../writing/merge-changes.js';
import { written } from '../writing/step-changes.js';
import { readerOf, type ReaderParts } from '../writing/workflow-reader.js';

export interface WorkflowParts extends ReaderParts, World {
  readonly writing: Pick<Writing, 'changesOf' | 'settle'>;
}

/** A call as a workflow's operation gets it. */
export interface Call<Input> {
  input: Input;
  context: Context;
  /** Sees as much as the caller. */
  seen: WorkflowReader;
  /** Sees everything. */
  all: WorkflowReader;
}

/** The outcome of a call: an answer, alone or with a step; a step, whose resource `returns` is the output `return`; a refusal with its own changes. */
export type Outcome<Output extends Values> =
  | { output: Output }
  | { step: Step; output: Output; returns?: never }
  | { step: Step; returns: Returned; output: Omit<Output, 'return'> }
  | { step: Step; fault: Fault };

export interface Returned {
  type: string;
  id: string | undefined;
  /** A new one: the answer is 201 and says where it is. */
  created?: true;
}

export interface WorkflowOperation<Input extends Values, Output extends Values> {
  /** Canonical URL of the OperationDefinition. */
  definition: string;
  /** Why it reads and writes by the server's authority. Audited. */
  reason: string;
  readonly run: (call: Call<Input>) => Promise<Outcome<Output>>;
}

export function workflowOperation<Input extends Values, Output extends Values>(
  { definition, reason, run }: WorkflowOperation<Input, Output>,
  parts: WorkflowParts,
): Operation<Input, Output> {
  return {
    definition,
    async handler(input, context) {
      const seen = readerOf(context, context.store, parts);
      const all = readerOf(context, context.asSystem(reason), parts);
      const outcome = await run({ input, context, seen, all });
      if (!('step' in outcome)) return outcome;
      const commit = { ...(await settled(outcome.step, context, parts)), asSystem: reason };
      if ('fault' in outcome) return { fault: outcome.fault, ...(isNothing(outcome.step) ? {} : commit) };
      return outcome.returns ? answer(outcome, commit, context) : { output: outcome.output, ...commit };
    },
  };
}

const isNothing = ({ writes, documents }: Step): boolean => writes.length + documents.length === 0;

interface Commit {
  changes: Changes & { puts: readonly Put[] };
  headers: Record<string, string>;
  asSystem: string;
}

/** The changes of a step, and what they come to together. */
async function settled(
  step: Step,
  context: Context,
  { writing }: WorkflowParts,
): Promise<Pick<Commit, 'changes' | 'headers'>> {
  const changes = await writing.changesOf(step, context);
  const { changes: more, warnings } = await writing.settle(changes.puts, context);
  const headers = defined({ warning: warningHeader([...warnings.values()].flat()) });
  return { changes: { ...mergeChanges([changes, more]), puts: changes.puts }, headers };
}

function answer<Output extends Values>(
  { returns, output: others }: Extract<Outcome<Output>, { returns: Returned }>,
  commit: Commit,
  { endpoint }: Context,
): OperationResult<Output> {
  const output = { ...others, return: written(commit.changes, returns) } as unknown as Output;
  if (!returns.created) return { output, ...commit };
  const location = `${endpoint.url}/${returns.type}/${returns.id}`;
  return { output, ...commit, status: 201, headers: { ...commit.headers, location } };
}
