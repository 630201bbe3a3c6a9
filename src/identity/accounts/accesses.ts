/**
 * Who saw or changed a record, for the person whose it is, and for those who act for them in read-record. Made of the AuditEvents of
 * what succeeded. https://hl7.org/fhir/R4/auditevent.html
 */
import type { AuditEvent, Patient, Person, Practitioner, RelatedPerson } from 'fhir/r4.js';
import { displayName } from '../../fhir/human-name.js';
import type { Clock } from '../../fhir/clock.js';
import type { AgeSettings } from '../../fhir/proxy-standing.js';
import { relationsOfAccount } from '../../portal/account-relations.js';
import { ownPatient } from '../../portal/identity.js';
import type { WorkflowReader } from '../../portal/step.js';
import type { SignedIn } from '../sessions/session.js';

export interface Access {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly who:
    | { readonly kind: 'self' | 'system' | 'unknown' }
    /** As the organization shows them; of a person who acts for the patient, as their relation does. */
    | { readonly kind: 'staff' | 'proxy'; readonly name: string };
  readonly did: 'looked' | 'added' | 'changed' | 'removed' | 'used';
  /** A resource type, or `*`. */
  readonly what: string;
  /** By broken glass: what is restricted was open, and the reason is on record. */
  readonly restricted?: true;
}

export interface AccessPage {
  /** Whose record it is; undefined: that of whoever looks. */
  readonly of: string | undefined;
  readonly accesses: readonly Access[];
  /** Where older ones begin; undefined: there are none. */
  readonly next: string | undefined;
  /** Others whose accesses may be seen: by relation, their name. */
  readonly others: readonly { readonly relation: string; readonly name: string }[];
  /** Whoever looks has a record of their own. */
  readonly hasOwn: boolean;
  /** IANA name. */
  readonly timeZone: string;
}

export interface TrailPage {
  readonly events: readonly AuditEvent[];
  readonly next: string | undefined;
}

export interface AccessParts {
  readonly reader: WorkflowReader;
  readonly clock: Clock;
  /** What succeeded about `Patient/1`, newest first. Fault `invalid` for a place that is none. */
  readonly trail: (patient: string, from: string | undefined) => Promise<TrailPage>;
  readonly settings: () => Promise<AgeSettings & { readonly 'time-zone': string }>;
}

/**
 * @param relation id of the RelatedPerson by which the person acts for the patient; '' for their own record
 * @param from where a page begins; '' for the newest
 * Undefined where the person may not see that.
 */
export async function accessesOf(
  { account }: SignedIn,
  relation: string,
  from: string,
  parts: AccessParts,
): Promise<AccessPage | undefined> {
  const { reader, clock } = parts;
  const person = account.startsWith('Person/') ? (await reader.get<Person>(account))?.resource : undefined;
  if (!person) return undefined;
  const settings = await parts.settings();
  const all = await relationsOfAccount(person, reader, settings, clock.now());
  const readable = all.filter(
    one => one.role === 'proxy' && one.standing === 'active' && one.functions.includes('read-record'),
  );
  const chosen = readable.find(one => one.relation === `RelatedPerson/${relation}`);
  const patient = relation === '' ? ownPatient(person) : chosen?.other.reference;
  const others = readable.map(one => ({ relation: one.relation.slice('RelatedPerson/'.length), name: one.other.name }));
  const rest = { others, hasOwn: ownPatient(person) !== undefined, timeZone: settings['time-zone'] };
  if (patient === undefined)
    return relation === '' ? { of: undefined, accesses: [], next: undefined, ...rest } : undefined;
  const { events, next } = await parts.trail(patient, from === '' ? undefined : from);
  const own = new Set([account, ...(person.link ?? []).map(({ target }) => target.reference ?? '')]);
  const accesses = await Promise.all(events.map(event => accessOf(event, own, reader)));
  return { of: chosen?.other.name, accesses, next, ...rest };
}

async function accessOf(event: AuditEvent, own: ReadonlySet<string>, reader: WorkflowReader): Promise<Access> {
  const [agent] = event.agent;
  const altId = agent?.altId ?? '';
  const { entity = [], purposeOfEvent = [] } = event;
  const isRestricted = purposeOfEvent.some(({ coding = [] }) => coding.some(({ code }) => code === 'BTG'));
  const target = entity.find(({ type }) => type?.system === 'http://hl7.org/fhir/resource-types');
  return {
    at: Date.parse(event.recorded),
    who: await whoOf(agent?.who?.reference ?? altId, altId, own, reader),
    did: didIn(event),
    what: target?.type?.code ?? '*',
    ...(isRestricted ? { restricted: true } : {}),
  };
}

export function didIn({ action = 'E', subtype = [] }: AuditEvent): Access['did'] {
  const isSearch = subtype.some(({ code = '' }) => code.startsWith('search'));
  return isSearch ? 'looked' : (DID[action] ?? 'used');
}

const DID: Readonly<Record<string, Access['did']>> = { C: 'added', R: 'looked', U: 'changed', D: 'removed' };

/** @param altId the account, where the reference is a relation */
async function whoOf(
  reference: string,
  altId: string,
  own: ReadonlySet<string>,
  reader: WorkflowReader,
): Promise<Access['who']> {
  if (own.has(reference) || own.has(altId)) return { kind: 'self' };
  if (altId.startsWith('client:')) return { kind: 'system' };
  if (reference.startsWith('Practitioner'))
    return { kind: 'staff', name: await nameOf<Practitioner>(reference, reader) };
  if (reference.startsWith('RelatedPerson/'))
    return { kind: 'proxy', name: await nameOf<RelatedPerson>(reference, reader) };
  const isKnown = reference.startsWith('Patient/') || reference.startsWith('Person/');
  return isKnown ? { kind: 'proxy', name: await nameOf<Patient>(reference, reader) } : { kind: 'unknown' };
}

const nameOf = async <R extends Pick<Patient, 'name'>>(reference: string, reader: WorkflowReader): Promise<string> =>
  displayName((await reader.get<R>(reference))?.resource.name);

/** The place in a trail as it stands in an address. */
export const placeText = (place: readonly (string | number | null)[] | undefined): { next: string | undefined } => ({
  next: place && Buffer.from(JSON.stringify(place)).toString('base64url'),
});

/** Undefined where the text is no place. */
export function placeOf(text: string): (string | number)[] | undefined {
  try {
    const place: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    const isPlace = Array.isArray(place) && place.every(one => typeof one === 'string' || typeof one === 'number');
    return isPlace && place.length === 2 ? place : undefined;
  } catch {
    return undefined;
  }
}
