/** Which slice a value belongs to. https://hl7.org/fhir/R4/profiling.html#discriminator */
import type { JsonObject } from '../../fhir/resource.js';
import { isMember } from '../binding.js';
import { typeOf } from '../reference.js';
import { text, type Scope } from '../scope.js';
import type { Discriminator, ProfileNode } from './compile.js';
import { itemsOf, type Item } from './items.js';
import { equals, includes } from './match.js';

/** What slicing asks of the profile check. */
export interface Conformance {
  /** The type that a profile is on: `Patient`. */
  typeOfProfile(canonical: string, scope: Scope): string | undefined;
  /** Whether the value meets the profile, without reporting. */
  conforms(item: Item, canonical: string, scope: Scope): boolean;
}

/** Whether the item has what tells this slice from the others. */
export function isInSlice(
  item: Item,
  slice: ProfileNode,
  discriminators: readonly Discriminator[],
  scope: Scope,
  conformance: Conformance,
): boolean {
  return discriminators.every(discriminator => matches(item, slice, discriminator, scope, conformance));
}

function matches(
  item: Item,
  slice: ProfileNode,
  { type, path }: Discriminator,
  scope: Scope,
  conformance: Conformance,
): boolean {
  if (path === 'url' && slice.types[0]?.profiles) {
    return slice.types[0].profiles.some(url => url === text(item.value as JsonObject, 'url'));
  }
  const resolves = path.endsWith('resolve()');
  const found = locate([item], slice, steps(path));
  if (!found) return false;
  const { node, items } = found;
  if (type === 'exists') return node.max === 0 ? items.length === 0 : items.length > 0;
  if (type === 'type')
    return items.some(it =>
      node.types.some(({ code, targets }) =>
        resolves ? pointsTo(it, targets, scope, conformance) : code === actualType(it),
      ),
    );
  if (type === 'profile') {
    return items.some(it =>
      node.types.some(({ targets, profiles }) =>
        resolves
          ? pointsTo(it, targets, scope, conformance)
          : (profiles ?? []).some(url => conformance.conforms(it, url, scope)),
      ),
    );
  }
  return items.some(it => hasValueOf(it, node, scope));
}

/** `a.b.resolve()` → a, b; `$this` → nothing; `extension('url')` stays one step. */
const steps = (path: string): string[] =>
  (path.match(/extension\('[^']+'\)|[^.]+/g) ?? []).filter(name => !/^(\$this|resolve\(\)|ofType\(\w+\))$/.test(name));

interface Located {
  node: ProfileNode;
  items: Item[];
}

/** Follows a discriminator's path in the slice's tree and in the values at once; undefined if the tree ends before. */
function locate(items: Item[], node: ProfileNode, names: readonly string[]): Located | undefined {
  const [name, ...rest] = names;
  if (name === undefined) return { node, items };
  const url = /^extension\('([^']+)'\)$/.exec(name)?.[1];
  const parent = node.children.find(child => child.name === (url ? 'extension' : name));
  const child = url ? parent?.slices.find(slice => slice.types[0]?.profiles?.includes(url)) : parent;
  if (!child) return undefined;
  const below = items.flatMap(item =>
    typeof item.value === 'object' ? itemsOf(item.value as JsonObject, child, item.at) : [],
  );
  const kept = url ? below.filter(({ value }) => text(value as JsonObject, 'url') === url) : below;
  return locate(kept, child, rest);
}

/** Whether the value is what the node fixes, by fixed value, pattern, required binding, or its children's. */
function hasValueOf({ value, type, at }: Item, node: ProfileNode, scope: Scope): boolean {
  if (value === undefined) return false;
  if (node.fixed !== undefined) return equals(value, node.fixed);
  if (node.pattern !== undefined) return includes(value, node.pattern);
  const inner = node.children.filter(isTelling).concat(node.children.flatMap(child => child.slices.filter(isTelling)));
  if (inner.length > 0) {
    return inner.every(child => itemsOf(value as JsonObject, child, at).some(item => hasValueOf(item, child, scope)));
  }
  const expansion = node.binding && scope.definitions.expansion(node.binding.valueSet);
  return node.binding?.strength === 'required' && expansion ? isMember(value, type ?? '', expansion) : false;
}

/** Whether the node, or a required part of it, fixes a value. */
const isTelling = (node: ProfileNode): boolean =>
  node.fixed !== undefined ||
  node.pattern !== undefined ||
  node.children.some(child => child.min > 0 && isTelling(child));

function actualType({ value, type }: Item): string | undefined {
  return type === 'Resource' ? text(value as JsonObject, 'resourceType') : type;
}

function pointsTo(
  { value }: Item,
  targets: readonly string[] | undefined,
  scope: Scope,
  conformance: Conformance,
): boolean {
  const reference = value as JsonObject;
  const type = typeOf(reference, text(reference, 'reference'), scope);
  return type !== undefined && (targets ?? []).some(url => conformance.typeOfProfile(url, scope) === type);
}
