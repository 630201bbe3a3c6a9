/** From claims to an Actor: looks up the links, proxies and roles that are good now. */
import { localReference } from '../fhir/reference.js';
import type { Json, Resource } from '../fhir/resource.js';
import type { Actor } from './actor.js';
import type { BrokenGlass } from './broken-glass.js';
import type { Client } from './clients.js';
import { consentLimitsOf, type Consents } from './consent-limits.js';
import { references } from './compartment-paths.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { boundsOf, holds, type Bounds } from '../fhir/period.js';
import { proxyFunctions } from '../fhir/proxy-basis.table.js';
import { proxyStanding, type ActingRelation, type AgeSettings } from '../fhir/proxy-standing.js';
import { parseScopes } from './scope.js';
import { isByOrganization, isTethered, tethered } from './tethered.js';
import type { Claims } from './token.js';
import { defined } from '../fhir/defined.js';

/** The resources that decide what a person may do. Deleted ones are absent. */
export interface People {
  read: (reference: string) => Promise<Resource | undefined>;
  /** All PractitionerRoles of `Practitioner/1`. */
  rolesOf(practitioner: string): Promise<Resource[]>;
  readonly own: OwnCanonicals;
  /** By which the age of a child counts. */
  ages(): Promise<AgeSettings>;
  /** The code system of the portal's roles. */
  readonly roleSystem: string;
  readonly consents: Consents;
  /** The restricted records that `Practitioner/1` has opened for now. */
  brokenBy(practitioner: string): Promise<readonly Pick<BrokenGlass, 'patient' | 'until'>[]>;
}

export interface Built {
  readonly actor: Actor;
  /** When it must be built anew, for a period begins or ends: milliseconds since the epoch. */
  readonly until: number;
}

type Person = Pick<
  Actor,
  'kind' | 'patients' | 'self' | 'reach' | 'relations' | 'identities' | 'opened' | 'roles' | 'organizations'
> & {
  until: number;
};

const noAccess = { patients: [], identities: [], roles: new Set<string>(), organizations: [] };

/** The subject of the claims: `Person/1`, or `client:x` for a client that acts for itself. Undefined: it is not known here. */
export function subjectOf(claims: Claims, client: Client, bases: readonly string[]): string | undefined {
  if (client.kind === 'system') return claims.fhirUser === undefined ? `client:${client.id}` : undefined;
  if (isByOrganization(claims, client)) return `client:${client.id}`;
  const user = localReference(claims.fhirUser ?? '', bases);
  return user && `${user.type}/${user.id}`;
}

/** The actor of a token, or undefined where the person was deleted, is inactive, or does not reach the token's patient. */
export async function buildActor(
  claims: Claims,
  client: Client,
  subject: string,
  people: People,
  now: number,
): Promise<Built | undefined> {
  const person = client.kind === 'system' ? { kind: 'system' as const, ...noAccess, until: Infinity } : undefined;
  const byOrganization = isByOrganization(claims, client);
  const named = byOrganization ? `Patient/${claims.patient ?? ''}` : subject;
  const found = person ?? (await findPerson(named, people, now));
  if (!found) return undefined;
  const within = isTethered(client) ? tethered(found, claims, byOrganization) : inContext(found, claims.patient);
  if (!within) return undefined;
  const { until: standing, ...who } = within;
  const { limits, until: limited } = await consentLimitsOf(who, client, people, now);
  const scopes = parseScopes(claims.scope).filter(({ context }) => (context === 'system') === (who.kind === 'system'));
  const common = { subject, clientId: client.id, registrations: new Set(client.registrations), scopes };
  const customers = client.customers && new Set(client.customers);
  const more = defined({ limits, customers, context: claims.patient });
  const actor = { ...who, ...common, ...more, ...(person || byOrganization ? {} : { fhirUser: subject }) };
  return { actor, until: Math.min(standing, limited) };
}

/** A token with a launch context reaches that patient alone; it is dead once the person does not any more. */
function inContext(person: Person, patient: string | undefined): Person | undefined {
  if (patient === undefined) return person;
  if (person.kind === 'staff') return { ...person, patients: [patient] };
  return person.patients.includes(patient) ? { ...person, patients: [patient] } : undefined;
}

function findPerson(subject: string, people: People, now: number): Promise<Person | undefined> {
  switch (subject.split('/')[0]) {
    case 'Person':
      return account(subject, people, now);
    case 'Patient':
      return member(subject, [subject], people);
    case 'RelatedPerson':
      return proxy(subject, [subject], people, now);
    case 'Practitioner':
      return staff(subject, people, now);
    default:
      return Promise.resolve(undefined);
  }
}

/** A person whose record is in use, and who is alive. */
async function active(reference: string, people: People): Promise<Resource | undefined> {
  const resource = await people.read(reference);
  return resource && resource['active'] !== false && !isDeceased(resource) ? resource : undefined;
}

const isDeceased = ({ deceasedBoolean, deceasedDateTime }: Resource): boolean =>
  deceasedBoolean === true || deceasedDateTime !== undefined;

/** A Person: its own Patient, and the principals of every RelatedPerson it is. */
async function account(subject: string, people: People, now: number): Promise<Person | undefined> {
  const person = await active(subject, people);
  if (!person) return undefined;
  const links = references(person, ['link.target']);
  const own = await Promise.all(
    links
      .filter(is('Patient'))
      .slice(0, 1)
      .map(link => member(link, [link], people)),
  );
  const proxies = await Promise.all(links.filter(is('RelatedPerson')).map(link => proxy(link, [link], people, now)));
  const parts = [...own, ...proxies].flatMap(part => part ?? []);
  const self = own[0]?.self;
  return {
    kind: 'patient',
    ...noAccess,
    patients: [...new Set(parts.flatMap(({ patients }) => patients))],
    ...defined({ self, reach: reachIn(parts), relations: relationsIn(parts, self) }),
    identities: [subject, ...parts.flatMap(({ identities }) => identities)],
    until: Math.min(Infinity, ...[...proxies.map(part => part?.until ?? Infinity)]),
  };
}

/** Of several relations to one patient, the first. */
function relationsIn(parts: readonly Person[], self: string | undefined): Actor['relations'] {
  const all = parts
    .flatMap(({ relations = [] }) => [...relations])
    .filter(([patient]) => patient !== `Patient/${self}`);
  return all.length === 0 ? undefined : new Map(all.toReversed());
}

/** The functions of several relations: of those to one patient all that any of them gives. */
function reachIn(parts: readonly Person[]): Actor['reach'] {
  const reached = parts.flatMap(({ patients, identities, reach }) =>
    [...patients.map(id => `Patient/${id}`), ...identities].map(reference => ({
      reference,
      names: reach?.get(reference),
    })),
  );
  const by = Map.groupBy(reached, ({ reference }) => reference);
  const limited = [...by].flatMap(([reference, given]): [string, ReadonlySet<string>][] => {
    const all = given.some(({ names }) => names === undefined);
    return all ? [] : [[reference, new Set(given.flatMap(({ names }) => [...(names ?? [])]))]];
  });
  return limited.length === 0 ? undefined : new Map(limited);
}

async function member(subject: string, identities: string[], people: People): Promise<Person | undefined> {
  if (!(await active(subject, people))) return undefined;
  const self = subject.slice('Patient/'.length);
  return { kind: 'patient', ...noAccess, patients: [self], self, identities, until: Infinity };
}

/** A RelatedPerson reaches its principal while it is active and its period holds. */
async function proxy(subject: string, identities: string[], people: People, now: number): Promise<Person | undefined> {
  const related = await active(subject, people);
  const [principal] = related ? references(related, ['patient']).filter(is('Patient')) : [];
  if (!related || principal === undefined) return undefined;
  const child = await active(principal, people);
  const birthDate = child?.['birthDate'] as string | undefined;
  const ages = await people.ages();
  const {
    bounds,
    narrows,
    functions: names,
  } = proxyStanding(related as ActingRelation, birthDate, people.own, ages, now);
  const good = holds(bounds, now) && child !== undefined && names?.size !== 0;
  const until = nextChange([bounds, { from: narrows, until: Infinity }], now);
  if (!good) return { kind: 'patient', ...noAccess, until };
  const reach = limitsOf([principal, ...identities], names);
  const patients = [principal.slice('Patient/'.length)];
  const relations = new Map([[principal, `RelatedPerson/${related.id ?? ''}`]]);
  return { kind: 'patient', ...noAccess, patients, relations, ...defined({ reach }), identities, until };
}

/** By these references, the functions of a relation that does not include all. */
const limitsOf = (references: readonly string[], names: ReadonlySet<string> | undefined): Actor['reach'] =>
  names && !proxyFunctions.every(name => names.has(name)) ? new Map(references.map(one => [one, names])) : undefined;

/** A Practitioner with the roles that are active and whose period holds. */
async function staff(subject: string, people: People, now: number): Promise<Person | undefined> {
  if (!(await active(subject, people))) return undefined;
  const roles = (await people.rolesOf(subject)).filter(role => role['active'] !== false);
  const current = roles.filter(role => holds(boundsOf(role['period']), now));
  const glass = await people.brokenBy(subject);
  const opened = glass.length === 0 ? undefined : glass.map(({ patient }) => patient);
  return {
    kind: 'staff',
    patients: [],
    ...defined({ opened }),
    identities: [subject, ...current.map(({ id }) => `PractitionerRole/${id ?? ''}`)],
    roles: new Set(current.flatMap(role => codes(role['code'], people.roleSystem))),
    organizations: [...new Set(current.flatMap(role => references(role, ['organization'])))],
    until: nextChange(
      [...roles.map(role => boundsOf(role['period'])), ...glass.map(({ until }) => ({ from: -Infinity, until }))],
      now,
    ),
  };
}

const is = (type: string) => (reference: string) => reference.startsWith(`${type}/`);

function nextChange(bounds: readonly Bounds[], now: number): number {
  return Math.min(Infinity, ...bounds.flatMap(({ from, until }) => [from, until]).filter(at => at > now));
}

/** Codes of the portal's own roles; those of other systems mean nothing here. */
function codes(concepts: Json | undefined, roleSystem: string): string[] {
  const list = (concepts ?? []) as { coding?: { system?: string; code?: string }[] }[];
  return list
    .flatMap(({ coding }) => coding ?? [])
    .flatMap(({ system, code }) => (system === roleSystem && code !== undefined ? [code] : []));
}
