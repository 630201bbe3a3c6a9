/** The other side of an invitation to act for a patient: a member accepts it, or a newcomer for whom an account is made. */
import type { Patient, Person } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { activationRecord, pending } from './account-standing.js';
import { activationOf } from './activation.js';
import { telecomOf } from './contact.js';
import { findEnrollee } from './enrollee.js';
import { isInactive, ownPatient } from './identity.js';
import { nameLikeness } from './name.js';
import {
  moveProxyInvitation,
  periodUntil,
  proxyInvitationBy,
  wrongFacts,
  type FoundProxyInvitation,
  type StoredProxyInvitation,
} from './proxy-invitation.js';
import { linkProxy, type LinkOrder, type LinkParts } from './proxy-link.js';
import type { Side } from './proxy-parties.js';
import { combined, created, step, type Step, type WorkflowReader } from './step.js';

/**
 * `other`: the invitation is for somebody of another name. `refused`: the rules of proxies do not allow it. `unusable`: unknown, used,
 * withdrawn or over.
 */
export interface Acceptance {
  readonly kind: 'done' | 'sent' | 'known' | 'unusable' | 'other' | 'refused';
  readonly step: Step;
}

const nothing = (kind: Acceptance['kind']): Acceptance => ({ kind, step: step({}) });

/** What is asked of whoever holds the code, or undefined where it is good for nothing. */
export async function readProxyInvitation(
  code: string,
  reader: WorkflowReader,
  now: number,
): Promise<FoundProxyInvitation | undefined> {
  const found = await proxyInvitationBy(code, reader, now);
  const principal = found && (await reader.get<Patient>(found.invitation.principal));
  return principal && !isInactive(principal.resource) ? found : undefined;
}

/** @param account `Person/1` of whoever is signed in */
export async function acceptAsMember(code: string, account: string, parts: LinkParts): Promise<Acceptance> {
  const { reader, world } = parts;
  const now = world.clock.now();
  const found = await readProxyInvitation(code, reader, now);
  if (!found) return nothing('unusable');
  const person = (await reader.get<Person>(account))?.resource;
  if (!person || !(await isMeant(found.invitation, person, reader))) {
    return { kind: 'other', step: await wrongFacts(found, reader, now) };
  }
  return linkedBy(found, account, 'done', parts);
}

/** Whoever took the e-mail of another is not the one who was asked. */
export async function isMeant(
  { given, family }: StoredProxyInvitation,
  person: Person,
  reader: WorkflowReader,
): Promise<boolean> {
  const own = ownPatient(person);
  const names = (own === undefined ? person : (await reader.get<Patient>(own))?.resource)?.name ?? [];
  return names.some(name => ['same', 'compatible'].includes(nameLikeness(name, { family, given: [given] })));
}

/** @param birthDate of whoever holds the code and has no account, `YYYY-MM-DD` */
export async function acceptAsNewcomer(code: string, birthDate: string, parts: LinkParts): Promise<Acceptance> {
  const { reader, world, rules } = parts;
  const found = await readProxyInvitation(code, reader, world.clock.now());
  if (!found) return nothing('unusable');
  if (!rules.makesAccounts) return nothing('refused');
  const { given, family, contact } = found.invitation;
  const subject = await findEnrollee({ given, family, birthDate, ...contact }, reader).catch(ambiguous);
  if (!subject) return nothing('refused');
  if (subject.account) return nothing('known');
  const patient = subject.patient && `Patient/${subject.patient.resource.id}`;
  return linkedBy(found, patient ?? newcomer(found.invitation, birthDate, parts), 'sent', parts);
}

function ambiguous(error: unknown): undefined {
  if (error instanceof Fault && ['precondition', 'unprocessable', 'too-costly'].includes(error.kind)) return undefined;
  throw error;
}

/** An account of a proxy alone, which waits for its activation: nobody has proved yet to be its person. */
function newcomer({ given, family, contact }: StoredProxyInvitation, birthDate: string, parts: LinkParts): Side {
  const { reader, world, rules } = parts;
  const id = world.ids.next();
  const { code, until, notice } = activationOf({ ...rules.enrollment, given }, world);
  const account: Person = {
    ...{ resourceType: 'Person', id, meta: { profile: [reader.own.structure('patient-account')] } },
    ...{ extension: [pending(reader.own)], name: [{ family, given: [given] }], telecom: telecomOf(contact), birthDate },
    active: false,
  };
  const { event, parameters, expires } = notice;
  const about = `Person/${id}`;
  const made = step({
    writes: [created(account)],
    documents: [activationRecord(about, code, until, undefined)],
    effects: [{ kind: 'notice', event, about, persons: [{ reference: about }], parameters, ...defined({ expires }) }],
  });
  return { account, birthDate, step: made, ...defined({ name: account.name }) };
}

async function linkedBy(
  found: FoundProxyInvitation,
  proxy: LinkOrder['proxy'],
  kind: 'done' | 'sent',
  parts: LinkParts,
): Promise<Acceptance> {
  const { principal, relationship: code, functions, end } = found.invitation;
  const relationship = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }] };
  const order = { principal, proxy, relationship, functions, basis: 'convenience', ...periodUntil(end) };
  const outcome = await linkProxy(order, parts).catch(refused);
  if (!outcome || 'fault' in outcome) return { kind: 'refused', step: outcome?.step ?? step({}) };
  const used = await moveProxyInvitation(found, 'accept', parts.reader, parts.world.clock.now());
  return { kind, step: combined(used, outcome.step) };
}

function refused(error: unknown): undefined {
  if (error instanceof Fault && (error.kind === 'unprocessable' || error.kind === 'conflict')) return undefined;
  throw error;
}
