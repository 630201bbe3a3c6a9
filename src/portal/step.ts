/**
 * Steps are values: the writes, conditions, records and effects of a workflow. Operations and write rules make the readers
 * and turn the steps into changes; nothing in this folder knows a store or HTTP.
 */
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { PhoneForm } from '../fhir/phone-number.js';
import type { Query } from '../fhir/request.js';
import type { Resource } from '../fhir/resource.js';
import type { Criterion, Document, DocumentChange, Version } from '../store/port.js';
import type { Effect } from './effect.js';

/** A resource and its version. */
export interface Versioned<R = Resource> {
  resource: R;
  version: Version;
}

export interface WorkflowReader {
  /** Canonical URLs of the portal's own definitions. */
  readonly own: OwnCanonicals;
  /** Telephone numbers as they are compared, those in the national form of this deployment's region too. */
  readonly phoneNumber: PhoneForm;
  /** The current version of `Patient/1`; undefined where absent, deleted or hidden from the reader. */
  get<R>(reference: string): Promise<Versioned<R> | undefined>;
  /** Matches of a search, at most `limit`. Fault `too-costly` where there are more: a workflow never decides on a part. */
  find<R>(type: string, query: Query, limit: number): Promise<Versioned<R>[]>;
  /** The first matches of a search in the order of its `_sort`, by default the newest, at most `limit`: there may be more. */
  first<R>(type: string, query: Query, limit: number): Promise<Versioned<R>[]>;
  /** Distinct matches of any of these searches, each as in `find`, and the conditions under which they are still the same. */
  findAny<R>(type: string, queries: readonly (Query | undefined)[], limit: number): Promise<Candidates<R>>;
  /** How many match. */
  count(type: string, query: Query): Promise<number>;
  /** The condition that at commit this search still matches exactly these. */
  still(type: string, query: Query, matches: readonly Versioned<unknown>[]): Criterion;
  document(kind: string, id: string): Promise<Document | undefined>;
}

/** What searches come to, and the conditions under which they still come to it. */
export interface Candidates<R> {
  readonly found: readonly Versioned<R>[];
  readonly criteria: readonly Criterion[];
}

/** A resource to write: a new one, or the next version of `previous` (compare-and-set). */
export interface Write {
  resource: Resource;
  previous?: Version;
  method: 'POST' | 'PUT';
}

/** One commit: all of it or nothing. */
export interface Step {
  writes: Write[];
  criteria: Criterion[];
  documents: DocumentChange[];
  effects: readonly Effect[];
}

export const step = (parts: Partial<Step>): Step => ({
  writes: [],
  criteria: [],
  documents: [],
  effects: [],
  ...parts,
});

export const combined = (...steps: readonly Step[]): Step => ({
  writes: steps.flatMap(one => one.writes),
  criteria: steps.flatMap(one => one.criteria),
  documents: steps.flatMap(one => one.documents),
  effects: steps.flatMap(one => one.effects),
});

/** The first version of a resource. */
export const created = (resource: object): Write => ({ resource: resource as Resource, method: 'POST' });

/** The next version of a resource. */
export const changed = (found: Versioned<unknown>, resource: object): Write => ({
  resource: resource as Resource,
  previous: found.version,
  method: 'PUT',
});
