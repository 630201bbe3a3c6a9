/**
 * The reads of a transaction: each runs once. What reads single resources is answered by what the commit will make of them,
 * and holds at the commit; what searches is checked before the commit, and answered after it.
 * https://hl7.org/fhir/R4/http.html#trules
 */
import { MOST } from '../content/bounded-page.js';
import { Fault } from '../fhir/fault.js';
import { faultResponse } from '../fhir/outcome.js';
import type { FhirResponse } from '../fhir/response.js';
import { createBreather, IN_ONE_TURN } from '../runtime/breather.js';
import type { AdmittedRead, Context } from '../service.js';
import type { Key, Put, Store } from '../store/port.js';
import { delegating } from '../store/views/delegating.js';
import { overlay } from '../store/views/overlay.js';
import { requestOf, within, type Entry } from './entry.js';

/** A read that has been tried. */
export interface TriedRead {
  index: number;
  admitted: AdmittedRead;
  /** Absent: it searches. */
  response?: FhirResponse;
}

/** Versions that the answers show and the transaction does not write: they are current when it commits. */
type Seen = Map<string, { key: Key; version: number }>;

/** A read that fails makes the transaction fail: rejects with its Fault. */
export async function tryReads(
  context: Context,
  entries: readonly Entry[],
  puts: ReadonlyMap<string, Put>,
): Promise<{ reads: TriedRead[]; unchanged: { key: Key; version: number }[] }> {
  const seen: Seen = new Map();
  const store = beforeSearches(overlay(context.store, puts), puts, seen);
  const reads: TriedRead[] = [];
  const breathe = createBreather(IN_ONE_TURN);
  for (const entry of entries) {
    await breathe();
    reads.push(await tryRead(context, entry, store));
    if (sizeOf(reads) > MOST) throw within(entry, tooMuch());
  }
  return { reads, unchanged: [...seen.values()] };
}

async function tryRead(context: Context, entry: Entry, store: Store): Promise<TriedRead> {
  const { index } = entry;
  try {
    const admitted = await context.reentry.admit(requestOf(entry, context));
    const response = await admitted.on(store).catch(unlessSearch);
    return response ? { index, admitted, response } : { index, admitted };
  } catch (error) {
    throw within(entry, error);
  }
}

/** The answers, audited, by entry. A search that fails by now fails alone: all is written. */
export async function answerReads(reads: readonly TriedRead[]): Promise<[index: number, FhirResponse][]> {
  const all: [number, FhirResponse][] = [];
  let size = sizeOf(reads);
  const breathe = createBreather(IN_ONE_TURN);
  for (const { index, admitted, response } of reads) {
    await breathe();
    const answered = response || size <= MOST ? await admitted.answer(response) : faultResponse(tooMuch());
    if (!response) size += lengthOf(answered);
    all.push([index, answered]);
  }
  return all;
}

const tooMuch = (): Fault => new Fault('too-costly', 'The answer would be too large; read less at once.');

const lengthOf = ({ body }: FhirResponse): number => (body?.kind === 'json' ? body.text.length : 0);

const sizeOf = (reads: readonly TriedRead[]): number =>
  reads.reduce((sum, { response }) => sum + (response ? lengthOf(response) : 0), 0);

/** Thrown in place of the answer to a search: no store can say beforehand what it will find. */
class Searches extends Error {}

function unlessSearch(error: unknown): undefined {
  if (!(error instanceof Searches)) throw error;
}

/** A store that notes what is read, and answers no search. */
function beforeSearches(store: Store, puts: ReadonlyMap<string, Put>, seen: Seen): Store {
  const searches = (): Promise<never> => Promise.reject(new Searches());
  return {
    ...delegating(store),
    async read(keys, where) {
      const versions = await store.read(keys, where);
      for (const { key, version } of versions.filter(one => one !== undefined)) {
        const name = `${key.type}/${key.id}`;
        if (!puts.has(name)) seen.set(name, { key, version });
      }
      return versions;
    },
    search: searches,
    count: searches,
    history: searches,
    countHistory: searches,
    scan: searches,
  };
}
