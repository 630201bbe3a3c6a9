/** The generations of search parameters that made index entries. A commit may hold entries of several. */
import type { IndexEntries } from './query.js';

/**
 * Kind of the record whose version is the generation of a partition's search parameters (its id; none: 0). A write of it ends
 * all commits of entries that earlier parameters made: none of them comes after it.
 */
export const GENERATION = 'search-generation';

interface Indexed {
  key: { partition: string };
  index: Pick<IndexEntries, 'generation'>;
}

/** Distinct partitions with search parameters of their own, each with the generation of its entries. */
export function generationsOf(indexed: readonly Indexed[]): [partition: string, generation: number][] {
  const found = new Map<string, [string, number]>();
  for (const { key, index } of indexed) {
    const { generation } = index;
    if (generation !== undefined) found.set(`${generation} ${key.partition}`, [key.partition, generation]);
  }
  return [...found.values()];
}
