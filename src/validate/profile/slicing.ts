/** Which slice a value belongs to. https://hl7.org/fhir/R4/profiling.html#discriminator */
import { withoutVersion } from '../../fhir/canonical.js';
import type { JsonObject } from '../../fhir/resource.js';
import { isMember } from '../binding.js';
import { resolved, typeOf } from '../reference.js';
import { text, type CheckContext } from '../check-context.js';
import type { Discriminator, ProfileNode } from './compile.js';
import { itemsOf, type Item } from './items.js';
import { equals, includes } from './match.js';

/** What slicing asks of the profile check. */
export interface Conformance {
  /** The type that a profile is on: `Patient`. */
  typeOfProfile(canonical: string, scope: CheckContext): string | undefined;
  /** Whether the value meets the profile, without reporting. */
  conforms(item: Item, canonical: string, scope: CheckContext): boolean;
  /** Whether what a reference points to meets one of the profiles; true where it is not at hand. */
  leadsTo(reference: string | undefined, targets: readonly string[], scope: CheckContext): boolean;
  /** The tree of a profile; undefined if it is not known. */
  rootOf(canonical: string, scope: CheckContext): ProfileNode | undefined;
}

/** Whether the item has what tells this slice from the others; undefined where that is in a resource not at hand. */
export function isInSlice(
  item: Item,
  slice: ProfileNode,
  discriminators: readonly Discriminator[],
  scope: CheckContext,
  conformance: Conformance,
): boolean | undefined {
  const answers = discriminators.map(discriminator => matches(item, slice, discriminator, scope, conformance));
  return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
}

function matches(
  item: Item,
  slice: ProfileNode,
  { type, path }: Discriminator,
  scope: CheckContext,
  conformance: Conformance,
): boolean | undefined {
  if (path === 'url' && slice.types[0]?.profiles) return hasUrl(item, slice);
  const resolves = path.endsWith('resolve()') && (type === 'type' || type === 'profile');
  const names = steps(resolves ? path.slice(0, -'resolve()'.length) : path);
  const found = locate({ node: slice, items: [item] }, names, scope, conformance);
  if (found.some(({ items }) => items === unknown)) return undefined;
  return found.some(({ node, items }) => {
    if (type === 'exists') return node.max === 0 ? items.length === 0 : items.length > 0;
    if (type === 'value' || type === 'pattern') return items.some(it => hasValueOf(it, node, scope));
    return items.some(it =>
      node.types.some(({ code, targets = [], profiles = [] }) => {
        if (resolves) return pointsTo(it, targets, type === 'profile', scope, conformance);
        return type === 'type' ? code === it.type : profiles.some(url => conformance.conforms(it, url, scope));
      }),
    );
  });
}

/** Extensions are told apart by the URL of the profile that their slice names. */
const hasUrl = ({ value }: Item, { types }: ProfileNode): boolean =>
  types[0]!.profiles!.some(url => withoutVersion(url) === text(value as JsonObject, 'url'));

/** `$this.a.b.resolve()` → a, b, resolve(); `extension('url')` stays one step. */
const steps = (path: string): string[] =>
  (path.match(/extension\('[^']+'\)|[^.]+/g) ?? []).filter(name => !/^(\$this|ofType\(\w+\))$/.test(name));

interface Located {
  node: ProfileNode;
  items: readonly Item[];
}

/** Stands for what is in a resource that is not at hand. */
const unknown: readonly Item[] = [];

/** Follows a discriminator's path in the slice's tree and in the values at once, into slices of what is on the way too. */
function locate(from: Located, names: readonly string[], scope: CheckContext, conformance: Conformance): Located[] {
  const [name, ...rest] = names;
  if (name === undefined || from.items === unknown) return [from];
  if (name === 'resolve()')
    return resolve(from, scope, conformance).flatMap(it => locate(it, rest, scope, conformance));
  const url = /^extension\('([^']+)'\)$/.exec(name)?.[1];
  const children = url ? extensionsOf(from.node, url) : childrenOf(from.node, name, scope, conformance);
  return children.flatMap(child => {
    const below = from.items.flatMap(({ value, twin, at }) => {
      const object = typeof value === 'object' ? (value as JsonObject) : twin;
      return object ? itemsOf(object, child, at) : [];
    });
    const items = url ? below.filter(({ value }) => text(value as JsonObject, 'url') === url) : below;
    return locate({ node: child, items }, rest, scope, conformance);
  });
}

/** From references to what they point to, under the profiles that they may point to. */
function resolve({ node, items }: Located, scope: CheckContext, conformance: Conformance): Located[] {
  const targets = items.map(({ value, at }) => {
    const target = resolved(text(value as JsonObject, 'reference'), scope);
    return target && { value: target, twin: undefined, type: target.resourceType, at };
  });
  const found = targets.includes(undefined) ? unknown : (targets as Item[]);
  return node.types
    .flatMap(({ targets: urls = [] }) => urls)
    .flatMap(url => conformance.rootOf(url, scope) ?? [])
    .map(root => ({ node: root, items: found }));
}

/** A child that the profile speaks of, the profile of its type (what an extension defines for its value), or its slices. */
function childrenOf(node: ProfileNode, name: string, scope: CheckContext, conformance: Conformance): ProfileNode[] {
  const named = (of: ProfileNode | undefined): ProfileNode[] => of?.children.filter(child => child.name === name) ?? [];
  const own = named(node);
  if (own.length > 0) return own;
  const inSlices = node.slices.flatMap(named);
  const canonical = node.types[0]?.profiles?.[0];
  return inSlices.length > 0 || !canonical ? inSlices : named(conformance.rootOf(canonical, scope));
}

const extensionsOf = ({ children }: ProfileNode, url: string): ProfileNode[] =>
  children
    .filter(({ name }) => name === 'extension')
    .flatMap(({ slices }) => slices)
    .filter(({ types }) => types[0]?.profiles?.some(profile => withoutVersion(profile) === url));

/** Whether the value is what the node fixes, by fixed value, pattern, its children's, required binding, or presence. */
function hasValueOf({ value, type, at }: Item, node: ProfileNode, scope: CheckContext): boolean {
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
  scope: CheckContext,
  conformance: Conformance,
): boolean {
  const reference = value as JsonObject;
  const literal = text(reference, 'reference');
  const type = typeOf(reference, literal, scope);
  if (type === undefined || !targets.some(url => conformance.typeOfProfile(url, scope) === type)) return false;
  return !isProfiled || conformance.leadsTo(literal, targets, scope);
}
