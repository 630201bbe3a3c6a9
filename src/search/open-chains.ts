/**
 * Chains over canonical references depend on what other resources hold, and parsing does not wait for a store. The parser
 * leaves a placeholder in the tree, and one pass over the tree replaces each by what the store answers.
 * https://hl7.org/fhir/R4/references.html#canonical
 */
import type { Resource } from '../fhir/resource.js';
import { and, not, or } from './filters.js';
import type { Filter } from './query.js';

export interface OpenChain {
  /** The resources that the canonical references are asked of. */
  type: string;
  /** May have placeholders itself. */
  where: Filter;
  /** The canonical references in such a resource, or its own names. */
  read(resource: Resource): readonly string[];
  /** What stands in the placeholder's place. */
  filter(canonicals: readonly string[]): Filter;
}

/** The open chains of a search, by their placeholders in its tree. */
export type OpenChains = Map<Filter, OpenChain>;

/** Leaves a placeholder. Nothing has its posting: an open chain leads nowhere. */
export function leaveOpen(chains: OpenChains, chain: OpenChain): Filter {
  const placeholder: Filter = { kind: 'posting', key: '' };
  chains.set(placeholder, chain);
  return placeholder;
}

/** Asks for what `read` gives of the resources of the type that satisfy `where`, which has no placeholders any more. */
export type AskChain = (chain: Pick<OpenChain, 'type' | 'where' | 'read'>) => Promise<readonly string[]>;

/** A function from a tree with placeholders to the same without. Each chain is asked once, the inner before the outer. */
export function chainResolver(chains: OpenChains, ask: AskChain): (filter: Filter) => Promise<Filter> {
  const answers = new Map<Filter, Promise<Filter>>();
  const answer = async ({ where, ...chain }: OpenChain): Promise<Filter> =>
    chain.filter(await ask({ ...chain, where: await resolve(where) }));
  const all = (filters: readonly Filter[]): Promise<Filter[]> => Promise.all(filters.map(resolve));
  async function resolve(filter: Filter): Promise<Filter> {
    const chain = chains.get(filter);
    if (chain) {
      const known = answers.get(filter) ?? answer(chain);
      answers.set(filter, known);
      return known;
    }
    switch (filter.kind) {
      case 'and':
        return and(await all(filter.of));
      case 'or':
        return or(await all(filter.of));
      case 'not':
        return not(await resolve(filter.of));
      case 'refers':
      case 'referred':
        return { ...filter, where: await resolve(filter.where) };
      default:
        return filter;
    }
  }
  return resolve;
}
