/**
 * The two sides of a relation between a patient and a proxy, by the deployment model: who has an account, who gets one, and who
 * may not act. Credentials of the portal (`own`), of other identity providers (`external`), or both.
 */
import type { HumanName, Patient, Person } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { parameterPath } from '../fhir/parameters.js';
import { isPending } from './account-standing.js';
import { isUnder } from './age.js';
import { findEnrollee, type Enrollee } from './enrollee.js';
import { enroll, refuseInactive, type EnrollmentOrder } from './enrollment.js';
import { heldForReview } from './held.js';
import { inForce, isInactive, ownPatient } from './identity.js';
import { combined, changed, step, type Step, type Versioned, type WorkflowReader } from './step.js';

export interface ProxyRules {
  /** `own`, `external` or `both`. */
  readonly model: string;
  /** Systems of others link members, and make none. */
  readonly makesAccounts: boolean;
  /** Years from which a person has an account of their own. */
  readonly accountAge: number;
  /** Years from which a person acts for others than their own child. */
  readonly proxyAge: number;
  /** How accounts are made. */
  readonly enrollment: EnrollmentOrder;
}

/** The settings of the portal that the rules depend on. */
export interface ProxySettings {
  readonly 'credential-model': string;
  readonly 'account-age': number;
  readonly 'proxy-age': number;
}

/** @param mayMake whether the caller may have accounts made at all */
export const proxyRules = (settings: ProxySettings, mayMake: boolean, enrollment: EnrollmentOrder): ProxyRules => ({
  model: settings['credential-model'],
  makesAccounts: mayMake && settings['credential-model'] !== 'external',
  accountAge: settings['account-age'],
  proxyAge: settings['proxy-age'],
  enrollment,
});

/** A side with an account, or a child without: others act for children whether or not they have one. */
export interface Side {
  /** Of the record or, without one, of the account. */
  readonly name?: readonly HumanName[];
  readonly birthDate?: string;
  /** `Patient/1`; undefined: the account of a proxy alone. */
  readonly patient?: string;
  /** As it is with this step; undefined: a child has none. */
  readonly account?: Person;
  /** The account as it is before. */
  readonly before?: Versioned<Person>;
  /** Makes the account. */
  readonly step: Step;
}

export type SideName = 'principal' | 'proxy';

/** The account cannot be made before a review has decided. */
export interface HeldSide {
  readonly fault: Fault;
  readonly step: Step;
}

export interface PartyParts {
  readonly rules: ProxyRules;
  readonly reader: WorkflowReader;
  readonly world: World;
}

/** Of an operation; pages show the reason. */
export const refusedParameter = (name: string, why: string): Fault =>
  new Fault('unprocessable', why, {
    code: 'business-rule',
    expression: parameterPath(name),
  });

/** @param reference `Patient/1` or, of a proxy, `Person/2`. Faults `unprocessable`, `conflict`. */
export async function sideOf(side: SideName, reference: string, parts: PartyParts): Promise<Side | HeldSide> {
  const { reader } = parts;
  if (side === 'proxy' && reference.startsWith('Person/')) return byAccount(reference, parts);
  const found = reference.startsWith('Patient/') ? await reader.get<Patient>(reference) : undefined;
  const [patient] = found ? await inForce([found], reader) : [];
  if (!patient) throw refusedParameter(side, 'This names nobody on record.');
  if (isInactive(patient.resource))
    throw refusedParameter(side, 'This person has died, or their record is not in use.');
  return ofPatient(side, patient, parts);
}

async function byAccount(reference: string, parts: PartyParts): Promise<Side | HeldSide> {
  const { reader } = parts;
  const account = await reader.get<Person>(reference);
  if (!account) throw refusedParameter('proxy', 'This names nobody on record.');
  const own = ownPatient(account.resource);
  if (own !== undefined) return sideOf('proxy', own, parts);
  if (isClosed(account.resource, reader)) throw refusedParameter('proxy', 'This account is not in use.');
  requireInUse('proxy', account.resource, parts);
  const { name, birthDate } = account.resource;
  return {
    account: account.resource,
    before: account,
    step: step({}),
    ...(name && { name }),
    ...(birthDate && { birthDate }),
  };
}

const isClosed = (account: Person, { own }: WorkflowReader): boolean =>
  account.active === false && !isPending(account, own);

async function ofPatient(side: SideName, patient: Versioned<Patient>, parts: PartyParts): Promise<Side | HeldSide> {
  const { reader, rules, world } = parts;
  const { id, name, birthDate } = patient.resource;
  const known = { patient: `Patient/${id}`, ...(name && { name }), ...(birthDate && { birthDate }) };
  const subject = await findEnrollee({}, reader, patient);
  const { account } = subject;
  const isMember = account !== undefined && ownPatient(account.resource) !== undefined;
  if (account && isClosed(account.resource, reader)) throw refusedParameter(side, 'This account is not in use.');
  if (isMember) {
    requireInUse(side, account.resource, parts);
    return { ...known, account: account.resource, before: account, step: step({}) };
  }
  const isChild = isUnder(birthDate, Math.max(rules.accountAge, rules.proxyAge), world.clock.now());
  if (side === 'principal' && isChild) return { ...known, step: step({}) };
  return made(side, subject, known, parts);
}

/** Credentials of others alone: both are active members before they are linked. */
function requireInUse(side: SideName, account: Person, { rules }: PartyParts): void {
  if (rules.model !== 'external' || account.active !== false) return;
  throw refusedParameter(side, 'This account is not active yet.');
}

/** A new account, where the model and the caller allow one. */
async function made(
  side: SideName,
  subject: Enrollee,
  known: Pick<Side, 'patient' | 'name' | 'birthDate'>,
  { rules, reader, world }: PartyParts,
): Promise<Side | HeldSide> {
  if (!rules.makesAccounts)
    throw refusedParameter(side, 'This person has no account, and none is made by this caller.');
  refuseInactive(subject, reader);
  const { email, phone } = subject.facts;
  if (side === 'proxy' && (email ?? phone) === undefined) {
    throw refusedParameter(
      side,
      'This person has no account, and no address on record that its activation could go to.',
    );
  }
  const held = heldForReview(subject, reader, world);
  if (held) return held;
  const { person, step: enrolled } = await enroll(subject, rules.enrollment, reader, world);
  return { ...known, account: person, step: enrolled };
}

/** The steps of a side, with the account written as one that acts through a relation. */
export function withRelation({ account, before, step: made }: Side, relation: string): Step {
  if (!account) return made;
  const linked: Person = { ...account, link: [...(account.link ?? []), { target: { reference: relation } }] };
  if (before) return combined(made, step({ writes: [changed(before, linked)] }));
  const writes = made.writes.map(write =>
    write.resource.resourceType === 'Person' && write.resource.id === account.id
      ? { ...write, resource: linked as unknown as typeof write.resource }
      : write,
  );
  return { ...made, writes };
}
