/** An account is a Person (profile patient-account) linked to the Patient it stands for. Invitation and enrollment make it alike. */
import type { Person } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import type { Enrollee } from './enrollee.js';
import { accountWorkflow, draftAccount, type EnrolledNotice } from './account-workflow.js';
import { newPatient } from './new-patient.js';
import { isPending } from './account-standing.js';
import { move, SERVER } from './workflow.js';
import { changed, created, combined, step, type WorkflowReader, type Step } from './step.js';
import { defined } from '../fhir/defined.js';

/** How an account comes to be. */
export interface Provisioning {
  readonly by: 'enroll' | 'redeem';
  /** The account is in use at once; else a new one is pending. */
  readonly isActive: boolean;
  readonly notice?: EnrolledNotice;
}

/** The account, its Patient where there is none yet, and the link between them. The subject must have no own account. */
export async function provision(
  subject: Enrollee,
  { by, isActive, notice }: Provisioning,
  all: WorkflowReader,
  world: World,
): Promise<{ person: Person; step: Step }> {
  const { facts, patient, account, language } = subject;
  const record = patient ? undefined : newPatient(facts, world.ids.next(), language, all.own);
  const reference = `Patient/${patient?.resource.id ?? record?.id}`;
  const draft = account?.resource ?? draftAccount(world.ids.next(), isActive, all.own);
  const name = isPending(draft, all.own) ? 'provision' : by;
  const input = { patient: reference, ...defined({ notice }) };
  const moving = { by: SERVER, now: world.clock.now(), all, input };
  const { resource: person, effects } = await move(accountWorkflow(all.own), name, draft, moving);
  const writes = [...(record ? [created(record)] : []), account ? changed(account, person) : created(person)];
  return { person, step: combined(subject.conditions, step({ writes, effects })) };
}
