/** Patient/[id]/$break-glass and $end-break-glass: a clinician sees what is restricted in one record, for a while, and says why. */
import type { Patient } from 'fhir/r4.js';
import { breaking, mending } from '../../access/broken-glass.js';
import { Fault } from '../../fhir/fault.js';
import { instant } from '../../fhir/instant.js';
import type { WorkflowReader } from '../../portal/step.js';
import { step } from '../../portal/step.js';
import type { Context, Operation, PortalSettings } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { BreakGlassInput, BreakGlassOutput, EndBreakGlassInput, EndBreakGlassOutput } from '../types.js';
import { workflowOperation, type WorkflowParts } from '../workflow-operation.js';

const MINUTE = 60_000;
/** Characters of the reason in words. */
const LONGEST = 1000;

export const createBreakGlass = (
  parts: WorkflowParts & { readonly portal: Pick<PortalSettings, 'breakGlassMinutes'> },
): Operation<BreakGlassInput, BreakGlassOutput> =>
  workflowOperation<BreakGlassInput, BreakGlassOutput>(
    {
      definition: definitionOf('Patient', 'break-glass'),
      reason: 'break the glass: the reason, and the notice to the patient',
      async run({ input, context, seen }) {
        const { by, patient } = await partiesOf(context, seen);
        const { minutes = Infinity } = input;
        const reason = reasonOf(input.reason);
        const text = textOf(input.text);
        const now = parts.clock.now();
        const until = now + Math.min(minutes, parts.portal.breakGlassMinutes) * MINUTE;
        context.details.push({ name: 'reason', before: '', after: reason }, { name: 'text', before: '', after: text });
        const about = `Patient/${patient}`;
        const persons = [{ reference: about }];
        return {
          step: step({
            documents: breaking({ by, patient, reason, text, until }),
            effects: [{ kind: 'notice', event: 'record-opened', about, persons, parameters: {} }],
          }),
          output: { until: instant(until) },
        };
      },
    },
    parts,
  );

export const createEndBreakGlass = (parts: WorkflowParts): Operation<EndBreakGlassInput, EndBreakGlassOutput> =>
  workflowOperation<EndBreakGlassInput, EndBreakGlassOutput>(
    {
      definition: definitionOf('Patient', 'end-break-glass'),
      reason: 'break the glass: its end',
      async run({ context, seen }) {
        const parties = await partiesOf(context, seen);
        return { step: step({ documents: mending(parties) }), output: { until: instant(parts.clock.now()) } };
      },
    },
    parts,
  );

/** The clinician, and the patient whom they see. */
async function partiesOf({ actor, route }: Context, seen: WorkflowReader): Promise<{ by: string; patient: string }> {
  const { id: patient = '' } = route;
  if (!(await seen.get<Patient>(`Patient/${patient}`))) throw new Fault('not-found', `There is no Patient/${patient}.`);
  return { by: actor.subject, patient };
}

const REASONS = ['emergency', 'treatment', 'safety', 'legal'];

/** A code of the value set. */
function reasonOf(reason: string): string {
  if (REASONS.includes(reason)) return reason;
  throw new Fault('unprocessable', `The reason is one of ${REASONS.join(', ')}.`, {
    code: 'code-invalid',
    expression: "Parameters.parameter.where(name='reason')",
  });
}

function textOf(text: string): string {
  const words = text.trim();
  if (words !== '' && words.length <= LONGEST) return words;
  throw new Fault('unprocessable', `The reason is told in words, in at most ${LONGEST} characters.`, {
    expression: "Parameters.parameter.where(name='text')",
  });
}
