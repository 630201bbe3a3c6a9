/**
 * The parties of a message: subject, sender and recipients, each as the one record that it names. A message whose party is
 * nobody here would lie in nobody's box. https://hl7.org/fhir/R4/references.html#logical
 */
import { literal } from '../fhir/search-literal.js';
import type { Communication, Identifier, Patient, Reference } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { localName } from '../fhir/reference.js';
import type { WorkflowReader } from './step.js';
import { survivorOf } from './survivor.js';

export interface PartyParts {
  /** Patients name others by literal references alone. */
  readonly author: { readonly kind: string };
  /** Sees as much as the author: what is hidden from the author is not found by an identifier either. */
  readonly seen: WorkflowReader;
  /** Of this endpoint's addresses, without trailing slash. */
  readonly base: string;
}

/** Types that are looked through for an identifier whose reference names no type, in this order. */
const PARTIES = ['Patient', 'Practitioner', 'Organization', 'PractitionerRole', 'RelatedPerson', 'HealthcareService'];

/** More bearers of one identifier are not told apart. */
const BEARERS = 20;

/** The message with its parties named by relative literal references. Fault `unprocessable` for one who is nobody here. */
export async function withParties(draft: Communication, parts: PartyParts): Promise<Communication> {
  const { subject, sender, recipient } = draft;
  const named = async (party: Reference | undefined, types: readonly string[], element: string) =>
    party && (await resolved(party, types, `Communication.${element}`, parts));
  return {
    ...draft,
    ...defined({
      subject: await named(subject, ['Patient'], 'subject'),
      sender: await named(sender, PARTIES, 'sender'),
      recipient:
        recipient &&
        (await Promise.all(
          recipient.map((one, at) => resolved(one, PARTIES, `Communication.recipient[${at}]`, parts)),
        )),
    }),
  };
}

async function resolved(
  party: Reference,
  types: readonly string[],
  expression: string,
  parts: PartyParts,
): Promise<Reference> {
  const { reference, identifier } = party;
  const name = reference === undefined ? await bearerOf(party, types, parts) : localName(reference, parts.base);
  if (name === undefined && parts.author.kind === 'patient') return party;
  if (name === undefined) {
    const why = identifier && reference === undefined ? 'The identifier names' : 'The reference names';
    throw new Fault('unprocessable', `${why} no one record of this server.`, { expression });
  }
  const current = name.startsWith('Patient/') ? await inForce(name, parts.seen) : name;
  return { ...party, reference: current };
}

/** The one record that bears the identifier; of several the only one that is active. */
async function bearerOf(
  { identifier, type }: Reference,
  types: readonly string[],
  { seen, author }: PartyParts,
): Promise<string | undefined> {
  if (identifier?.value === undefined || author.kind === 'patient') return undefined;
  const searched = types.filter(one => type === undefined || type === one);
  const found = await Promise.all(searched.map(one => bearersOf(one, identifier, seen)));
  const bearers = new Map(found.flat().map(bearer => [bearer.name, bearer]));
  const active = [...bearers.values()].filter(bearer => bearer.active);
  const [only, ...others] = bearers.size > 1 ? active : [...bearers.values()];
  return others.length === 0 ? only?.name : undefined;
}

interface Bearer {
  name: string;
  active: boolean;
}

async function bearersOf(type: string, { system, value = '' }: Identifier, seen: WorkflowReader): Promise<Bearer[]> {
  const token = system === undefined ? literal(value) : `${literal(system)}|${literal(value)}`;
  const found = await seen.find<{ id: string; active?: boolean }>(type, [['identifier', token]], BEARERS);
  return Promise.all(
    found.map(async ({ resource: { id, active } }) => {
      const name = type === 'Patient' ? await inForce(`${type}/${id}`, seen) : `${type}/${id}`;
      const survivor = name === `${type}/${id}` ? undefined : await seen.get<Patient>(name);
      return { name, active: (survivor ? survivor.resource.active : active) !== false };
    }),
  );
}

/** The name of the record that is in force in the place of `Patient/1`; itself where it was not replaced. */
export async function inForce(patient: string, reader: WorkflowReader): Promise<string> {
  const found = await reader.get<Patient>(patient);
  return found ? `Patient/${(await survivorOf(found, reader)).resource.id}` : patient;
}
