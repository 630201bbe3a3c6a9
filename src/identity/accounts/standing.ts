/** Whether an account may be signed in at this moment, and who it is to apps. Read anew each time: it may end at any. */
import type { Patient, Person, PractitionerRole } from 'fhir/r4.js';
import { boundsOf, holds } from '../../fhir/period.js';
import type { Clock } from '../../fhir/clock.js';
import { isUnder } from '../../portal/age.js';
import { isInactive, ownPatient } from '../../portal/identity.js';
import type { WorkflowReader } from '../../portal/step.js';

export interface StandingParts {
  readonly reader: WorkflowReader;
  readonly clock: Clock;
  readonly settings: () => Promise<{ readonly 'account-age': number }>;
}

/** The role of a Practitioner who may sign in. */
const WORKBENCH_USER = 'workbench-user';

const MOST_ROLES = 200;

/** Who an account in use is to apps: `Patient/1`, `Person/1`, `Practitioner/1`; undefined for one that is not in use. */
export async function fhirUserOf(account: string, parts: StandingParts): Promise<string | undefined> {
  return account.startsWith('Practitioner/') ? staffUser(account, parts) : memberUser(account, parts);
}

async function memberUser(account: string, { reader, clock, settings }: StandingParts): Promise<string | undefined> {
  const person = (await reader.get<Person>(account))?.resource;
  if (person?.resourceType !== 'Person' || person.active === false) return undefined;
  const own = ownPatient(person);
  if (own === undefined) return account;
  const patient = (await reader.get<Patient>(own))?.resource;
  if (!patient || isInactive(patient)) return undefined;
  return isUnder(patient.birthDate, (await settings())['account-age'], clock.now()) ? undefined : own;
}

async function staffUser(account: string, parts: StandingParts): Promise<string | undefined> {
  const practitioner = await parts.reader.get<{ active?: boolean }>(account);
  if (!practitioner || practitioner.resource.active === false) return undefined;
  return (await rolesOf(account, parts)).has(WORKBENCH_USER) ? account : undefined;
}

/** The codes of the roles that are in force for a Practitioner at this moment. */
export async function rolesOf(
  practitioner: string,
  { reader, clock }: Pick<StandingParts, 'reader' | 'clock'>,
): Promise<ReadonlySet<string>> {
  const system = reader.own.codeSystem('role');
  const found = await reader.find<PractitionerRole>('PractitionerRole', [['practitioner', practitioner]], MOST_ROLES);
  const now = clock.now();
  const inForce = found.filter(({ resource }) => resource.active !== false && holds(boundsOf(resource.period), now));
  const codings = inForce.flatMap(({ resource }) => resource.code ?? []).flatMap(({ coding = [] }) => coding);
  return new Set(codings.flatMap(coding => (coding.system === system ? (coding.code ?? []) : [])));
}
