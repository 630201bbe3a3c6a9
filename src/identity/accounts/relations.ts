/** The relations of whoever is signed in: they see them, end them, ask others to act for them, and answer when they are asked. */
import type { Patient, Person, RelatedPerson } from 'fhir/r4.js';
import { displayName } from '../../fhir/human-name.js';
import type { World } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import { emailForm } from '../../fhir/email-address.js';
import { proxyBases } from '../../fhir/proxy-basis.table.js';
import type { AgeSettings } from '../../fhir/proxy-standing.js';
import { relationsOfAccount, type AccountRelation } from '../../portal/account-relations.js';
import { isInactive, ownPatient } from '../../portal/identity.js';
import {
  acceptAsMember,
  acceptAsNewcomer,
  isMeant,
  readProxyInvitation,
  type Acceptance,
} from '../../portal/proxy-acceptance.js';
import {
  inviteProxy,
  moveProxyInvitation,
  openInvitations,
  withdrawProxyInvitation,
  type ProxyInvitation,
} from '../../portal/proxy-invitation.js';
import type { LinkParts } from '../../portal/proxy-link.js';
import { proxyRules, type ProxySettings } from '../../portal/proxy-parties.js';
import { proxyWorkflow } from '../../portal/proxy-workflow.js';
import { givenName } from '../../portal/recipient.js';
import { changed, step, type Step, type Versioned } from '../../portal/step.js';
import { move, SERVER } from '../../portal/workflow.js';
import type { Counted, Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import type { SignedIn } from '../sessions/session.js';
import type { AccountWriter } from './account-writer.js';
import { confirm, type Confirmed, type ConfirmParts, type SettingRefusal } from './confirm.js';

export type { AccountRelation };

export interface RelationParts extends World, Omit<ConfirmParts, 'clock'> {
  readonly writer: AccountWriter;
  readonly limiter: Limiter;
  readonly settings: () => Promise<ProxySettings & AgeSettings & { readonly 'time-zone': string }>;
  /** Days that an invitation is good for. */
  readonly days: number;
  /** Where links lead, without a trailing slash. */
  readonly portalUrl: string;
}

export interface SeenRelations {
  readonly relations: readonly AccountRelation[];
  /** Asked by this person, and not answered yet. */
  readonly open: readonly { readonly id: string; readonly name: string }[];
  /** Whoever has a record of their own asks others. */
  readonly mayInvite: boolean;
  readonly hasPassword: boolean;
  readonly userName: string;
  /** IANA name of the zone that days are shown in. */
  readonly timeZone: string;
}

/** Undefined for the account of staff. */
export async function seenRelations({ account }: SignedIn, parts: RelationParts): Promise<SeenRelations | undefined> {
  const { writer, clock, credentials, policy } = parts;
  const person = await personOf(account, parts);
  if (!person) return undefined;
  const settings = await parts.settings();
  const own = ownPatient(person);
  const tasks = own === undefined ? [] : await openInvitations(own, writer.reader, clock.now());
  const stored = await credentials.of(account);
  return {
    relations: await relationsOfAccount(person, writer.reader, settings, clock.now()),
    open: tasks.map(({ id = '', input = [] }) => ({ id, name: input[0]?.valueString ?? '' })),
    mayInvite: own !== undefined,
    hasPassword: stored !== undefined && (await policy.usable(stored.credential)).password,
    userName: stored?.credential.userName ?? '',
    timeZone: settings['time-zone'],
  };
}

async function personOf(account: string, { writer }: RelationParts): Promise<Person | undefined> {
  return account.startsWith('Person/') ? (await writer.reader.get<Person>(account))?.resource : undefined;
}

/** Ends a relation of this person, on whichever side. @param id of the RelatedPerson */
export async function endRelation({ account }: SignedIn, id: string, parts: RelationParts): Promise<void> {
  const { writer, clock } = parts;
  const { reader } = writer;
  await writer.commit<undefined>('a relation ended by its person', async () => {
    const person = await personOf(account, parts);
    const all = person ? await relationsOfAccount(person, reader, await parts.settings(), clock.now()) : [];
    const isTheirs = all.some(one => one.relation === `RelatedPerson/${id}` && one.standing !== 'inactive');
    const found = isTheirs ? await reader.get<RelatedPerson>(`RelatedPerson/${id}`) : undefined;
    return { step: found ? await ended(found, parts) : step({}), value: undefined };
  });
}

async function ended(found: Versioned<RelatedPerson>, { writer: { reader }, clock }: RelationParts): Promise<Step> {
  const moving = { by: SERVER, now: clock.now(), all: reader, input: {} };
  const { resource, effects } = await move(proxyWorkflow(reader.own), 'unlink-proxy', found.resource, moving);
  return resource === found.resource ? step({}) : step({ writes: [changed(found, resource)], effects });
}

/** What a person writes who asks another to act for them. */
export interface Wish {
  readonly given: string;
  readonly family: string;
  readonly email: string;
  readonly relationship: string;
  readonly functions: readonly string[];
  /** `YYYY-MM-DD`, or ''. */
  readonly end: string;
}

/** Codes of v3-RoleCode that people choose from. */
export const RELATIONSHIPS = ['SPS', 'CHILD', 'PRN', 'SIB', 'FAMMEMB', 'FRND'] as const;

/** The functions that people give to others. */
export const GIVEN = proxyBases.convenience;

export type InviteOutcome = { readonly kind: 'done' | 'bad-facts' | 'too-many' } | SettingRefusal;

export async function askSomebody(given: Confirmed, wish: Wish, parts: RelationParts): Promise<InviteOutcome> {
  const stored = await confirm(given, parts);
  if ('kind' in stored) return stored;
  const { writer, clock, days, portalUrl } = parts;
  return writer.commit<InviteOutcome>('an invitation to act for a patient', async () => {
    const person = await personOf(given.signedIn.account, parts);
    const principal = person && ownPatient(person);
    const patient = principal === undefined ? undefined : (await writer.reader.get<Patient>(principal))?.resource;
    const order = principal === undefined ? undefined : orderOf(principal, wish, clock.now());
    if (!order || !patient || isInactive(patient)) return { step: step({}), value: { kind: 'bad-facts' } };
    const how = { asking: givenName(patient) ?? '', days, portalUrl };
    const made = await inviteProxy(order, how, writer.reader, parts);
    return made ? { step: made, value: { kind: 'done' } } : { step: step({}), value: { kind: 'too-many' } };
  });
}

/** Characters of a name. */
const LONGEST = 100;

/** Undefined where a fact is missing or none. @param now milliseconds since the epoch */
function orderOf(principal: string, wish: Wish, now: number): ProxyInvitation | undefined {
  const [given, family] = [wish.given.trim(), wish.family.trim()];
  const isNamed = [given, family].every(name => name !== '' && name.length <= LONGEST && !/\p{Cc}|\p{Cs}/u.test(name));
  const email = emailForm(wish.email.trim());
  const relationship = RELATIONSHIPS.find(code => code === wish.relationship);
  const functions = GIVEN.filter(name => wish.functions.includes(name));
  const isDay = wish.end === '' || (/^\d{4}-\d{2}-\d{2}$/.test(wish.end) && Date.parse(wish.end) > now);
  if (!isNamed || email === undefined || !relationship || functions.length === 0 || !isDay) return undefined;
  const end = wish.end === '' ? undefined : wish.end;
  return { principal, given, family, contact: { email }, relationship, functions, ...defined({ end }) };
}

/** @param id of the Task */
export async function takeBack({ account }: SignedIn, id: string, parts: RelationParts): Promise<void> {
  const { writer, clock } = parts;
  await writer.commit<undefined>('an invitation withdrawn by its patient', async () => {
    const person = await personOf(account, parts);
    const own = person && ownPatient(person);
    const withdrawn = own === undefined ? step({}) : withdrawProxyInvitation(own, id, writer.reader, clock.now());
    return { step: await withdrawn, value: undefined };
  });
}

/** What an invitation asks for, to whoever holds its code. */
export type AskedFor =
  | {
      readonly kind: 'found';
      /** Of the patient; told to the person alone who is asked. */
      readonly principal: string | undefined;
      readonly functions: readonly string[];
      readonly end: string | undefined;
    }
  | { readonly kind: 'unusable' }
  /** `wait`: milliseconds. */
  | { readonly kind: 'wait'; readonly wait: number };

/** Codes that are none count, by network. */
export async function readInvitation(
  visitor: Visitor,
  code: string,
  signedIn: SignedIn | undefined,
  parts: RelationParts,
): Promise<AskedFor> {
  const counted: Counted[] = [{ limit: 'network', of: visitor.network }];
  const wait = await parts.limiter.take(counted);
  if (wait !== undefined) return { kind: 'wait', wait };
  const { reader } = parts.writer;
  const found = await readProxyInvitation(code, reader, parts.clock.now());
  if (!found) return { kind: 'unusable' };
  await parts.limiter.giveBack(counted);
  const { principal, functions, end } = found.invitation;
  const person = signedIn && (await personOf(signedIn.account, parts));
  const isKnown = person !== undefined && (await isMeant(found.invitation, person, reader));
  const name = isKnown ? displayName((await reader.get<Patient>(principal))?.resource.name) : undefined;
  return { kind: 'found', principal: name, functions, end };
}

export type Answered = Acceptance['kind'] | 'wait';

/** @param by whoever is signed in, or the birth date (`YYYY-MM-DD`) of a newcomer; undefined: the invitation is declined */
export async function answerInvitation(
  visitor: Visitor,
  code: string,
  by: { readonly signedIn: SignedIn } | { readonly birthDate: string } | undefined,
  parts: RelationParts,
): Promise<Answered> {
  const read = await readInvitation(visitor, code, undefined, parts);
  if (read.kind !== 'found') return read.kind;
  return parts.writer.commit<Answered>('an answer to an invitation to act for a patient', async () => {
    const { kind, step: made } = await answerOf(code, by, await linkParts(parts), parts);
    return { step: made, value: kind };
  });
}

async function answerOf(
  code: string,
  by: { readonly signedIn: SignedIn } | { readonly birthDate: string } | undefined,
  linking: LinkParts,
  { writer: { reader }, clock }: RelationParts,
): Promise<Acceptance> {
  if (by && 'signedIn' in by) return acceptAsMember(code, by.signedIn.account, linking);
  if (by) return acceptAsNewcomer(code, by.birthDate, linking);
  const found = await readProxyInvitation(code, reader, clock.now());
  if (!found) return { kind: 'unusable', step: step({}) };
  return { kind: 'done', step: await moveProxyInvitation(found, 'decline', reader, clock.now()) };
}

/** Milliseconds. */
const DAY = 24 * 3600_000;

async function linkParts(parts: RelationParts): Promise<LinkParts> {
  const { writer, settings, days, portalUrl } = parts;
  const ages = await settings();
  const enrollment = { activates: false, differs: false, lasts: days * DAY, portalUrl };
  return { rules: proxyRules(ages, true, enrollment), ages, reader: writer.reader, world: parts };
}
