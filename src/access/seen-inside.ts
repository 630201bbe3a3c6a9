/**
 * What an actor sees of contained resources: those of the containers that they see. https://hl7.org/fhir/R4/references.html#contained
 */
import { containerKey, inContainer } from '../search/contained.js';
import { isInternal } from '../search/contained-rows.js';
import { ALL, NONE, or } from '../search/filters.js';
import type { Filter } from '../search/query.js';
import type { Visible } from './narrow.js';
import type { Policy } from './policy.js';

/** The contained resources of a type that the actor sees. Where a scope restricts the type by its parameters: none. */
export function seenInside(type: string, visible: Visible, policy: Policy): Filter {
  const own = visible(type);
  if (own.kind === 'none' || isRestricted(own)) return NONE;
  const containers = policy.containers.map(container => ({
    container,
    seen: policy.view(container).hidden.has('contained') ? NONE : visible(container),
  }));
  if (containers.every(({ seen }) => seen.kind === 'all')) return ALL;
  return or(containers.map(({ container, seen }) => inside(type, container, seen)));
}

/** The condition on containers of a type, as one on what they contain. */
function inside(type: string, container: string, seen: Filter): Filter {
  if (seen.kind === 'none') return NONE;
  if (seen.kind === 'all') return { kind: 'posting', key: inContainer(type, container) };
  if (seen.kind === 'or') return or(seen.of.map(part => inside(type, container, part)));
  if (seen.kind === 'posting' && isInternal(seen.key)) return { kind: 'posting', key: inContainer(type, seen.key) };
  return { kind: 'refers', key: containerKey(type), type: container, where: seen };
}

/** Whether the filter asks for more than whose a resource is. */
function isRestricted(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.some(isRestricted);
    case 'not':
      return isRestricted(filter.of);
    case 'posting':
      return !isInternal(filter.key);
    case 'refers':
    case 'referred':
      return isRestricted(filter.where);
    case 'range':
    case 'text':
    case 'updated':
      return true;
    default:
      return false;
  }
}
