/** Patient/$enrollment-status: where a person stands with the portal, asked before anything else. */
import { nextActions, standingOf } from '../../portal/enrollment.js';
import type { Operation } from '../../service.js';
import { requireLookup, enrolleeOf } from '../person-parameters.js';
import { readerOf } from '../../writing/workflow-reader.js';

export const enrollmentStatus: Operation = {
  definition: 'https://portico.health/fhir/OperationDefinition/Patient-enrollment-status',
  async handler(input, context) {
    requireLookup(input, context);
    const all = readerOf(context, context.asSystem('enrollment status: accounts and invitations'));
    const subject = await enrolleeOf(input, context, readerOf(context, context.store), all);
    const { status, invitation } = await standingOf(subject, all, context.services.clock.now());
    const { patient } = subject;
    return {
      output: {
        status,
        ...(patient ? { patient: { reference: `Patient/${patient.resource.id}` } } : {}),
        ...(invitation === undefined ? {} : { invitation: { reference: invitation } }),
        nextAction: nextActions[status],
      },
    };
  },
};
