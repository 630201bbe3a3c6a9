/** The start-up check of the workflows: their tables against themselves, the operations and the OperationDefinitions. */
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Resource } from '../fhir/resource.js';
import type { AnyWorkflow } from '../portal/workflow.js';

export interface OperationsServed {
  readonly own: OwnCanonicals;
  /** Canonical URLs of the operations that have a handler. */
  readonly operations: readonly string[];
  /** The OperationDefinition of a canonical URL. */
  readonly definition: (url: string) => Resource | undefined;
}

/** All gaps, each a line for a person; [] if tables, operations and definitions agree. */
export function workflowGaps(workflows: readonly AnyWorkflow[], served: OperationsServed): string[] {
  return workflows.flatMap(workflow =>
    Object.entries(workflow.moves).flatMap(([name, { from, to, operation }]) =>
      [
        ...[...from, to]
          .filter(state => !Object.hasOwn(workflow.states, state))
          .map(state => `knows no state ${state}`),
        ...(operation ? operationGaps(workflow.resource, name, served) : []),
      ].map(gap => `the workflow ${workflow.name}: the move ${name} ${gap}`),
    ),
  );
}

function operationGaps(type: string, name: string, { own, operations, definition }: OperationsServed): string[] {
  const url = own.operation(`${type}-${name}`);
  if (!operations.includes(url)) return [`has no operation ${url}`];
  const declared = definition(url);
  if (!declared) return [`has no OperationDefinition ${url}`];
  const { resource, instance, affectsState } = declared;
  const fits = Array.isArray(resource) && resource.includes(type) && instance === true && affectsState !== false;
  return fits ? [] : [`needs the OperationDefinition ${url} on an instance of ${type}, with affectsState`];
}
