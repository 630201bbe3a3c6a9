/** The form of the operations of member administration on an account: one that the caller sees, and never the caller's own. */
import type { Person, Practitioner } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { isAccountOf } from '../portal/identity.js';
import { standingChanged } from '../portal/only-account.js';
import { changed, combined, step, type Step, type Versioned } from '../portal/step.js';
import type { Operation, Values } from '../service.js';
import { definitionOf } from './operation-of.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from './workflow-operation.js';

/** Members sign in to a Person, staff to a Practitioner. */
type Account = Person | Practitioner;

export interface AccountCall<A extends Account = Person> extends Call<Values> {
  readonly account: Versioned<A>;
}

/**
 * @param run resolves with the step that it takes; an empty one where there is nothing to do (any more)
 * Answers with the account. Faults: `not-found`, `forbidden` for one's own account, those of `run`.
 */
export function accountOperation<A extends Account = Person>(
  name: string,
  run: (call: AccountCall<A>) => Promise<Step>,
  parts: WorkflowParts,
): Operation<Values, { return: A }> {
  return workflowOperation<Values, { return: A }>(
    {
      definition: definitionOf('Person', name),
      reason: `account: ${name}`,
      async run(call): Promise<Outcome<{ return: A }>> {
        const { id = '', type = 'Person' } = call.context.route;
        const account = await call.seen.get<A>(`${type}/${id}`);
        if (!account) throw new Fault('not-found', `There is no ${type}/${id}.`);
        refuseOwn(account.resource, call);
        const taken = await run({ ...call, account });
        const isWritten = taken.writes.some(({ resource }) => resource.resourceType === type && resource.id === id);
        return isWritten
          ? { step: taken, returns: { type, id }, output: {} }
          : { step: taken, output: { return: account.resource } };
      },
    },
    parts,
  );
}

function refuseOwn(account: Account, { context: { actor } }: Call<Values>): void {
  const isOwn =
    account.resourceType === 'Person'
      ? isAccountOf(account, actor.identities)
      : actor.identities.includes(`Practitioner/${account.id}`);
  if (isOwn) throw new Fault('forbidden', 'Nobody administers their own account.');
}

/** The step by which an account comes to another standing, which the audit names; none where it has it already. */
export function standingStep({ account, context }: AccountCall, next: Person, more: Step = step({})): Step {
  if (next === account.resource) return step({});
  context.details.push(standingChanged(account.resource, next));
  return combined(step({ writes: [changed(account, next)] }), more);
}
