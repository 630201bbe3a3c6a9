/** To whom a message may go: on the patient's side to the patient concerned and to proxies who may read their messages. */
import type { Communication, Reference } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { proxiesFor, type Acting } from './proxy.js';
import type { WorkflowReader } from './step.js';

const PATIENT_SIDE = /^(Patient|RelatedPerson|Person)\//;

/** Whether a reference names somebody on the patient's side of a message, not staff. */
export const isPatientSide = ({ reference = '' }: Reference): boolean => PATIENT_SIDE.test(reference);

/**
 * Fault `unprocessable` for a recipient on the patient's side who is neither the subject nor an active proxy of the subject
 * with the function `messages`.
 */
export async function refuseStrangers(
  { subject, recipient = [] }: Communication,
  reader: WorkflowReader,
  at: Acting,
): Promise<void> {
  const patient = subject?.reference ?? '';
  const others = recipient.filter(one => isPatientSide(one) && one.reference !== patient);
  if (others.length === 0) return;
  const proxies = await proxiesFor(patient, 'messages', reader, at);
  const known = new Set([patient, ...proxies.map(({ resource }) => `RelatedPerson/${resource.id}`)]);
  const stranger = recipient.findIndex(one => isPatientSide(one) && !known.has(one.reference ?? ''));
  if (stranger < 0) return;
  throw new Fault('unprocessable', 'A recipient is the patient concerned, or an active proxy who may read messages.', {
    expression: `Communication.recipient[${stranger}]`,
  });
}
