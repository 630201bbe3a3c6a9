/** Person/$account: the standing of an account, and its relations as proxy and as principal. */
import type { Person } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { accountOfCaller, relationsOfAccount, type AccountRelation } from '../../portal/account-relations.js';
import { accountWorkflow } from '../../portal/account-workflow.js';
import { ownPatient } from '../../portal/identity.js';
import { stateOf } from '../../portal/workflow.js';
import type { HandlerParts, Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { AccountInput, AccountOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

export interface AccountParts extends WorkflowParts {
  readonly configuration: HandlerParts['configuration'];
}

export const createAccount = (parts: AccountParts): Operation<AccountInput, AccountOutput> =>
  workflowOperation(
    {
      definition: definitionOf('Person', 'account'),
      reason: 'account: its relations',
      run: call => account(call, parts),
    },
    parts,
  );

async function account(call: Call<AccountInput>, parts: AccountParts): Promise<Outcome<AccountOutput>> {
  const person = await personOf(call);
  const { actor } = call.context;
  const patient = ownPatient(person);
  const relations = await relationsOfAccount(person, call.all, await parts.configuration(), parts.clock.now());
  return {
    output: {
      account: { reference: `Person/${person.id}` },
      standing: stateOf(accountWorkflow(call.all.own), person, actor),
      ...(patient === undefined || !isOpen(patient, actor.context) ? {} : { patient: { reference: patient } }),
      relation: relations.filter(one => isInContext(one, patient, actor.context)).map(relationOut),
    },
  };
}

/** A token for one patient tells of the relations to that patient alone. */
function isInContext({ role, other }: AccountRelation, own: string | undefined, context: string | undefined): boolean {
  return isOpen(role === 'proxy' ? other.reference : own, context);
}

const isOpen = (patient: string | undefined, context: string | undefined): boolean =>
  context === undefined || patient === `Patient/${context}`;

/** People ask for their own account; others by its id. Fault `not-found`. */
async function personOf({ context: { actor, route }, seen, all }: Call<AccountInput>): Promise<Person> {
  const { id } = route;
  const own = actor.kind === 'patient' ? await accountOfCaller(actor, all) : undefined;
  const named = actor.kind !== 'patient' && id !== undefined ? (await seen.get<Person>(`Person/${id}`))?.resource : own;
  if (!named || (id !== undefined && named.id !== id)) {
    throw new Fault('not-found', id === undefined ? 'This caller has no account.' : `There is no Person/${id}.`);
  }
  return named;
}

function relationOut({ relation, other, relationship, basis, functions, period, reason, ...rest }: AccountRelation) {
  const [kind] = relationship;
  return {
    ...rest,
    relation: { reference: relation },
    person: { reference: other.reference, ...(other.name === '' ? {} : { display: other.name }) },
    function: [...functions],
    ...defined({ relationship: kind, basis, period, reason }),
  };
}
