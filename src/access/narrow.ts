/** A caller's query tree, narrowed to what they may see: each resource of a chain by the policy of its own type. */
import { Fault } from '../fhir/fault.js';
import { containerKey, isContainedType, plainType } from '../search/contained.js';
import { and, NONE, not, or } from '../search/filters.js';
import type { Filter, Sort } from '../search/query.js';
import type { Policy } from './policy.js';

export type Visible = (type: string) => Filter;

/**
 * The filter for a type with the policy in it.
 * @throws Fault `forbidden` where it tests an element that is hidden from the caller
 */
export function narrowed(type: string, where: Filter, visible: Visible, policy: Policy): Filter {
  return and([visible(type), narrowedChains(where, visible, policy)]);
}

function narrowedChains(filter: Filter, visible: Visible, policy: Policy): Filter {
  switch (filter.kind) {
    case 'and':
      return and(filter.of.map(part => narrowedChains(part, visible, policy)));
    case 'or':
      return or(filter.of.map(part => narrowedChains(part, visible, policy)));
    case 'not':
      return not(narrowedChains(filter.of, visible, policy));
    case 'refers':
    case 'referred':
      refuseHidden(filter.key, policy);
      return narrowedChain(filter, visible, policy);
    case 'posting':
    case 'range':
    case 'text':
      refuseHidden(filter.key, policy);
      return filter;
    default:
      return filter;
  }
}

type Chain = Extract<Filter, { kind: 'refers' | 'referred' }>;

/** What a resource contains is seen with it; from others, as far as they see its container. */
function narrowedChain(filter: Chain, visible: Visible, policy: Policy): Filter {
  const container = containerOf(filter);
  const within = visible(filter.type);
  const where = narrowedChains(filter.where, visible, policy);
  if (container === undefined) return leading({ ...filter, where }, within);
  if (policy.view(container).hidden.has('contained')) return NONE;
  return within.kind === 'none' ? { ...filter, where } : leading({ ...filter, where }, within);
}

/** The chain, narrowed to these first. */
const leading = (chain: Chain, within: Filter): Filter =>
  within.kind === 'all' ? chain : { ...chain, where: and([within, chain.where]), within };

/** The type under test, where the chain leads from it to what it contains. */
function containerOf(filter: Chain): string | undefined {
  if (!isContainedType(filter.type)) return undefined;
  if (filter.kind === 'referred') return filter.key === containerKey(plainType(filter.type)) ? filter.own : undefined;
  return KEY.exec(filter.key)?.[1];
}

/**
 * A filter for versions that are no longer current. What they referred to then is not known, so that chains let none of them
 * through. @param chain what stands for a chain: the contrary within a negation
 */
export function withoutChains(filter: Filter, chain: Filter = NONE): Filter {
  switch (filter.kind) {
    case 'and':
      return and(filter.of.map(part => withoutChains(part, chain)));
    case 'or':
      return or(filter.of.map(part => withoutChains(part, chain)));
    case 'not':
      return not(withoutChains(filter.of, not(chain)));
    case 'refers':
    case 'referred':
      return chain;
    default:
      return filter;
  }
}

export function refuseHiddenSort(sort: readonly Sort[], policy: Policy): void {
  for (const one of sort) if ('key' in one) refuseHidden(one.key, policy);
}

/** Keys begin with type and parameter (search/keys.ts): `Practitioner|phone|…`. */
const KEY = /^#?([A-Za-z]+)\|([\w-]+)/;

function refuseHidden(key: string, policy: Policy): void {
  const [, type = '', parameter = ''] = KEY.exec(key) ?? [];
  if (!policy.view(type).parameters.has(parameter)) return;
  throw new Fault('forbidden', `The search parameter ${parameter} of ${type} is not open to this token.`);
}
