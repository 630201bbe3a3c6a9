/** Patient/$enrollment-status: the standing of a person with the portal, and the next actions. */
import { nextActions, standingOf } from '../../portal/enrollment.js';
import { isUnderReview } from '../../portal/held.js';
import type { HandlerParts, Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import { requireLookup, enrolleeOf } from '../../portal/person-parameters.js';
import type { EnrollmentStatusInput, EnrollmentStatusOutput } from '../types.js';
import { workflowOperation, type Call, type WorkflowParts } from '../workflow-operation.js';

export interface EnrollmentStatusParts extends WorkflowParts {
  readonly configuration: HandlerParts['configuration'];
}

export const createEnrollmentStatus = (
  parts: EnrollmentStatusParts,
): Operation<EnrollmentStatusInput, EnrollmentStatusOutput> =>
  workflowOperation(
    {
      definition: definitionOf('Patient', 'enrollment-status'),
      reason: 'enrollment status: accounts and invitations',
      run: async call => ({ output: await statusOf(call, parts) }),
    },
    parts,
  );

async function statusOf(
  call: Call<EnrollmentStatusInput>,
  { configuration, clock }: EnrollmentStatusParts,
): Promise<EnrollmentStatusOutput> {
  requireLookup(call);
  const subject = await enrolleeOf(call);
  const accountAge = (await configuration())['account-age'];
  const { status, invitation } = await standingOf(subject, accountAge, call.all, clock.now());
  const { patient } = subject;
  return {
    status,
    ...(patient ? { patient: { reference: `Patient/${patient.resource.id}` } } : {}),
    ...(invitation === undefined ? {} : { invitation: { reference: invitation } }),
    nextAction: isUnderReview(subject) ? ['none'] : nextActions[status],
  };
}
