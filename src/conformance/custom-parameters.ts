/**
 * Endpoints and registries with the customers' own SearchParameters that are in force. The state of a partition is read again
 * when the last reading is older than FRESH.
 */
import type { Endpoint } from '../definitions/endpoint.js';
import { extendEndpoint, type Declaration } from '../definitions/extend-endpoint.js';
import type { Clock } from '../fhir/clock.js';
import type { JsonObject } from '../fhir/resource.js';
import type { SearchRegistry } from '../search/registry.js';
import type { Records } from '../store/port.js';
import { FRESH, generationOf, REINDEX, stateOf, type ReindexState } from './reindex-state.js';

export interface CustomParameters {
  /** The endpoint as it is served now; a promise only if the record has to be read. */
  readonly served: (endpoint: Endpoint) => Endpoint | Promise<Endpoint>;
  /** The search parameters of the partition, as of the last `served`. */
  readonly registryOf: (partition: string) => SearchRegistry;
  /** Reads the state of these partitions again: a commit of entries by their search parameters lost a race. */
  readonly renew: (partitions: Iterable<string>) => Promise<void>;
}

interface Known {
  /** When the record was read, and its version (0: there is none). */
  at: number;
  version: number;
  /** Without its own search parameters. */
  declared: Endpoint;
  endpoint: Endpoint;
  registry: SearchRegistry;
}

export interface CustomParametersParts {
  records: Pick<Records, 'get'>;
  registry: SearchRegistry;
  clock: Clock;
  /** Called if the record cannot be read: the last reading stays in use, and the request itself will fail. */
  readonly report: (error: unknown) => void;
}

export function createCustomParameters(parts: CustomParametersParts): CustomParameters {
  const { records, registry, clock, report } = parts;
  const known = new Map<string, Known>();

  async function refresh(endpoint: Endpoint, before: Known | undefined): Promise<Endpoint> {
    const at = clock.now();
    try {
      const found = await records.get(REINDEX, endpoint.partition, at);
      const version = found?.version ?? 0;
      const made = before?.version === version ? before : madeOf(endpoint, found && stateOf(found), registry);
      known.set(endpoint.partition, { ...made, declared: endpoint, at, version });
    } catch (error) {
      report(error);
    }
    return known.get(endpoint.partition)?.endpoint ?? endpoint;
  }

  return {
    served(endpoint) {
      if (!endpoint.ownParameters) return endpoint;
      const one = known.get(endpoint.partition);
      return one && clock.now() - one.at < FRESH ? one.endpoint : refresh(endpoint, one);
    },
    registryOf: partition => known.get(partition)?.registry ?? registry,
    async renew(partitions) {
      for (const one of [...partitions].map(partition => known.get(partition))) {
        if (one) await refresh(one.declared, one);
      }
    },
  };
}

function madeOf(
  endpoint: Endpoint,
  state: ReindexState | undefined,
  base: SearchRegistry,
): Pick<Known, 'endpoint' | 'registry'> {
  const registry = base.with(state?.wanted ?? [], generationOf(state));
  if (!state) return { endpoint, registry };
  return { endpoint: extendEndpoint(endpoint, declarations(endpoint, state.inForce, registry)), registry };
}

/** Where these parameters are in force, by type. */
function declarations(
  endpoint: Endpoint,
  inForce: readonly JsonObject[],
  registry: SearchRegistry,
): Map<string, Declaration[]> {
  const added = [...endpoint.resources.keys()].map((type): [string, Declaration[]] => [
    type,
    inForce
      .map(({ code }) => registry.get(type, code as string))
      .filter((param, at) => param !== undefined && param.url === inForce[at]!['url'])
      .map(param => ({ code: param!.code, url: param!.url, type: param!.type, targets: param!.targets })),
  ]);
  return new Map(added.filter(([, list]) => list.length > 0));
}
