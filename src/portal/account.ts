/** An account is a Person (profile patient-account) linked to the Patient it stands for. Invitation and enrollment make it alike. */
import type { Patient, Person } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { telecomOf } from './contact.js';
import type { Enrollee } from './enrollee.js';
import type { Facts } from './identity.js';
import { accountWorkflow, draftAccount, type EnrolledNotice } from './account-workflow.js';
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
  const newPatient = patient ? undefined : patientOf(facts, world.ids.next(), language);
  const reference = `Patient/${patient?.resource.id ?? newPatient?.id}`;
  const draft = account?.resource ?? draftAccount(world.ids.next(), isActive, all.own);
  const name = isPending(draft, all.own) ? 'provision' : by;
  const input = { patient: reference, ...defined({ notice }) };
  const moving = { by: SERVER, now: world.clock.now(), all, input };
  const { resource: person, effects } = await move(accountWorkflow(all.own), name, draft, moving);
  const writes = [...(newPatient ? [created(newPatient)] : []), account ? changed(account, person) : created(person)];
  return { person, step: combined(subject.conditions, step({ writes, effects })) };
}

function patientOf(facts: Facts, id: string, language: string | undefined): Patient {
  const { identifier, family, given, birthDate } = facts;
  const spoken = language === undefined ? {} : { communication: [{ language: bcp47(language), preferred: true }] };
  return {
    resourceType: 'Patient',
    id,
    ...(identifier === undefined ? {} : { identifier: [identifier] }),
    active: true,
    name: [{ ...defined({ family }), ...(given === undefined ? {} : { given: [given] }) }],
    telecom: telecomOf(facts),
    ...defined({ birthDate }),
    ...spoken,
  };
}

const bcp47 = (code: string) => ({ coding: [{ system: 'urn:ietf:bcp:47', code }] });
