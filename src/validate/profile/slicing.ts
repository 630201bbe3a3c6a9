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
  /** Whether what a reference points to meets one of the profiles; true where it is not at hand. */
  leadsTo(reference: string | undefined, targets: readonly string[], scope: Scope): boolean;
  /** The tree of a profile; undefined if it is not known. */
  rootOf(canonical: string, scope: Scope): ProfileNode | undefined;
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
  if (path === 'url' && slice.types[0]?.profiles) return hasUrl(item, slice);
  const found = locate([item], slice, steps(path), url => conformance.rootOf(url, scope));
  if (!found) return false;
  const { node, items } = found;
  if (type === 'exists') return node.max === 0 ? items.length === 0 : items.length > 0;
  if (type === 'value' || type === 'pattern') return items.some(it => hasValueOf(it, node, scope));
  const resolves = path.endsWith('resolve()');
  return items.some(it =>
    node.types.some(({ code, targets = [], profiles = [] }) => {
      if (resolves) return pointsTo(it, targets, type === 'profile', scope, conformance);
      return type === 'type' ? code === it.type : profiles.some(url => conformance.conforms(it, url, scope));
    }),
  );
}

/** Extensions are told apart by the URL of the profile that their slice names. */
const hasUrl = ({ value }: Item, { types }: ProfileNode): boolean =>
  types[0]!.profiles!.some(url => url.split('|', 1)[0] === text(value as JsonObject, 'url'));

/** `a.b.resolve()` → a, b; `$this` → nothing; `extension('url')` stays one step. */
const steps = (path: string): string[] =>
  (path.match(/extension\('[^']+'\)|[^.]+/g) ?? []).filter(name => !/^(\$this|resolve\(\)|ofType\(\w+\))$/.test(name));

interface Located {
  node: ProfileNode;
  items: Item[];
}

type RootOf = (canonical: string) => ProfileNode | undefined;

/** Follows a discriminator's path in the slice's tree and in the values at once; undefined if the tree ends before. */
function locate(items: Item[], node: ProfileNode, names: readonly string[], rootOf: RootOf): Located | undefined {
  const [name, ...rest] = names;
  if (name === undefined) return { node, items };
  const url = /^extension\('([^']+)'\)$/.exec(name)?.[1];
  const child = url ? extensionOf(node, url) : childOf(node, name, rootOf);
  if (!child) return undefined;
  const below = items.flatMap(({ value, twin, at }) => {
    const object = typeof value === 'object' ? (value as JsonObject) : twin;
    return object ? itemsOf(object, child, at) : [];
  });
  const kept = url ? below.filter(({ value }) => text(value as JsonObject, 'url') === url) : below;
  return locate(kept, child, rest, rootOf);
}

/** A child that the profile itself speaks of, or the profile of its type: what an extension defines for its value. */
function childOf({ children, types }: ProfileNode, name: string, rootOf: RootOf): ProfileNode | undefined {
  const own = children.find(child => child.name === name);
  const canonical = own ? undefined : types[0]?.profiles?.[0];
  return own ?? (canonical ? rootOf(canonical)?.children.find(child => child.name === name) : undefined);
}

const extensionOf = ({ children }: ProfileNode, url: string): ProfileNode | undefined =>
  children
    .find(({ name }) => name === 'extension')
    ?.slices.find(({ types }) => types[0]?.profiles?.some(profile => profile.split('|', 1)[0] === url));

/** Whether the value is what the node fixes, by fixed value, pattern, its children's, required binding, or presence. */
function hasValueOf({ value, type, at }: Item, node: ProfileNode, scope: Scope): boolean {
  if (value === undefined) return false;
  if (node.fixed !== undefined) return equals(value, node.fixed);
  if (node.pattern !== undefined) return includes(value, node.pattern);
  const inner = node.children.filter(isTelling).concat(node.children.flatMap(child => child.slices.filter(isTelling)));
  if (inner.length > 0) {
    return inner.every(child => itemsOf(value as JsonObject, child, at).some(item => hasValueOf(item, child, scope)));
  }
  if (node.binding?.strength !== 'required') return node.min > 0;
  const expansion = scope.definitions.expansion(node.binding.valueSet);
  return expansion !== undefined && isMember(value, type ?? '', expansion);
}

/** Whether the node, or a required part of it, fixes a value. */
const isTelling = (node: ProfileNode): boolean =>
  node.fixed !== undefined ||
  node.pattern !== undefined ||
  node.children.some(child => child.min > 0 && isTelling(child));

/** Whether what is referred to is of the type that the targets are on, and where it is asked for meets one of them. */
function pointsTo(
  { value }: Item,
  targets: readonly string[],
  isProfiled: boolean,
  scope: Scope,
  conformance: Conformance,
): boolean {
  const reference = value as JsonObject;
  const literal = text(reference, 'reference');
  const type = typeOf(reference, literal, scope);
  if (type === undefined || !targets.some(url => conformance.typeOfProfile(url, scope) === type)) return false;
  return !isProfiled || conformance.leadsTo(literal, targets, scope);
}
