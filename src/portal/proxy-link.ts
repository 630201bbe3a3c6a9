/**
 * Makes the relation through which a person acts for a patient. The same relation twice is one; another one of the same two takes
 * the place of those whose time it shares.
 */
import type { CodeableConcept, Period, Person, RelatedPerson } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import { parentalEnd } from '../fhir/parental-end.js';
import { boundsOf } from '../fhir/period.js';
import { basisOf, functionsAllowed, functionsNamed } from '../fhir/proxy-functions.js';
import type { AgeSettings } from '../fhir/proxy-standing.js';
import { isUnder } from './age.js';
import { ageRecord } from './proxy-age.js';
import { refusedParameter, sideOf, withRelation, type HeldSide, type PartyParts, type Side } from './proxy-parties.js';
import { isBlocked, proxyWorkflow, relationNotice } from './proxy-workflow.js';
import { changed, combined, created, step, type Step, type Versioned } from './step.js';
import { move, SERVER } from './workflow.js';

/** More than any patient has. */
const RELATIONS = 200;

export interface LinkOrder {
  /** `Patient/1` */
  readonly principal: string;
  /** `Patient/2` or `Person/3`, or somebody who is made with the relation. */
  readonly proxy: string | Side;
  readonly relationship: CodeableConcept;
  /** A code of `proxy-basis`. */
  readonly basis?: string;
  readonly period?: Period;
  /** Codes of `proxy-function`; none: all that the basis allows. */
  readonly functions: readonly string[];
}

export interface LinkParts extends PartyParts {
  readonly ages: AgeSettings;
}

export type LinkOutcome = { readonly relation: RelatedPerson; readonly isNew: boolean; readonly step: Step } | HeldSide;

/** Faults: `unprocessable` that names the parameter, `conflict`. */
export async function linkProxy(order: LinkOrder, parts: LinkParts): Promise<LinkOutcome> {
  const { reader } = parts;
  const principal = await sideOf('principal', order.principal, parts);
  const proxy = typeof order.proxy === 'string' ? await sideOf('proxy', order.proxy, parts) : order.proxy;
  if ('fault' in principal) return principal;
  if ('fault' in proxy) return proxy;
  refuseSides(order, principal, proxy, parts);
  const relation = relationOf(order, principal, proxy, parts);
  refusePeriod(relation, principal, parts);
  const query: [string, string][] = [['patient', principal.patient ?? '']];
  const all = await reader.find<RelatedPerson>('RelatedPerson', query, RELATIONS);
  const between = all.filter(({ resource }) => isLinkedTo(proxy.account, resource));
  if (between.some(({ resource }) => isBlocked(resource, reader.own))) {
    throw refusedParameter('proxy', 'This person is not to act for the patient: their relation is blocked.');
  }
  const standing = between.find(({ resource }) => isSame(resource, relation, order, parts));
  if (standing) return { relation: standing.resource, isNew: false, step: step({}) };
  const ended = await Promise.all(between.map(one => withoutOverlap(one, relation, parts)));
  const made = step({
    writes: [created(relation)],
    documents: ageRecord(relation, principal.birthDate, reader.own, parts.ages, parts.world.clock.now()),
    effects: [relationNotice('proxy-linked', `RelatedPerson/${relation.id}`, toldOf(principal, proxy))],
  });
  const sides = [principal.step, withRelation(proxy, `RelatedPerson/${relation.id}`)];
  return { relation, isNew: true, step: combined(...sides, ...ended, made) };
}

const toldOf = ({ patient = '' }: Side, { account }: Side): string[] => [patient, `Person/${account?.id}`];

const isLinkedTo = (account: Person | undefined, { id }: RelatedPerson): boolean =>
  (account?.link ?? []).some(({ target }) => target.reference === `RelatedPerson/${id}`);

/** Nobody acts for themselves; a person under age acts for their own child alone, once they have an account. */
function refuseSides(
  { basis }: LinkOrder,
  principal: Side,
  proxy: Side,
  { rules: { accountAge, proxyAge }, world }: LinkParts,
): void {
  const isSelf = proxy.patient !== undefined && proxy.patient === principal.patient;
  if (isSelf) throw refusedParameter('proxy', 'Nobody is a proxy of their own.');
  const age = basis === 'parent-guardian' ? accountAge : Math.max(accountAge, proxyAge);
  if (isUnder(proxy.birthDate, age, world.clock.now()))
    throw refusedParameter('proxy', 'This person is too young for it.');
}

function relationOf(
  { relationship, basis, period, functions }: LinkOrder,
  principal: Side,
  proxy: Side,
  { reader: { own }, world }: LinkParts,
): RelatedPerson {
  const codes = functions.length > 0 ? functions : [...(functionsAllowed(basis) ?? [])];
  const extension = [
    ...(basis === undefined ? [] : [{ url: own.structure('proxy-basis'), valueCode: basis }]),
    ...[...new Set(codes)].map(valueCode => ({ url: own.structure('proxy-function'), valueCode })),
  ];
  return {
    ...{ resourceType: 'RelatedPerson', id: world.ids.next(), meta: { profile: [own.structure('proxy')] } },
    ...defined({ extension: extension.length > 0 ? extension : undefined }),
    active: true,
    patient: { reference: principal.patient ?? '' },
    relationship: [relationship],
    ...defined({ name: proxy.name && [...proxy.name] }),
    period: { start: instant(world.clock.now()), ...period },
  };
}

/** Fault `unprocessable` for a time that is over, or never comes. */
function refusePeriod(relation: RelatedPerson, { birthDate }: Side, { ages, reader, world }: LinkParts): void {
  const { from, until } = boundsOf(relation.period);
  const now = world.clock.now();
  if (until <= from || until <= now)
    throw refusedParameter('period', 'This period is over before it begins, or is over now.');
  const grown = parentalEnd(relation, birthDate, ages['proxy-age'], basisOf(relation, reader.own));
  if (grown <= Math.max(now, from)) {
    throw refusedParameter('basis', 'The patient is of age: on this basis others act for children alone.');
  }
}

/** Whether a relation that stands says the same already. A period that is not asked for begins whenever it did. */
function isSame(
  standing: RelatedPerson,
  wanted: RelatedPerson,
  { period }: LinkOrder,
  { reader, world }: LinkParts,
): boolean {
  const { own } = reader;
  const [has, wants] = [boundsOf(standing.period), boundsOf(wanted.period)];
  const functions = (one: RelatedPerson): string => [...(functionsNamed(one, own) ?? ['*'])].sort().join();
  return (
    standing.active !== false &&
    has.until > world.clock.now() &&
    has.until === wants.until &&
    (period?.start === undefined ? has.from <= world.clock.now() : has.from === wants.from) &&
    basisOf(standing, own) === basisOf(wanted, own) &&
    functions(standing) === functions(wanted) &&
    named(standing) === named(wanted)
  );
}

/** The relationship as it is compared: its codes or, without any, its text. */
function named({ relationship = [] }: RelatedPerson): string {
  const codes = relationship.flatMap(({ coding = [] }) => coding.map(({ system, code }) => `${system}|${code}`));
  const texts = codes.length > 0 ? codes : relationship.map(({ text = '' }) => text);
  return [...new Set(texts)].sort().join();
}

/** Of a relation before, what does not share the time of the new one. One that begins later takes over then. */
async function withoutOverlap(
  before: Versioned<RelatedPerson>,
  { period }: RelatedPerson,
  { reader, world }: LinkParts,
): Promise<Step> {
  const [old, fresh] = [boundsOf(before.resource.period), boundsOf(period)];
  const now = world.clock.now();
  const shares = before.resource.active !== false && old.until > Math.max(now, fresh.from) && old.from < fresh.until;
  if (!shares) return step({});
  if (fresh.from > now && old.from < fresh.from) {
    const until = { ...before.resource, period: { ...before.resource.period, ...defined({ end: period?.start }) } };
    return step({ writes: [changed(before, until)] });
  }
  const moving = { by: SERVER, now, all: reader, input: {} };
  const { resource } = await move(proxyWorkflow(reader.own), 'supersede', before.resource, moving);
  return step({ writes: [changed(before, resource)] });
}

/** Fault `unprocessable` for a function that the basis does not allow. */
export function refuseFunctions(functions: readonly string[], basis: string | undefined): void {
  const allowed = functionsAllowed(basis);
  const other = allowed && functions.find(name => !allowed.has(name));
  if (other === undefined) return;
  throw new Fault('unprocessable', `On the basis ${basis} nobody acts in the function ${other}.`, {
    code: 'business-rule',
    expression: "Parameters.parameter.where(name='function')",
  });
}
