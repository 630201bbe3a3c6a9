/**
 * transaction: all entries or none. Entries run on an overlay of what the ones before them wrote; their changes are put
 * together and committed once. Order: DELETE, POST, PUT and PATCH, GET. https://hl7.org/fhir/R4/http.html#trules
 */
import { bundleText, type BundleEntry } from '../fhir/bundle.js';
import { Fault } from '../fhir/fault.js';
import { asFault, issuesOf } from '../fhir/outcome.js';
import type { Resource } from '../fhir/resource.js';
import type { FhirResponse } from '../fhir/response.js';
import type { Changes, Context, Result } from '../service.js';
import type { Put } from '../store/port.js';
import { entriesOf, entryFault, requestOf, responseEntry, type Entry } from './entry.js';
import { overlay } from './overlay.js';
import { settleReferences } from './transaction-references.js';

const ORDER = ['DELETE', 'POST', 'PUT', 'PATCH'] as const;

export async function transaction(context: Context, bundle: Resource): Promise<Result> {
  const entries = entriesOf(bundle, context).map(entry => {
    if (entry instanceof Fault) throw entry;
    return entry;
  });
  refuseOperations(entries);
  const { settled, ids } = await settleReferences(context, entries);
  const { changes, responses } = await writes(context, settled, ids);
  const reads = settled.filter(isRead);
  const respond = (all: ReadonlyMap<number, FhirResponse>): FhirResponse => answer(entries, all);
  if (reads.length === 0) return { response: respond(responses), changes };
  return {
    response: { status: 200, headers: {} },
    changes,
    completed: async () => respond(new Map([...responses, ...(await readAll(context, reads))])),
  };
}

const isRead = ({ method }: Entry): boolean => method === 'GET' || method === 'HEAD';

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

async function writes(context: Context, entries: readonly Entry[], ids: ReadonlyMap<number, string>) {
  const pending: Changes[] = [];
  const responses = new Map<number, FhirResponse>();
  const puts = new Map<string, Put>();
  for (const method of ORDER) {
    for (const entry of entries.filter(one => one.method === method)) {
      const result = await prepared(context, entry, ids.get(entry.index), puts);
      responses.set(entry.index, result.response);
      pending.push(result.changes ?? {});
      for (const put of result.changes?.puts ?? []) keep(puts, put, entry);
    }
  }
  return { changes: merged(pending), responses };
}

async function prepared(context: Context, entry: Entry, assignId: string | undefined, puts: ReadonlyMap<string, Put>) {
  const { services, endpoint, actor, store } = context;
  try {
    return await services.dispatch.prepare(requestOf(entry, context, assignId), endpoint, actor, overlay(store, puts));
  } catch (error) {
    throw within(entry, error);
  }
}

/** The fault of an entry as that of the whole: its issues say which entry. */
function within({ index }: Entry, error: unknown): Fault {
  const fault = asFault(error);
  if (fault.kind === 'exception') return fault;
  const issues = issuesOf(fault).map(issue => ({
    ...issue,
    diagnostics: `Entry ${index}: ${issue.diagnostics}`,
    expression:
      `Bundle.entry[${index}]${issue.expression === undefined ? '' : `.resource.${issue.expression.replace(/^[A-Za-z]+\.?/, '')}`}`.replace(
        /\.$/,
        '',
      ),
  }));
  return new Fault(fault.kind, fault.message, { ...fault.detail, issues, cause: fault });
}

function keep(puts: Map<string, Put>, put: Put, { index }: Entry): void {
  const name = `${put.key.type}/${put.key.id}`;
  if (puts.has(name)) throw entryFault(index, `${name} is written by more than one entry.`);
  puts.set(name, put);
}

function merged(all: readonly Changes[]): Changes {
  return {
    puts: all.flatMap(({ puts = [] }) => puts),
    criteria: all.flatMap(({ criteria = [] }) => criteria),
    documents: all.flatMap(({ documents = [] }) => documents),
    effects: all.flatMap(({ effects = [] }) => effects),
    consequences: {
      puts: all.flatMap(({ consequences }) => consequences?.puts ?? []),
      criteria: all.flatMap(({ consequences }) => consequences?.criteria ?? []),
      documents: all.flatMap(({ consequences }) => consequences?.documents ?? []),
    },
  };
}

/** Reads come last and see what was written. */
async function readAll(context: Context, reads: readonly Entry[]): Promise<[number, FhirResponse][]> {
  const { services, endpoint, actor } = context;
  const all: [number, FhirResponse][] = [];
  for (const entry of reads) {
    all.push([entry.index, await services.dispatch(requestOf(entry, context), endpoint, actor)]);
  }
  return all;
}

function answer(entries: readonly Entry[], responses: ReadonlyMap<number, FhirResponse>): FhirResponse {
  const parts: BundleEntry[] = entries.map(({ index }) =>
    responseEntry(responses.get(index) ?? { status: 500, headers: {} }),
  );
  return {
    status: 200,
    headers: {},
    body: { kind: 'json', text: bundleText({ type: 'transaction-response' }, parts) },
  };
}
