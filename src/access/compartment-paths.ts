/**
 * The paths of compartment-paths.table.ts at work: internal postings that say whose a resource is. They are part of the index
 * like any other entry, so access is a condition of the query. No search parameter can name them: theirs never begin with `~`.
 */
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import { localReference } from '../fhir/reference.js';
import { and, NONE, not, or } from '../search/filters.js';
import { typePosting, type Filter } from '../search/query.js';
import { actorsNamed } from './consent.js';
import { countedPostings } from './counted.js';
import { draftPostings } from './drafts.js';
import { internalPosting } from './internal-posting.js';
import { labelPostings } from './labels.js';
import { openingPostings } from './opening-function.js';
import { retractedPostings } from './retracted.js';
import { compartmentPaths, type CompartmentPaths } from './compartment-paths.table.js';

/** References that are indexed for policies beside the patients' own: to staff or their group, a sender, an account. */
const otherPaths: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Communication: { by: ['sender'], staff: ['sender', 'recipient'] },
  Task: { staff: ['owner', 'requester', 'extension.valueReference'], about: ['focus'] },
  Person: { link: ['link.target'] },
  PractitionerRole: { of: ['practitioner'] },
  Binary: { context: ['securityContext'] },
  Provenance: { about: ['target'] },
};

const GONE = '~gone|';

/** Whether a posting is a tombstone: one that the resource carried before it was deleted. */
export const isGone = (posting: string): boolean => posting.startsWith(GONE);

/** A posting as a tombstone; a tombstone as the posting it was. */
export const gone = (posting: string): string => (isGone(posting) ? posting.slice(GONE.length) : GONE + posting);

/** Carries one of these internal postings. */
export const anyPosting = (type: string, kind: string, references: readonly string[]): Filter =>
  or(references.map(reference => ({ kind: 'posting', key: internalPosting(type, kind, reference) })));

/** Of these types, those without a line: the check at start lists them. */
export const withoutCompartmentPaths = (types: readonly string[]): string[] =>
  types.filter(type => !Object.hasOwn(compartmentPaths, type));

/** How patients reach a type; `never` if it is unknown. */
export const compartmentPathsOf = (type: string): CompartmentPaths =>
  (Object.hasOwn(compartmentPaths, type) ? compartmentPaths[type] : undefined) ?? 'never';

export interface Postings {
  /**
   * The postings that policies look for, distinct; made at write along with the search index.
   * @param bases under which an absolute reference is one of ours, without trailing slash
   */
  readonly internal: (resource: Resource, bases?: readonly string[]) => string[];
  /** The postings of a deletion: actors who saw the resource are answered 410, others 404. */
  readonly tombstones: (resource: Resource, bases?: readonly string[]) => string[];
}

export function createPostings(own: OwnCanonicals): Postings {
  const taskCodes = own.codeSystem('task-code');
  const internal: Postings['internal'] = (resource, bases = []) =>
    draftPostings(resource, own) ?? [
      ...internalPostings(resource, bases, taskCodes),
      ...enteredPostings(resource, own),
      ...countedPostings(resource, own, path => references(resource, [path], bases)),
    ];
  return { internal, tombstones: (resource, bases) => internal(resource, bases).map(gone) };
}

function internalPostings(resource: Resource, bases: readonly string[], taskCodes: string): string[] {
  const type = resource.resourceType;
  const others = Object.entries(otherPaths[type] ?? {}).flatMap(([kind, paths]) =>
    references(resource, paths, bases)
      .filter(reference => kind !== 'staff' || !reference.startsWith('Patient/'))
      .map(reference => internalPosting(type, kind, reference)),
  );
  const own = owners(resource, bases, taskCodes).map(owner => internalPosting(type, 'own', owner));
  const [context] = references(resource, ['securityContext'], bases);
  const opening = own.length > 0 || context !== undefined ? openingPostings(resource, context) : [];
  return [
    ...new Set([
      ...own,
      ...others,
      ...threadPostings(resource, bases),
      ...retractedPostings(resource),
      ...opening,
      ...hidingPostings(resource, bases),
    ]),
  ];
}

/** What hides a resource, and what a Consent hides. */
function hidingPostings(resource: Resource, bases: readonly string[]): string[] {
  return [...labelPostings(resource), ...consentPostings(resource, bases)];
}

/** Of a Consent in force: whose it is, and whom it names. */
function consentPostings(resource: Resource, bases: readonly string[]): string[] {
  if (resource.resourceType !== 'Consent' || resource['status'] !== 'active') return [];
  const patients = references(resource, ['patient'], bases);
  return [
    ...patients.map(patient => internalPosting('Consent', 'active', patient)),
    ...actorsNamed(resource, bases).map(actor => internalPosting('Consent', 'actor', actor)),
  ];
}

/** A measurement by whoever entered it (extension `entered-by`). */
function enteredPostings({ resourceType, extension }: Resource, own: OwnCanonicals): string[] {
  if (resourceType !== 'Observation' || extension === undefined) return [];
  const marks = (extension as JsonObject[]).filter(({ url }) => url === own.structure('entered-by'));
  return values(marks, ['valueReference', 'reference']).map(who =>
    internalPosting(resourceType, 'entered', String(who)),
  );
}

/** A message by the first one of its thread. */
function threadPostings(resource: Resource, bases: readonly string[]): string[] {
  if (resource.resourceType !== 'Communication') return [];
  const [root = `Communication/${resource.id ?? ''}`] = references(resource, ['partOf'], bases);
  return [internalPosting('Communication', 'thread', root)];
}

/** Ids of the patients whose own a resource with these postings is. */
export const patientsIn = (postings: readonly string[]): string[] =>
  postings.flatMap(posting => /^[A-Za-z]+\|~own\|Patient\/(.+)$/.exec(posting)?.[1] ?? []);

/**
 * The filter for tombstones of resources that satisfied `filter`. It is `none` for conditions on entries that tombstones do
 * not have. Searches never find tombstones: they are not live.
 */
export function tombstone(filter: Filter): Filter {
  switch (filter.kind) {
    case 'and':
      return and(filter.of.map(tombstone));
    case 'or':
      return or(filter.of.map(tombstone));
    case 'posting':
      return { ...filter, key: gone(filter.key) };
    case 'all':
    case 'id':
      return filter;
    case 'not':
      return withoutTombstone(filter.of);
    default:
      return NONE;
  }
}

/** What was not so, of what is deleted; none where tombstones do not tell. */
function withoutTombstone(filter: Filter): Filter {
  const type = typeAsked(filter);
  return type === undefined ? NONE : and([not({ kind: 'posting', key: typePosting(type) }), not(tombstone(filter))]);
}

/** The type of which a filter asks for internal postings, and for nothing else. */
function typeAsked(filter: Filter): string | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const types = new Set(filter.of.map(typeAsked));
      return types.size === 1 ? [...types][0] : undefined;
    }
    case 'not':
      return typeAsked(filter.of);
    case 'posting':
      return /^([A-Za-z]+)\|~/.exec(filter.key)?.[1];
    default:
      return undefined;
  }
}

/** Resources of a type that are own to one of these patients (ids). */
export const patientsFilter = (type: string, patients: readonly string[]): Filter =>
  anyPosting(
    type,
    'own',
    patients.map(id => `Patient/${id}`),
  );

/** `Patient/1` of every patient whose own this is. */
function owners(resource: Resource, bases: readonly string[], taskCodes: string): string[] {
  const paths = compartmentPathsOf(resource.resourceType);
  if (typeof paths === 'string' || isInternalTask(resource, taskCodes)) return [];
  if (paths[0] === 'id') return resource.id === undefined ? [] : [`Patient/${resource.id}`];
  return references(resource, paths, bases).filter(reference => reference.startsWith('Patient/'));
}

/** Tasks of the portal's own workflows (an invitation, a work item) concern a patient and are not for them to see. */
function isInternalTask(resource: Resource, taskCodes: string): boolean {
  return resource.resourceType === 'Task' && values(resource, ['code', 'coding', 'system']).includes(taskCodes);
}

/** Local literal references at these paths, versions left out. Those of other hosts, contained or logical never count. */
export function references(resource: Resource, paths: readonly string[], bases: readonly string[] = []): string[] {
  return paths
    .flatMap(path => values(resource, [...path.split('.'), 'reference']))
    .flatMap(value => (typeof value === 'string' ? (localReference(value, bases) ?? []) : []))
    .map(({ type, id }) => `${type}/${id}`);
}

function values(from: Json | undefined, path: readonly string[]): Json[] {
  if (Array.isArray(from)) return from.flatMap(item => values(item, path));
  const [name, ...rest] = path;
  if (name === undefined) return from === undefined ? [] : [from];
  if (typeof from !== 'object' || from === null || !Object.hasOwn(from, name)) return [];
  return values((from as Record<string, Json>)[name], rest);
}
