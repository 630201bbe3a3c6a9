/**
 * Epochs: one record per subject, whose version rises in the same commit as any change to the subject's access. A request
 * reads this record alone, and uses the cached actor while the version is equal; so a change binds the next request in every
 * process.
 */
import type { Clock } from '../fhir/clock.js';
import type { Resource } from '../fhir/resource.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { Criterion, DocumentChange, Put, Records, Store } from '../store/port.js';
import { firstRows } from '../store/views/first-rows.js';
import { delegating } from '../store/views/delegating.js';
import { references } from './compartment-paths.js';
import { concernedByConsent, practitionersNamed } from './consent-epochs.js';
import { internalPosting } from './internal-posting.js';

const KIND = 'epoch';
/** Milliseconds to find the people that a write concerns. */
const PATIENCE = 5000;
const MAX_LINKED = 1000;
/** What tells what the portal is has one epoch: its configuration, texts, wordings and applications. */
export const PORTAL = 'portal';

/** The change that makes every process look the subject (`Person/1`, `client:demo-ehr`) up again. */
export const raiseEpoch = (subject: string): DocumentChange => ({
  op: 'put',
  document: { kind: KIND, id: subject, value: {}, keys: {} },
});

/** The subject's epoch; 0 if it was never raised. */
export async function readEpoch(records: Pick<Records, 'get'>, subject: string, now: number): Promise<number> {
  return (await records.get(KIND, subject, now))?.version ?? 0;
}

/** By type, the elements that decide on a person's access, or on what the portal is. Other changes raise no epoch. */
const DECISIVE: Readonly<Record<string, readonly string[]>> = {
  Person: ['active', 'link'],
  Patient: ['active', 'birthDate', 'deceasedBoolean', 'deceasedDateTime'],
  RelatedPerson: ['active', 'period', 'patient', 'relationship', 'extension'],
  Practitioner: ['active'],
  PractitionerRole: ['active', 'period', 'code', 'practitioner', 'organization'],
};

/** The same of the types that tell what the portal is, in its own partition. */
const PORTAL_TYPES: Readonly<Record<string, readonly string[]>> = {
  Basic: ['extension', 'code', 'language'],
  Endpoint: ['status', 'connectionType', 'name', 'address'],
  ActivityDefinition: ['extension', 'status', 'kind', 'code', 'topic'],
};

/**
 * The subjects that a write concerns directly: `Person/1`, `Practitioner/2`, `RelatedPerson/3` … People who are linked to
 * a Patient or RelatedPerson among them are concerned too; `withEpochs` finds them.
 * @param after undefined for a deletion
 */
function epochsTouched(before: Resource | undefined, after: Resource | undefined): string[] {
  const version = after ?? before;
  if (!version) return [];
  const { resourceType: type, id = '' } = version;
  const elements = DECISIVE[type] ?? PORTAL_TYPES[type] ?? [];
  if (type === 'Consent') return concernedByConsent(before, after);
  const decisive = (resource?: Resource) => JSON.stringify(elements.map(name => resource?.[name]));
  if (before && after && decisive(before) === decisive(after)) return [];
  if (type === 'PractitionerRole') {
    return [...new Set([before, after].flatMap(role => (role ? references(role, ['practitioner']) : [])))];
  }
  return [Object.hasOwn(PORTAL_TYPES, type) ? PORTAL : `${type}/${id}`];
}

interface Concerned {
  subjects: string[];
  criteria: Criterion[];
}

/**
 * The store with every commit raising the epochs it touches. All writes go through it, the server's own too.
 * @param portal its partition
 */
export function withEpochs(store: Store, clock: Clock, portal: string): Store {
  const decides = ({ key: { type, partition } }: Put): boolean =>
    Object.hasOwn(DECISIVE, type) ||
    (partition === portal && (type === 'Consent' || Object.hasOwn(PORTAL_TYPES, type)));
  return {
    ...delegating(store),
    async commit(changes) {
      const puts = (changes.puts ?? []).filter(decides);
      if (puts.length === 0) return store.commit(changes);
      const { subjects, criteria } = await concerned(store, puts, clock.now() + PATIENCE);
      return store.commit(mergeChangeSets(changes, { criteria, documents: subjects.map(raiseEpoch) }));
    },
  };
}

async function concerned(store: Store, puts: readonly Put[], deadline: number): Promise<Concerned> {
  const before = await store.read(puts.filter(({ version }) => version > 1).map(({ key }) => key));
  const old = new Map(before.flatMap(version => (version ? [[nameOf(version), version.json]] : [])));
  const touched = puts.flatMap(put =>
    epochsTouched(parsed(old.get(nameOf(put))), parsed(put.json)).map(subject => ({ subject, put })),
  );
  // A new resource gave no access before, so its own epoch need not rise; that of a new role's practitioner must.
  const standing = touched.filter(({ subject, put }) => put.version > 1 || subject !== nameOf(put));
  const criteria = await Promise.all(
    standing.map(({ subject, put }) => linked(store, put.key.partition, subject, deadline)),
  );
  const people = criteria.flat();
  const staff = await practitionersNamed(store, standing, deadline);
  return {
    subjects: [...new Set([...standing.map(({ subject }) => subject), ...people.flatMap(namesOf), ...staff])],
    criteria: criteria.flat(),
  };
}

/**
 * The Persons linked to a Patient or RelatedPerson, and to the RelatedPersons of a Patient, as criteria: a link made
 * meanwhile fails the commit, which is then tried again.
 */
async function linked(store: Store, partition: string, subject: string, deadline: number): Promise<Criterion[]> {
  const matching = async (type: string, kind: string): Promise<Criterion> => {
    const where = { kind: 'posting', key: internalPosting(type, kind, subject) } as const;
    const search = { partition, of: [{ type, where }], sort: [], limit: MAX_LINKED, deadline };
    const { rows } = await firstRows(store, search);
    return { partition, type, where, ids: rows.map(({ key }) => key.id) };
  };
  if (subject.startsWith('RelatedPerson/')) return [await matching('Person', 'link')];
  if (!subject.startsWith('Patient/')) return [];
  const proxies = await matching('RelatedPerson', 'own');
  const through = await Promise.all(namesOf(proxies).map(proxy => linked(store, partition, proxy, deadline)));
  return [await matching('Person', 'link'), proxies, ...through.flat()];
}

const nameOf = ({ key }: Pick<Put, 'key'>): string => `${key.type}/${key.id}`;
const namesOf = ({ type, ids }: Criterion): string[] => ids.map(id => `${type}/${id}`);

const parsed = (json: string | undefined): Resource | undefined =>
  json === undefined || json === '' ? undefined : (JSON.parse(json) as Resource);
