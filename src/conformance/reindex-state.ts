/**
 * The state of a customer's own SearchParameters: one record for each partition, which every process reads. While a job
 * runs, writes are indexed by the wanted parameters already, and searches know only those that the job does not change.
 */
import type { JsonObject } from '../fhir/resource.js';
import { GENERATION } from '../search/generation.js';
import type { Position } from '../search/query.js';
import type { Document, DocumentChange } from '../store/port.js';

/** Kind of the record; its id is the partition. */
export const REINDEX = 'reindex';

/** Milliseconds for which a process may rely on its last reading of the record. */
export const FRESH = 2000;

/**
 * Milliseconds from the request until the first resource is indexed anew: by then every process indexes its writes by
 * the wanted parameters, instead of losing a race first.
 */
export const SETTLE = 5000;

export interface ReindexState {
  job: string;
  /** Milliseconds since the epoch. */
  requested: number;
  /** Set once the job is done. */
  ended?: number;
  /** SearchParameters that searches may use. */
  inForce: readonly JsonObject[];
  /** SearchParameters that are to be in force, and that writes are indexed by. */
  wanted: readonly JsonObject[];
  /** Types still to be indexed anew; `after` is the position in the first. */
  types: readonly string[];
  after: Position | null;
  /** Resources indexed anew so far. */
  done: number;
  /** The generation that `wanted` begins; entries of others are not committed from then on. */
  generation?: number;
  /** How often the page now due was begun and not ended, because the process ended first. */
  begun?: number;
  /** Why the job was laid aside; what it wanted is not in force then. */
  failed?: string;
}

export const stateOf = (document: Document): ReindexState => document.value as unknown as ReindexState;

/** The change that keeps this state; with `due`, a worker takes the job up then. */
export function stateChange(partition: string, state: ReindexState, expect: number, due?: number): DocumentChange {
  const document = { kind: REINDEX, id: partition, value: { ...state }, keys: {} };
  return { op: 'put', document: due === undefined ? document : { ...document, due }, expect };
}

/** Pages begun and never ended, after which a job is laid aside: it ends the processes that work on it. */
const MOST_BEGUN = 2;

export const endsProcesses = ({ begun = 0 }: ReindexState): boolean => begun >= MOST_BEGUN;

/** The state of a job that is laid aside: writes are indexed by what is in force, no more by what the job wanted. */
export const laidAside = (state: ReindexState, ended: number): ReindexState => ({
  ...state,
  wanted: state.inForce,
  types: [],
  after: null,
  ended,
  failed:
    'The server stopped twice while it indexed the same resources: the search parameters asked for are not in force.',
});

/** The generation of the search parameters that writes are indexed by. */
export const generationOf = (state: ReindexState | undefined): number => state?.generation ?? 0;

/** The change that begins the generation of this state, after the one before it. */
export function generationChange(partition: string, state: ReindexState): DocumentChange {
  const document = { kind: GENERATION, id: partition, value: {}, keys: {} };
  return { op: 'put', document, expect: generationOf(state) - 1 };
}

const same = (a: JsonObject, b: JsonObject): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The state with which a new job begins: parameters that it changes or removes are out of force from now on. */
export function begun(
  before: ReindexState | undefined,
  begin: Pick<ReindexState, 'job' | 'requested' | 'wanted' | 'types'>,
): ReindexState {
  const inForce = (before?.inForce ?? []).filter(one => begin.wanted.some(other => same(one, other)));
  return { ...begin, inForce, after: null, done: 0, generation: generationOf(before) + 1 };
}
