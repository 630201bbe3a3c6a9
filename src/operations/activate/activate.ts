/**
 * Person/$activate: a pending account is put to use by who knows its person, as at the desk. Its activation stays good: with it
 * they choose how to sign in.
 */
import type { Patient } from 'fhir/r4.js';
import { accountWorkflow } from '../../portal/account-workflow.js';
import { refuseMinor } from '../../portal/age.js';
import { enrolledNotice } from '../../portal/enrollment.js';
import { ownPatient } from '../../portal/identity.js';
import { refuseGone } from '../../portal/only-account.js';
import { isPending } from '../../portal/account-standing.js';
import { move, SERVER } from '../../portal/workflow.js';
import { step } from '../../portal/step.js';
import { Fault } from '../../fhir/fault.js';
import type { HandlerParts, PortalSettings } from '../../service.js';
import { accountOperation, standingStep, type AccountCall } from '../account-operation.js';
import type { WorkflowParts } from '../workflow-operation.js';

export interface ActivateParts extends WorkflowParts {
  readonly portal: PortalSettings;
  readonly configuration: HandlerParts['configuration'];
}

export const createActivate = (parts: ActivateParts) =>
  accountOperation('activate', call => activate(call, parts), parts);

async function activate(call: AccountCall, { portal, configuration, clock }: ActivateParts) {
  const { all, account } = call;
  const person = account.resource;
  if (!isPending(person, all.own)) {
    if (person.active !== false) return step({});
    throw new Fault('conflict', 'The account is closed.', { expression: 'Person.active' });
  }
  const own = ownPatient(person);
  if (own !== undefined) await refuseGone(own, all);
  const patient = own === undefined ? undefined : (await all.get<Patient>(own))?.resource;
  const { 'account-age': age } = await configuration();
  refuseMinor(patient?.birthDate ?? person.birthDate, age, clock.now(), 'Patient.birthDate');
  const input = { notice: enrolledNotice(patient, portal.portalUrl) };
  const moving = { by: SERVER, now: clock.now(), all, input };
  const { resource, effects } = await move(accountWorkflow(all.own), 'activate', person, moving);
  return standingStep(call, resource, step({ effects }));
}
