/**
 * The status of a message, as a Communication. https://hl7.org/fhir/R4/valueset-event-status.html
 * preparation (a draft, its author's alone) → completed (sent) → entered-in-error (retracted: a trace without content)
 */
import type { Communication } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { represents } from './representation.js';
import { statusStates, type Moving, type Workflow } from './workflow.js';

export type MessageMove = 'send' | 'retract';

const by = ['system', 'staff', 'patient'] as const;

export const messageWorkflow: Workflow<MessageMove, Communication> = {
  name: 'message',
  resource: 'Communication',
  governs: () => true,
  states: statusStates<Communication>('preparation', 'completed', 'entered-in-error'),
  moves: {
    send: { by, from: ['preparation'], to: 'completed' },
    retract: { by, from: ['completed'], to: 'entered-in-error', guard: maySend },
  },
};

/** People retract what they sent themselves, and what was sent for a group or provider for whom they write. */
async function maySend(message: Communication, { by: mover, all, now }: Moving): Promise<void> {
  if (mover.kind === 'system' || mover.kind === 'server') return;
  const { sender = {}, category } = message;
  const names = [...(mover.identities ?? []), ...(mover.organizations ?? [])];
  if (names.includes(sender.reference ?? '')) return;
  if (mover.kind === 'staff' && (await represents(mover.fhirUser ?? '', sender, category, all, now))) return;
  throw new Fault('forbidden', 'Who sent a message may retract it.', { expression: 'Communication.status' });
}

/** A retracted message: who wrote to whom and when, and nothing of what was said. */
export function traceOf(message: Communication, { statusReason }: Communication): Communication {
  const { resourceType, id, meta, extension, category, subject, sent, received, recipient, sender } = message;
  const { inResponseTo, partOf, basedOn, identifier } = message;
  const parties = { identifier, basedOn, partOf, inResponseTo, category, subject, sent, received, recipient, sender };
  const kept = Object.entries({ id, meta, extension, statusReason, ...parties }).filter(
    ([, value]) => value !== undefined,
  );
  return { resourceType, status: 'entered-in-error', ...(Object.fromEntries(kept) as Partial<Communication>) };
}
