/**
 * Search parameters may change between the indexing of a resource and its commit, which fails then: the state is read again,
 * so that the next attempt is indexed by those in force.
 */
import { isConflict } from '../fhir/fault.js';
import { generationsOf } from '../search/generation.js';
import type { ChangeSet, Store } from '../store/port.js';
import { delegating } from '../store/views/delegating.js';

interface GenerationsParts {
  /** Reads anew what the search parameters of these partitions are. */
  readonly renew: (partitions: Iterable<string>) => Promise<void>;
}

/** The store whose lost races may be due to search parameters. All writes go through it. */
export function withGenerations(store: Store, { renew }: GenerationsParts): Store {
  return {
    ...delegating(store),
    async commit(changes) {
      try {
        await store.commit(changes);
      } catch (error) {
        if (isConflict(error)) await renew(partitionsOf(changes));
        throw error;
      }
    },
  };
}

/** Partitions with search parameters of their own. */
const partitionsOf = ({ puts = [], reindex = [] }: ChangeSet): Set<string> =>
  new Set(generationsOf([...puts, ...reindex]).map(([partition]) => partition));
