/**
 * transaction: all entries or none. Each entry runs on an overlay of the writes of the entries before it; the changes of all
 * are committed once. Order: DELETE, POST, PUT and PATCH, GET. https://hl7.org/fhir/R4/http.html#trules
 */
import { bundleText, type BundleEntry } from '../fhir/bundle.js';
import { Fault } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import type { FhirResponse } from '../fhir/response.js';
import type { Changes, Context, Result } from '../service.js';
import type { Put, Store } from '../store/port.js';
import { MOST } from '../content/bounded-page.js';
import {
  entriesOf,
  entryFault,
  isRead,
  requestOf,
  responseEntry,
  within,
  type Entry,
  type EntryParts,
  type Assigned,
} from './entry.js';
import { overlay } from '../store/views/overlay.js';
import { memoizing } from '../store/views/memoizing.js';
import { resolveEntries, type ResolvedEntries, type ResolvingParts } from './transaction-references.js';
import { yieldTurn } from '../runtime/yield-turn.js';
import { mergeChanges } from '../writing/merge-changes.js';
import { defined } from '../fhir/defined.js';

const ORDER = ['DELETE', 'POST', 'PUT', 'PATCH'] as const;

export type TransactionParts = EntryParts & ResolvingParts;

export async function transaction(sent: Context, bundle: Resource, parts: TransactionParts): Promise<Result> {
  const context = { ...sent, store: memoizing(sent.store) };
  const entries = entriesOf(bundle, context, parts).map(entry => {
    if (entry instanceof Fault) throw entry;
    return entry;
  });
  refuseOperations(entries);
  const resolved = await resolveEntries(context, entries, parts);
  const { changes, responses, puts } = await writes(context, resolved);
  const reads = resolved.entries.filter(isRead);
  const after = overlay(sent.store, puts);
  // A read that fails makes the transaction fail: each is tried before the commit, and answered after it.
  await tryReads(context, reads, after);
  const respond = (all: ReadonlyMap<number, FhirResponse>): FhirResponse => answer(entries, all);
  if (reads.length === 0) return { response: respond(responses), changes };
  return {
    response: { status: 200, headers: {} },
    changes,
    completed: async () => respond(new Map([...responses, ...(await readAll(context, reads))])),
  };
}

async function tryReads(context: Context, reads: readonly Entry[], after: Store): Promise<void> {
  let size = 0;
  for (const entry of reads) {
    await yieldTurn(entry.index);
    const { body } = (await prepared(context, entry, {}, after)).response;
    size += body?.kind === 'json' ? body.text.length : 0;
    if (size > MOST) throw within(entry, new Fault('too-costly', 'The answer would be too large; read less at once.'));
  }
}

function refuseOperations(entries: readonly Entry[]): void {
  for (const { index, path, method } of entries) {
    const operation = path.some(segment => segment.startsWith('$'));
    if (operation || (path.length === 0 && method !== 'GET')) {
      throw entryFault(
        index,
        'A transaction holds reads and writes of resources alone; send operations on their own or in a batch.',
      );
    }
  }
}

async function writes(context: Context, { entries, assignedIds, targets }: ResolvedEntries) {
  const pending: Changes[] = [];
  const responses = new Map<number, FhirResponse>();
  const puts = new Map<string, Put>();
  const written = new Set<string>();
  const kept = entries.filter(({ method }) => method !== 'DELETE');
  const expectedReferences = new Set(kept.flatMap(({ index }) => targets.get(index) ?? []));
  for (const method of ORDER) {
    for (const entry of entries.filter(one => one.method === method)) {
      await yieldTurn(entry.index);
      const assigned = { expectedReferences, ...defined({ assignId: assignedIds.get(entry.index) }) };
      const result = await prepared(context, entry, assigned, overlay(context.store, puts));
      const { response, changes = {}, reliesOn } = result;
      responses.set(entry.index, response);
      pending.push(changes, ...(reliesOn ? [{ criteria: [reliesOn] }] : []));
      refuseTwice(written, entry, targets.get(entry.index), changes.puts);
      for (const put of changes.puts ?? []) puts.set(nameOf(put), put);
    }
  }
  return { changes: mergeChanges(pending), responses, puts };
}

const nameOf = ({ key }: Put): string => `${key.type}/${key.id}`;

/** A resource is written by one entry alone, and a conditional create does not match what another entry deletes. */
function refuseTwice(
  written: Set<string>,
  { index, method }: Entry,
  about: readonly string[] = [],
  puts: readonly Put[] = [],
) {
  const names = new Set([...puts.map(nameOf), ...about]);
  for (const name of names) {
    if (written.has(name)) throw entryFault(index, `More than one entry is about ${name}.`);
  }
  if (method !== 'POST' || puts.length > 0) for (const name of names) written.add(name);
}

async function prepared(context: Context, entry: Entry, assigned: Assigned, store: Store): Promise<Result> {
  try {
    return await context.reentry.prepare(requestOf(entry, context, assigned), store);
  } catch (error) {
    throw within(entry, error);
  }
}

/** Reads are answered after the commit: they see the transaction's writes, and those of other requests. */
async function readAll(context: Context, reads: readonly Entry[]): Promise<[number, FhirResponse][]> {
  const all: [number, FhirResponse][] = [];
  for (const entry of reads) {
    all.push([entry.index, await context.reentry.answer(requestOf(entry, context))]);
  }
  return all;
}

function answer(entries: readonly Entry[], responses: ReadonlyMap<number, FhirResponse>): FhirResponse {
  const parts: BundleEntry[] = entries.map(entry =>
    responseEntry(responses.get(entry.index) ?? { status: 500, headers: {} }, entry),
  );
  return {
    status: 200,
    headers: {},
    body: { kind: 'json', text: bundleText({ type: 'transaction-response' }, parts) },
  };
}
