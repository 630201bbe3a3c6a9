/** Holds values against a compiled profile, element by element. https://hl7.org/fhir/R4/profiling.html */
import type { ElementType } from '../../definitions/definitions.js';
import { isObject, type Json, type JsonObject, type Resource } from '../../fhir/resource.js';
import { checkBinding } from '../binding.js';
import { resolved, typeOf } from '../reference.js';
import { resourceScope } from '../resource-scope.js';
import { Report, root, step, type Path } from '../report.js';
import { text, type CheckContext } from '../check-context.js';
import type { Profile, ProfileNode, Slicing } from './compile.js';
import { childrenOf } from './discriminator-path.js';
import { itemsOf, type Item } from './items.js';
import { excessOf } from './limits.js';
import { equals, includes } from './match.js';
import { anyResource, type Conformance } from './conformance.js';
import { isInSlice } from './slicing.js';

export type FindProfile = (canonical: string, scope: CheckContext) => Profile | undefined;

export class NodeCheck implements Conformance {
  readonly #find: FindProfile;

  constructor(find: FindProfile) {
    this.#find = find;
  }

  /** Checks a value against a profile by its URL. */
  profile(value: JsonObject, canonical: string, scope: CheckContext, at: Path): void {
    if (!scope.report.isFirst(value, canonical)) return;
    const profile = this.#find(canonical, scope);
    const type = text(value, 'resourceType');
    if (!profile) scope.report.warn('not-found', at, `The profile ${canonical} is not known here.`);
    else if (type !== undefined && profile.type !== type) {
      scope.report.breach('structure', at, `The profile ${canonical} is on ${profile.type}, not on ${type}.`);
    } else this.object(value, profile.root, within(value, scope, at), at);
  }

  typeOfProfile(canonical: string, scope: CheckContext): string | undefined {
    return this.#find(canonical, scope)?.type;
  }

  readonly rootOf: Conformance['rootOf'] = (canonical, scope) => this.#find(canonical, scope)?.root;

  /** Found once for each value: slices ask for it, and slices inside those again. */
  conforms({ value, at }: Item, canonical: string, scope: CheckContext): boolean {
    if (!isObject(value)) return false;
    return once(scope.met, value, `${scope.isTarget ? '#' : ''}${canonical}`, () => {
      const report = new Report();
      this.profile(value, canonical, { ...scope, report }, at);
      return !report.failed;
    });
  }

  /** Checks what a node says of an object: its invariants, its children and their slices. */
  object(value: JsonObject, node: ProfileNode, scope: CheckContext, at: Path): void {
    for (const invariant of node.invariants) invariant(value, scope, at);
    this.#children(value, node, scope, at);
  }

  #children(value: JsonObject, node: ProfileNode, scope: CheckContext, at: Path): void {
    for (const child of childrenOf(node)) {
      const items = itemsOf(value, child, at);
      const here = step(at, child.name);
      checkCount(items.length, child, scope, here);
      for (const item of items) this.#item(item, child, scope);
      if (child.slices.length > 0) this.#slices(items, child, scope, here);
    }
  }

  #item(item: Item, node: ProfileNode, outer: CheckContext): void {
    const { value, twin, type, at } = item;
    const scope = isObject(value) ? within(value, outer, at) : outer;
    if (!this.#type(item, node.types, scope)) return;
    checkValue(value, node, scope, at);
    if (typeof value === 'object') {
      if (node.binding && type) checkBinding(value, type, node.binding, scope, at);
      this.object(value as JsonObject, node, scope, at);
      return;
    }
    // Below a primitive stand its id, extensions and value.
    if (node.children.length > 0) this.#children({ ...twin, ...(value !== undefined && { value }) }, node, scope, at);
    if (value === undefined) return;
    if (node.binding && type) checkBinding(value, type, node.binding, scope, at);
    for (const invariant of node.invariants) invariant(value, scope, at);
  }

  /** Checks the type of a value, and that it meets the type's profiles and points where it may; false for another type. */
  #type(item: Item, types: readonly ElementType[], scope: CheckContext): boolean {
    const { value, type, at } = item;
    const own = types.filter(({ code }) => code === type || anyResource.has(code));
    if (own.length === 0 && types.length > 0) {
      const allowed = types.map(({ code }) => code).join(', ');
      scope.report.breach('structure', at, `The type must be one of ${allowed}.`);
      return false;
    }
    // An extension is held against its definition wherever it stands (check.ts).
    if (typeof value !== 'object' || type === 'Extension') return true;
    const targets = own.flatMap(it => it.targets ?? []);
    if (targets.length > 0 && type === 'Reference') this.#target(value as JsonObject, targets, scope, at);
    const profiles = own.flatMap(it => it.profiles ?? []);
    if (profiles.length === 1) this.profile(value as JsonObject, profiles[0]!, scope, at);
    else if (profiles.length > 1 && !profiles.some(url => this.conforms(item, url, scope))) {
      scope.report.breach('structure', at, `The value meets none of the profiles ${profiles.join(', ')}.`);
    }
    return true;
  }

  #target(reference: JsonObject, targets: readonly string[], scope: CheckContext, at: Path): void {
    const literal = text(reference, 'reference');
    const type = typeOf(reference, literal, scope);
    const allowed = targets.map(url => this.typeOfProfile(url, scope) ?? 'Resource');
    if (type === undefined) return;
    if (!allowed.includes(type) && !allowed.includes('Resource')) {
      const words = [...new Set(allowed)].join(', ');
      scope.report.breach('value', at, `A reference to ${type} is not allowed here, only to ${words}.`);
    } else if (!this.leadsTo(literal, targets, scope)) {
      scope.report.breach('structure', at, `${literal} meets none of the profiles ${targets.join(', ')}.`);
    }
  }

  /** Whether what is referred to, where it is at hand, meets one of the profiles. Its own references are not followed. */
  leadsTo(reference: string | undefined, targets: readonly string[], scope: CheckContext): boolean {
    const target = scope.isTarget ? undefined : resolved(reference, scope);
    return !target || targets.some(url => this.#meets(target, url, /^#./.test(reference!), scope));
  }

  #meets(target: Resource, url: string, isContained: boolean, scope: CheckContext): boolean {
    const profile = this.#find(url, scope);
    if (!profile || anyResource.has(profile.type)) return true;
    if (profile.type !== target.resourceType) return false;
    return once(scope.met, target, `#${url}`, () => {
      const report = new Report();
      const at = root(target.resourceType);
      const own = resourceScope(target, { ...scope, report, isTarget: true }, at, isContained);
      this.object(target, profile.root, own, at);
      return !report.failed;
    });
  }

  /** `inherited`: how the slices of a slice are told apart where it does not say so itself. */
  #slices(items: readonly Item[], node: ProfileNode, scope: CheckContext, at: Path, inherited?: Slicing): void {
    const slicing = node.slicing ?? inherited;
    const discriminators = slicing?.discriminator;
    if (!slicing || !discriminators?.length) return;
    const slices = node.slices.map(slice => ({ slice, items: [] as Item[], maybe: 0 }));
    const rest = slices.find(({ slice }) => slice.sliceName === '@default');
    const order = { last: 0, isSure: true };
    for (const item of items) {
      const answers = slices.map(it => it !== rest && isInSlice(item, it.slice, discriminators, scope, this));
      const index = answers.indexOf(true);
      const isOpen = index < 0 && answers.includes(undefined);
      const own = slices[index] ?? (isOpen ? undefined : rest);
      own?.items.push(item);
      if (isOpen) for (const [one, answer] of answers.entries()) slices[one]!.maybe += answer === undefined ? 1 : 0;
      order.isSure &&= !isOpen;
      const fault = order.isSure && !(own && own === rest) && misplaced(index, order.last, slices.length, slicing);
      if (fault) scope.report.breach('structure', item.at, `${fault} (${node.name}).`);
      order.last = Math.max(order.last, index < 0 ? slices.length : index);
    }
    for (const { slice, items: own, maybe } of slices) {
      checkCount(own.length, slice, scope, at, maybe);
      for (const item of own) this.#item(item, slice, scope);
      if (slice.slices.length > 0) this.#slices(own, slice, scope, at, slicing);
    }
  }
}

/** The scope inside a value: that of a resource is its own. */
const within = (value: JsonObject, scope: CheckContext, at: Path): CheckContext =>
  typeof value['resourceType'] !== 'string' || value === scope.resource
    ? scope
    : resourceScope(value as Resource, scope, at, at.name === 'contained');

/** The answer for a value and a question, worked out when it is asked first. */
function once(
  answers: WeakMap<JsonObject, Map<string, boolean>>,
  value: JsonObject,
  question: string,
  work: () => boolean,
): boolean {
  const own = answers.get(value) ?? new Map<string, boolean>();
  answers.set(value, own);
  const answer = own.get(question) ?? work();
  own.set(question, answer);
  return answer;
}

/** What is wrong with a value of the slice with this index (-1: of none) behind values of slices up to `last`. */
function misplaced(index: number, last: number, none: number, { rules, ordered }: Slicing): string | undefined {
  if (index < 0) return rules === 'closed' ? 'No slice admits this value' : undefined;
  if (rules === 'openAtEnd' && last === none) return 'A value of no slice must stand behind those of slices';
  return ordered && last !== none && index < last ? 'The values are not in the order of their slices' : undefined;
}

function checkValue(value: Json | undefined, node: ProfileNode, { report }: CheckContext, at: Path): void {
  const { fixed, pattern, limits } = node;
  if (fixed !== undefined && !equals(value, fixed)) {
    report.breach('value', at, `The value must be exactly ${JSON.stringify(fixed)}.`);
  }
  if (pattern !== undefined && !includes(value, pattern)) {
    report.breach('value', at, `The value must have ${JSON.stringify(pattern)}.`);
  }
  const excess = limits && value !== undefined && excessOf(value, limits);
  if (excess) report.breach('value', at, excess);
}

/** `maybe`: how many more there may be. */
function checkCount(
  count: number,
  { min, max, name, sliceName }: ProfileNode,
  { report }: CheckContext,
  at: Path,
  maybe = 0,
): void {
  const what = sliceName === undefined ? name : `${name}:${sliceName}`;
  if (count + maybe < min) report.breach('required', at, `At least ${min} of ${what} are required.`);
  const tooMany = max === 0 ? `${what} is not allowed.` : `At most ${max} of ${what} are allowed.`;
  if (count > max) report.breach('structure', at, tooMany);
}
