/**
 * The path of a discriminator, followed in a slice's tree and in the values at once.
 * https://hl7.org/fhir/R4/profiling.html#discriminator
 */
import { withoutVersion } from '../../fhir/canonical.js';
import { isObject, type Json, type JsonObject } from '../../fhir/resource.js';
import { text } from '../check-context.js';
import type { ProfileNode } from './compile.js';
import { itemsOf, type Item } from './items.js';

/** An element in a slice's tree, with the values it has in the item. */
export interface Place {
  readonly node: ProfileNode;
  readonly items: readonly Item[];
}

/** One step of a path. */
export type PathStep =
  { readonly element: string } | { readonly extension: string } | { readonly ofType: string } | 'resolve';

/** `$this.value[x].ofType(Quantity)`, `extension('url').value`, `subject.resolve()`: the steps, `$this` left out. */
export function stepsOf(path: string): PathStep[] {
  const words = path.match(/extension\('[^']*'\)|\w+\([^)]*\)|[^.]+/g) ?? [];
  return words.flatMap((word): PathStep[] => {
    const [, name = '', argument = ''] = /^(\w+)\('?([^')]*)'?\)$/.exec(word) ?? [];
    if (name === 'extension') return [{ extension: argument }];
    if (name === 'ofType' || name === 'as') return [{ ofType: argument.slice(argument.lastIndexOf('.') + 1) }];
    if (name === 'resolve') return ['resolve'];
    return word === '$this' ? [] : [{ element: word.replace('[x]', '') }];
  });
}

/** The elements below a node: its own, else those of the element it repeats. */
export const childrenOf = (node: ProfileNode): readonly ProfileNode[] =>
  node.children.length > 0 ? node.children : (node.like?.children ?? []);

/** The values of an element in all these values. */
export const below = (items: readonly Item[], node: ProfileNode): Item[] =>
  items.flatMap(({ value, twin, at }) => {
    const object = isObject(value) ? value : twin;
    return object ? itemsOf(object, node, at) : [];
  });

/** The elements of this name below a node; a choice is meant by its name, or with a type: `value`, `valueQuantity`. */
export function named({ node, items }: Place, name: string): Place[] {
  return childrenOf(node).flatMap(child => {
    const type = child.name === name ? '' : typeIn(child, name);
    if (type === undefined) return [];
    const place = { node: child, items: below(items, child) };
    return type === '' || !child.choice ? [place] : typed(place, type);
  });
}

/** `valueQuantity` for the choice `value` → `Quantity`; `value` for an element `valueQuantity` → `Quantity`, too. */
function typeIn({ name, types, choice }: ProfileNode, wanted: string): string | undefined {
  const [long, short] = choice ? [wanted, name] : [name, wanted];
  if (!long.startsWith(short)) return undefined;
  const suffix = long.slice(short.length).toLowerCase();
  return types.find(({ code }) => code.toLowerCase() === suffix)?.code;
}

/** What a node says of one type alone: its slices of this type, else the node itself. */
export function typed({ node, items }: Place, type: string): Place[] {
  const own = items.filter(item => item.type === type);
  const slices = node.slices.filter(({ types }) => types.length === 1 && types[0]!.code === type);
  return slices.length > 0 ? slices.map(slice => ({ node: slice, items: own })) : [{ node, items: own }];
}

/** The slices of extensions with this URL, which a profile or a fixed `url` names. */
export function extensionsOf({ node, items }: Place, url: string): Place[] {
  return childrenOf(node)
    .filter(({ name }) => name === 'extension')
    .flatMap(child => {
      const own = below(items, child).filter(({ value }) => text(value as JsonObject, 'url') === url);
      return child.slices.filter(slice => urlsOf(slice).includes(url)).map(slice => ({ node: slice, items: own }));
    });
}

/** The URLs that an extension's slice may have. */
export function urlsOf({ types, children }: ProfileNode): string[] {
  const fixed = children.find(({ name }) => name === 'url')?.fixed;
  return [fixed ?? [], types.flatMap(({ profiles = [] }) => profiles.map(withoutVersion))].flat() as string[];
}

/** The part of a fixed value or pattern that this path leads to, in its place; undefined if it has none. */
export function partAt(value: Json | undefined, [step, ...rest]: readonly PathStep[]): Json | undefined {
  if (step === undefined || value === undefined) return value;
  if (Array.isArray(value)) {
    const parts = value.map(item => partAt(item, [step, ...rest])).filter(part => part !== undefined);
    return parts.length > 0 ? parts : undefined;
  }
  if (typeof step === 'string' || !('element' in step) || !isObject(value)) return undefined;
  const part = partAt(value[step.element], rest);
  return part === undefined ? undefined : { [step.element]: part };
}

/** The required slices of a node; all of them if none is required. */
export function slicesOf({ node, items }: Place): Place[] {
  const allowed = node.slices.filter(({ max }) => max > 0);
  const required = allowed.filter(({ min }) => min > 0);
  return (required.length > 0 ? required : allowed).map(slice => ({
    node: slice,
    items: inTypes(items, slice, node),
  }));
}

const inTypes = (items: readonly Item[], { types }: ProfileNode, { choice }: ProfileNode): readonly Item[] =>
  choice ? items.filter(({ type }) => types.some(({ code }) => code === type)) : items;

/** The profiles that a node's types name. */
export const profilesOf = ({ types }: ProfileNode): string[] => types.flatMap(({ profiles = [] }) => profiles);
