/** Patient/[id]/$launch: a trusted system announces the launch of an app. */
import type { Patient, Reference } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { parameterPath } from '../../fhir/parameters.js';
import { localReference } from '../../fhir/reference.js';
import { announced } from '../../portal/launch.js';
import { step } from '../../portal/step.js';
import type { Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { LaunchInput, LaunchOutput } from '../types.js';
import { workflowOperation, type WorkflowParts } from '../workflow-operation.js';

export const createLaunch = (parts: WorkflowParts): Operation<LaunchInput, LaunchOutput> =>
  workflowOperation<LaunchInput, LaunchOutput>(
    {
      definition: definitionOf('Patient', 'launch'),
      reason: 'launch of an app',
      async run({ input, context, seen }) {
        const { id = '' } = context.route;
        if (!(await seen.get<Patient>(`Patient/${id}`))) throw new Fault('not-found', `There is no Patient/${id}.`);
        const bases = [context.endpoint.url];
        const { client, intent, needPatientBanner } = input;
        const fhirContext = input.fhirContext?.map(one => ({ reference: named(one, bases, 'fhirContext') }));
        const things = defined({
          patient: id,
          encounter: input.encounter && named(input.encounter, bases, 'encounter', 'Encounter').split('/')[1],
          fhirContext,
          intent,
          need_patient_banner: needPatientBanner,
        });
        const user = input.user && named(input.user, bases, 'user', 'Practitioner', 'Person');
        const { handle, change } = announced(
          { context: things, client, ...defined({ user }) },
          parts.random,
          parts.clock.now(),
        );
        return { step: step({ documents: [change] }), output: { launch: handle } };
      },
    },
    parts,
  );

/** `Type/id` of a reference to one of these types, or to any. */
function named(
  { reference = '' }: Reference,
  bases: readonly string[],
  parameter: string,
  ...types: readonly string[]
): string {
  const found = localReference(reference, bases);
  if (found && (types.length === 0 || types.includes(found.type))) return `${found.type}/${found.id}`;
  throw new Fault(
    'unprocessable',
    `${parameter} must refer to ${types.length > 0 ? types.join(' or ') : 'a resource'} here.`,
    {
      expression: parameterPath(parameter),
    },
  );
}
