/**
 * How patients' Consents limit one caller: of each Consent the rules that concern this person or client now. They are part of
 * the actor, so a Consent that is made or ended binds the next request (epochs.ts).
 */
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { holds, type Bounds } from '../fhir/period.js';
import type { Resource } from '../fhir/resource.js';
import type { Actor } from './actor.js';
import type { Client } from './clients.js';
import { denial, provisionOf, type ActorTerm, type Limits, type Provision } from './consent.js';

/** Consents, read with the server's authority. */
export interface Consents {
  /** Those of `Patient/1`. */
  of(patient: string): Promise<readonly Resource[]>;
  /** Those that name one of these: `Practitioner/1`, `Organization/1`. */
  naming(references: readonly string[]): Promise<readonly Resource[]>;
  /** Under which references are the server's own. */
  readonly bases: readonly string[];
}

/** Consents of one patient; with more of them nobody else sees anything. */
export const MAX_CONSENTS = 100;

export interface Limited {
  readonly limits: Limits | undefined;
  /** When a rule begins or ends: milliseconds since the epoch. */
  readonly until: number;
}

export interface LimitParts {
  readonly consents: Consents;
  readonly read: (reference: string) => Promise<Resource | undefined>;
  readonly own: OwnCanonicals;
}

type Who = Pick<Actor, 'kind' | 'patients' | 'self' | 'identities' | 'organizations'>;

/** The system of identifiers that name a client, or whose client it is. */
export const clientSystem = ({ base }: Pick<OwnCanonicals, 'base'>): string => `${base}/NamingSystem/client`;

/** The rules by patient (`Patient/1`) for a person who uses this client. */
export async function consentLimitsOf(who: Who, client: Client, parts: LimitParts, now: number): Promise<Limited> {
  const rules = await rulesFor(who, parts);
  const readers = await Promise.all(
    [...rules].map(async ([patient, provisions]) => {
      const reader = {
        ...(await readerOf(who, client, provisions, parts)),
        isNamed: false,
        mustBeNamed: mustBeNamed(who, client, patient),
      };
      const kept = provisions.flatMap(one => concerning(one, reader, now) ?? []);
      return [patient, kept] as const;
    }),
  );
  const limits = readers.filter(([, kept]) => kept.length > 0);
  const bounds = [...rules.values()].flat().flatMap(boundsIn);
  const changes = bounds.flatMap(({ from, until }) => [from, until]).filter(at => at > now);
  return { limits: limits.length > 0 ? new Map(limits) : undefined, until: Math.min(Infinity, ...changes) };
}

async function rulesFor(who: Who, { consents }: LimitParts): Promise<Map<string, Provision[]>> {
  const { bases } = consents;
  if (who.kind === 'system') return new Map();
  if (who.kind === 'staff') {
    const found = await consents.naming([...who.identities, ...who.organizations]);
    const rules = found.flatMap(one => {
      const rule = provisionOf(one, bases);
      const patient = patientOf(one);
      return rule && patient !== undefined ? [{ rule, patient }] : [];
    });
    const grouped = Map.groupBy(rules, ({ patient }) => patient);
    return new Map([...grouped].map(([patient, all]) => [patient, all.map(({ rule }) => rule)]));
  }
  const found = await Promise.all(
    who.patients.map(async id => {
      const all = await consents.of(`Patient/${id}`);
      if (all.length > MAX_CONSENTS) return [`Patient/${id}`, [denial]] as const;
      return [`Patient/${id}`, all.flatMap(one => provisionOf(one, bases) ?? [])] as const;
    }),
  );
  return new Map(found.map(([patient, rules]) => [patient, [...rules]]));
}

const patientOf = (consent: Resource): string | undefined =>
  (consent['patient'] as { reference?: string } | undefined)?.reference;

/** Patients and staff are limited by what names them or the app they use; proxies and partners by what is about everybody, too. */
const mustBeNamed = ({ kind, self }: Who, { registrations }: Client, patient: string): boolean =>
  kind === 'staff' || (`Patient/${self ?? ''}` === patient && !registrations.includes('tethered'));

interface Reader {
  readonly names: ReadonlySet<string>;
  readonly identifiers: ReadonlySet<string>;
  readonly clientSystem: string;
  readonly mustBeNamed: boolean;
  /** By a rule above this one. */
  readonly isNamed: boolean;
}

async function readerOf(who: Who, client: Client, rules: readonly Provision[], parts: LimitParts) {
  const system = clientSystem(parts.own);
  const identifiers = new Set([client.id, ...(client.integration === undefined ? [] : [client.integration])]);
  const named = new Set(rules.flatMap(organizationsIn));
  const organizations = await Promise.all(
    [...named].map(async one => (isClients(await parts.read(one), system, identifiers) ? one : [])),
  );
  const names = new Set([...who.identities, ...who.organizations, ...organizations.flat()]);
  return { names, identifiers, clientSystem: system };
}

const organizationsIn = ({ actors = [], exceptions }: Provision): string[] => [
  ...actors.flatMap(term =>
    typeof term === 'object' && 'reference' in term && term.reference.startsWith('Organization/') ? term.reference : [],
  ),
  ...exceptions.flatMap(organizationsIn),
];

/** Whether the client is one of this Organization. */
function isClients(organization: Resource | undefined, system: string, identifiers: ReadonlySet<string>): boolean {
  const all = (organization?.['identifier'] ?? []) as { system?: string; value?: string }[];
  return all.some(one => one.system === system && identifiers.has(one.value ?? ''));
}

/** What a rule says of this reader at this time; undefined: nothing. */
function concerning(rule: Provision, reader: Reader, now: number): Provision | undefined {
  if (!holds(rule.period, now)) return undefined;
  const match = rule.actors ? matchOf(rule.actors, reader) : 'everybody';
  if (match === 'no' || (match === 'unclear' && reader.mustBeNamed)) return undefined;
  const isNamed = reader.isNamed || match === 'named';
  const unclear = rule.unclear || match === 'unclear';
  const void_ = (reader.mustBeNamed && !isNamed) || (rule.says === 'permit' && unclear);
  const exceptions = rule.exceptions.flatMap(one => concerning(one, { ...reader, isNamed }, now) ?? []);
  const { actors: _matched, ...rest } = rule;
  const kept = { ...rest, unclear, says: void_ ? undefined : rule.says, exceptions };
  return kept.says === undefined && exceptions.length === 0 ? undefined : kept;
}

function matchOf(terms: readonly ActorTerm[], reader: Reader): 'named' | 'unclear' | 'no' {
  const matches = terms.map(term => {
    if (term === 'unclear') return term;
    if ('reference' in term) return reader.names.has(term.reference) ? 'named' : 'no';
    if (term.identifier.system !== reader.clientSystem) return 'unclear';
    return reader.identifiers.has(term.identifier.code) ? 'named' : 'no';
  });
  if (matches.includes('named')) return 'named';
  return matches.includes('unclear') ? 'unclear' : 'no';
}

const boundsIn = ({ period, exceptions }: Provision): Bounds[] => [period, ...exceptions.flatMap(boundsIn)];
