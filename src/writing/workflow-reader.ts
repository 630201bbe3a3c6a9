/** A store as the WorkflowReader of portal/step.ts, through which the portal's workflows read. */
import type { Definitions } from '../definitions/definitions.js';
import type { Clock } from '../fhir/clock.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Resource } from '../fhir/resource.js';
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import { localReference } from '../fhir/reference.js';
import type { Query } from '../fhir/request.js';
import type { Versioned, WorkflowReader } from '../portal/step.js';
import { parseSearch, type ParsedSearch } from '../search/parse.js';
import type { Filter } from '../search/query.js';
import type { SearchRegistry } from '../search/registry.js';
import type { Context, ServerLimits } from '../service.js';
import type { Records, Store, Version } from '../store/port.js';
import { firstRows } from '../store/views/first-rows.js';

export interface WorkflowReaderParts {
  own: OwnCanonicals;
  store: Pick<Store, 'read' | 'search' | 'count'>;
  records: Pick<Records, 'get'>;
  partition: string;
  /** Of the endpoint's addresses, without trailing slash. */
  base: string;
  registry: SearchRegistry;
  clock: Clock;
  limits: Parameters<typeof parseSearch>[1]['limits'];
  /** When a search must have ended: milliseconds since the epoch. */
  deadline: () => number;
}

/** The parts of a reader that are the same for all requests. */
export interface ReaderParts extends Pick<WorkflowReaderParts, 'records' | 'registry' | 'clock'> {
  readonly limits: ServerLimits;
  readonly definitions: Pick<Definitions, 'own'>;
}

/** Reads the request's partition through `store`: as its caller sees it (`context.store`), or the bare one. */
export function readerOf(
  { partition, endpoint, request }: Context,
  store: Store,
  { clock, records, registry, limits, definitions: { own } }: ReaderParts,
): WorkflowReader {
  const deadline = Math.min(request.deadline, clock.now() + limits.searchTimeout);
  const parts = { own, store, records, partition, base: endpoint.url, registry, clock, limits };
  return workflowReader({ ...parts, deadline: () => deadline });
}

/** Reads a partition through a store. */
export function workflowReader(parts: WorkflowReaderParts): WorkflowReader {
  const { own, store, records, partition, base, clock, deadline } = parts;
  const filter = (type: string, query: Query): Filter => filterOf(parsedAs(parts, type, query));
  const pageOf = (type: string, query: Query, limit: number) => {
    const parsed = parsedAs(parts, type, query);
    const of = [{ type, where: filterOf(parsed) }];
    return firstRows(store, { partition, of, sort: parsed.sort, limit, deadline: deadline() });
  };
  async function find<R>(type: string, query: Query, limit: number): Promise<Versioned<R>[]> {
    const { rows, next } = await pageOf(type, query, limit);
    if (next)
      throw new Fault('too-costly', `More than ${limit} resources of type ${type} match: the request is too vague.`);
    return rows.map(row => versionedOf<R>(row));
  }
  const still: WorkflowReader['still'] = (type, query, matches) => ({
    ...{ partition, type, where: filter(type, query) },
    ids: matches.map(({ version }) => version.key.id),
  });
  return {
    own,
    phoneNumber: parts.registry.ports.phoneNumber,
    async get<R>(reference: string) {
      const target = localReference(reference, [base]);
      if (!target) return undefined;
      const [version] = await store.read([{ partition, type: target.type, id: target.id }]);
      return version && !version.deleted ? versionedOf<R>(version) : undefined;
    },
    find,
    first: async <R>(type: string, query: Query, limit: number) =>
      (await pageOf(type, query, limit)).rows.map(row => versionedOf<R>(row)),
    count: (type, query) =>
      store.count({ partition, of: [{ type, where: filter(type, query) }], deadline: deadline() }, Infinity),
    async findAny<R>(type: string, queries: readonly (Query | undefined)[], limit: number) {
      const asked = queries.filter(query => query !== undefined);
      const answers = await Promise.all(asked.map(query => find<R>(type, query, limit)));
      const found = new Map(answers.flat().map(one => [one.version.key.id, one]));
      const criteria = asked.map((query, at) => still(type, query, answers[at] ?? []));
      return { found: [...found.values()], criteria };
    },
    still,
    document: (kind, id) => records.get(kind, id, clock.now()),
  };
}

const versionedOf = <R>(version: Version): Versioned<R> => ({
  resource: parseStored<Resource>(version.json) as unknown as R,
  version,
});

function parsedAs({ registry, clock, limits, base }: WorkflowReaderParts, type: string, query: Query): ParsedSearch {
  return parseSearch(registry, {
    types: [type],
    query,
    lenient: false,
    now: clock.now(),
    localBases: [base],
    declared: () => true,
    limits,
  });
}

const filterOf = ({ of: [first] }: ParsedSearch): Filter => first?.where ?? { kind: 'none' };
