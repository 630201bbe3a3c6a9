/** The relations of an account: whom its person acts for, and who acts for them, now, later, or no longer. */
import type { CodeableConcept, HumanName, Patient, Period, Person, RelatedPerson } from 'fhir/r4.js';
import { displayName } from '../fhir/human-name.js';
import { defined } from '../fhir/defined.js';
import { holds } from '../fhir/period.js';
import { proxyFunctions } from '../fhir/proxy-basis.table.js';
import { basisOf } from '../fhir/proxy-functions.js';
import { proxyStanding, type AgeSettings } from '../fhir/proxy-standing.js';
import { accountsOf, isInactive, ownPatient } from './identity.js';
import type { WorkflowReader } from './step.js';

/** More than any patient has. */
const RELATIONS = 200;

export interface AccountRelation {
  /** `RelatedPerson/1` */
  readonly relation: string;
  /** What the person of the account is in it. */
  readonly role: 'proxy' | 'principal';
  readonly standing: 'active' | 'upcoming' | 'inactive';
  /** The other side: of a proxy the principal. */
  readonly other: { readonly reference: string; readonly name: string };
  readonly relationship: readonly CodeableConcept[];
  readonly basis?: string;
  /** At this moment, or at the end. */
  readonly functions: readonly string[];
  readonly period?: Period;
  /** Why it ended. */
  readonly reason?: string;
}

export type RelationsReader = Pick<WorkflowReader, 'get' | 'find' | 'own'>;

/** Those that stand first. @param now milliseconds since the epoch */
export async function relationsOfAccount(
  person: Person,
  reader: RelationsReader,
  ages: AgeSettings,
  now: number,
): Promise<AccountRelation[]> {
  const acting = (person.link ?? []).flatMap(({ target: { reference = '' } }) =>
    reference.startsWith('RelatedPerson/') ? [reference] : [],
  );
  const asProxy = await Promise.all(
    acting.map(async reference => {
      const found = (await reader.get<RelatedPerson>(reference))?.resource;
      return found && described('proxy', found, reader, ages, now);
    }),
  );
  const own = ownPatient(person);
  const query: [string, string][] = [['patient', own ?? '']];
  const theirs = own === undefined ? [] : await reader.find<RelatedPerson>('RelatedPerson', query, RELATIONS);
  const asPrincipal = await Promise.all(
    theirs.map(({ resource }) => described('principal', resource, reader, ages, now)),
  );
  const all = [...asProxy, ...asPrincipal].filter(one => one !== undefined);
  return all.sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing));
}

const ORDER: readonly AccountRelation['standing'][] = ['active', 'upcoming', 'inactive'];

async function described(
  role: AccountRelation['role'],
  relation: RelatedPerson,
  reader: RelationsReader,
  ages: AgeSettings,
  now: number,
): Promise<AccountRelation> {
  const { own } = reader;
  const principal = (await reader.get<Patient>(relation.patient.reference ?? ''))?.resource;
  const { bounds, functions } = proxyStanding(relation, principal?.birthDate, own, ages, now);
  const isOver = relation.active === false || bounds.until <= now || !principal || isInactive(principal);
  const other = role === 'proxy' ? sideOf(relation.patient.reference, principal) : await actingSide(relation, reader);
  const reason = relation.extension?.find(({ url }) => url === own.structure('proxy-end'))?.valueString;
  return {
    ...{ relation: `RelatedPerson/${relation.id}`, role, other },
    standing: isOver ? 'inactive' : holds(bounds, now) ? 'active' : 'upcoming',
    relationship: relation.relationship ?? [],
    functions: functions ? proxyFunctions.filter(name => functions.has(name)) : proxyFunctions,
    ...defined({ basis: basisOf(relation, own), period: relation.period, reason }),
  };
}

const sideOf = (reference = '', record: { name?: HumanName[] | undefined } | undefined) => ({
  reference,
  name: displayName(record?.name),
});

/** Whoever acts through a relation, by the name of the relation or of their record. */
async function actingSide(relation: RelatedPerson, reader: RelationsReader): Promise<AccountRelation['other']> {
  const reference = `RelatedPerson/${relation.id}`;
  if (relation.name) return sideOf(reference, relation);
  const [account] = await accountsOf(reference, reader);
  const own = account && ownPatient(account.resource);
  const record = own === undefined ? account?.resource : (await reader.get<Patient>(own))?.resource;
  return sideOf(reference, record);
}

/** The account of whoever calls: of a person who is named by a Patient or RelatedPerson the one that is linked to it. */
export async function accountOfCaller(
  { identities, fhirUser = '' }: { readonly identities: readonly string[]; readonly fhirUser?: string },
  reader: RelationsReader,
): Promise<Person | undefined> {
  const named = identities.find(one => one.startsWith('Person/'));
  if (named !== undefined) return (await reader.get<Person>(named))?.resource;
  const accounts = await accountsOf(fhirUser, reader);
  return (accounts.find(({ resource }) => resource.active !== false) ?? accounts[0])?.resource;
}
