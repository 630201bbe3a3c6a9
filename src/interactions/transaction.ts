/**
 * transaction: all entries or none. Each entry runs on an overlay of the writes of the entries before it; the changes of all
 * are committed once. Order: DELETE, POST, PUT and PATCH, GET. https://hl7.org/fhir/R4/http.html#trules
 */
import { bundleText, type BundleEntry } from '../fhir/bundle.js';
import { Fault } from '../fhir/fault.js';
import { faultResponse } from '../fhir/outcome.js';
import type { Resource } from '../fhir/resource.js';
import type { FhirResponse } from '../fhir/response.js';
import type { Changes, Context, HandlerParts, Result } from '../service.js';
import type { Put, Store } from '../store/port.js';
import { answerReads, tryReads } from './transaction-reads.js';
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
import { messagesLast, withFilesOfMessages } from './transaction-files.js';
import { createBreather, IN_ONE_TURN } from '../runtime/breather.js';
import { mergeChanges } from '../writing/merge-changes.js';
import { defined } from '../fhir/defined.js';

const ORDER = ['DELETE', 'POST', 'PUT', 'PATCH'] as const;

export type TransactionParts = EntryParts & ResolvingParts & Pick<HandlerParts, 'writing'>;

export async function transaction(sent: Context, bundle: Resource, parts: TransactionParts): Promise<Result> {
  const context = { ...sent, store: memoizing(sent.store) };
  const entries = entriesOf(bundle, context, parts).map(entry => {
    if (entry instanceof Fault) throw entry;
    return entry;
  });
  refuseOperations(entries);
  const resolved = withFilesOfMessages(await resolveEntries(context, entries, parts), context.endpoint);
  const { changes, responses, puts } = await writes(context, resolved, parts);
  const { reads, unchanged } = await tryReads(sent, resolved.entries.filter(isRead), puts);
  const respond = (all: ReadonlyMap<number, FhirResponse>): FhirResponse => answer(entries, all);
  return {
    response: respond(responses),
    changes: mergeChanges([changes, { criteria: resolved.criteria, unchanged }]),
    ...(reads.length > 0 && {
      completed: async () => respond(new Map([...responses, ...(await answerReads(reads))])),
    }),
  };
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

async function writes(context: Context, resolved: ResolvedEntries, parts: TransactionParts) {
  const { entries, assignedIds, targets, deleted } = resolved;
  const breathe = createBreather(IN_ONE_TURN);
  const pending: Changes[] = [];
  const responses = new Map<number, FhirResponse>();
  const puts = new Map<string, Put>();
  const written = new Set<string>();
  const writers = new Map<string, Entry>();
  const kept = entries.filter(entry => entry.method !== 'DELETE' && !isRead(entry));
  const expectedReferences = new Set(kept.flatMap(({ index }) => targets.get(index) ?? []));
  for (const method of ORDER) {
    for (const entry of entries.filter(one => one.method === method).sort(messagesLast)) {
      await breathe();
      const assignId = assignedIds.get(entry.index);
      const assigned = { expectedReferences, deletedBefore: deleted, ...defined({ assignId }) };
      const result = await prepared(context, entry, assigned, overlay(context.store, puts));
      const { response, changes = {}, reliesOn = {} } = result;
      responses.set(entry.index, response);
      pending.push(changes, reliesOn);
      refuseTwice(written, entry, targets.get(entry.index), changes.puts);
      for (const put of changes.puts ?? []) {
        puts.set(nameOf(put), put);
        writers.set(nameOf(put), entry);
      }
    }
  }
  const settled = await settle(context, { puts, writers, responses }, parts);
  return { changes: mergeChanges([...pending, settled]), responses, puts };
}

interface WrittenEntries {
  puts: ReadonlyMap<string, Put>;
  /** The entry that writes a resource. */
  writers: ReadonlyMap<string, Entry>;
  responses: Map<number, FhirResponse>;
}

/** What all writes come to together: faults and warnings are those of the entry that they are about. */
async function settle(
  context: Context,
  { puts, writers, responses }: WrittenEntries,
  { writing }: TransactionParts,
): Promise<Changes> {
  const blame = (name: string, error: unknown): unknown => {
    const entry = writers.get(name);
    return entry ? within(entry, error) : error;
  };
  const { changes, warnings } = await writing.settle([...puts.values()], context, blame);
  for (const [name, issues] of warnings) {
    const index = writers.get(name)?.index;
    const response = index === undefined ? undefined : responses.get(index);
    if (index === undefined || !response || issues.length === 0) continue;
    responses.set(index, { ...response, warnings: [...(response.warnings ?? []), ...issues] });
  }
  return changes;
}

const nameOf = ({ key }: Put): string => `${key.type}/${key.id}`;

/** A resource is written by one entry alone. */
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

const unread = (): FhirResponse =>
  faultResponse(new Fault('exception', 'All is written, but this could not be read. Please read it again.'));

function answer(entries: readonly Entry[], responses: ReadonlyMap<number, FhirResponse>): FhirResponse {
  const parts: BundleEntry[] = entries.map(entry => responseEntry(responses.get(entry.index) ?? unread(), entry));
  return {
    status: 200,
    headers: {},
    body: { kind: 'json', text: bundleText({ type: 'transaction-response' }, parts) },
  };
}
