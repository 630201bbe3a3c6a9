/** Who sends a message: its author, or a clinical group or provider for whom the author writes. */
import type { Communication, Patient, Provenance, Reference, RelatedPerson } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import type { AgeSettings } from '../fhir/proxy-standing.js';
import type { Author } from './author.js';
import { isActingFor } from './proxy.js';
import { represents } from './representation.js';
import type { WorkflowReader } from './step.js';

export interface SenderParts {
  readonly author: Author;
  /** Sees everything: proxies, roles, flows. */
  readonly all: WorkflowReader;
  readonly world: World;
  readonly ages: AgeSettings;
}

/** Fault `forbidden` for a sender or a patient for whom the author may not write. */
export async function senderOf({ subject, sender, category }: Communication, parts: SenderParts): Promise<Reference> {
  switch (parts.author.kind) {
    case 'system':
      return sender ?? missingSender();
    case 'staff':
      return staffSender(sender?.reference, category, parts);
    default:
      return patientSender(subject?.reference, parts);
  }
}

async function patientSender(
  subject: string | undefined,
  { author, all, world, ages }: SenderParts,
): Promise<Reference> {
  if (author.self !== undefined && subject === `Patient/${author.self}`) return { reference: subject };
  const at = { now: world.clock.now(), ages };
  const birthDate = (await all.get<Patient>(subject ?? ''))?.resource.birthDate;
  for (const identity of author.identities.filter(one => one.startsWith('RelatedPerson/'))) {
    const proxy = (await all.get<RelatedPerson>(identity))?.resource;
    if (proxy?.patient.reference !== subject) continue;
    if (proxy && isActingFor(proxy, 'messages', birthDate, all.own, at)) return { reference: identity };
  }
  throw new Fault('forbidden', 'This account may not write for that patient.', { expression: 'Communication.subject' });
}

async function staffSender(
  claimed: string | undefined,
  category: Communication['category'],
  parts: SenderParts,
): Promise<Reference> {
  const { author, all, world } = parts;
  const { fhirUser = '', identities } = author;
  if (claimed === undefined) return { reference: fhirUser };
  if (identities.includes(claimed)) return { reference: claimed };
  if (await represents(fhirUser, { reference: claimed }, category, all, world.clock.now()))
    return { reference: claimed };
  throw new Fault(
    'forbidden',
    'A message is sent by its author, or for a group or provider whom the author represents.',
    {
      expression: 'Communication.sender',
    },
  );
}

/** The record of who wrote a message that another sends; undefined where they are the same. */
export function authorship(
  { id, sender, sent }: Communication,
  { author, world }: Pick<SenderParts, 'author' | 'world'>,
): Provenance | undefined {
  if (author.kind !== 'staff' || !sender || author.identities.includes(sender.reference ?? '')) return undefined;
  const type = {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' }],
  };
  return {
    resourceType: 'Provenance',
    id: world.ids.next(),
    target: [{ reference: `Communication/${id}` }],
    recorded: sent ?? instant(world.clock.now()),
    agent: [{ type, who: { reference: author.fhirUser ?? '' }, onBehalfOf: { reference: sender.reference ?? '' } }],
  };
}

function missingSender(): never {
  throw new Fault('unprocessable', 'Communication.sender is missing.', {
    code: 'required',
    expression: 'Communication.sender',
  });
}
