/** Holds values against a compiled profile, element by element. https://hl7.org/fhir/R4/profiling.html */
import type { ElementType } from '../../definitions/definitions.js';
import type { Json, JsonObject } from '../../fhir/resource.js';
import { checkBinding } from '../binding.js';
import { typeOf } from '../reference.js';
import { Report, step, type Path } from '../report.js';
import { text, type Scope } from '../scope.js';
import type { Profile, ProfileNode } from './compile.js';
import { itemsOf, type Item } from './items.js';
import { equals, includes } from './match.js';
import { isInSlice, type Conformance } from './slicing.js';

export type FindProfile = (canonical: string, scope: Scope) => Profile | undefined;

export class NodeCheck implements Conformance {
  readonly #find: FindProfile;

  constructor(find: FindProfile) {
    this.#find = find;
  }

  /** Checks a value against a profile by its URL. */
  profile(value: JsonObject, canonical: string, scope: Scope, at: Path): void {
    const profile = this.#find(canonical, scope);
    const type = text(value, 'resourceType');
    if (!profile) scope.report.warn('not-found', at, `The profile ${canonical} is not known here.`);
    else if (type !== undefined && profile.type !== type) {
      scope.report.breach('structure', at, `The profile ${canonical} is on ${profile.type}, not on ${type}.`);
    } else this.object(value, profile.root, scope, at);
  }

  typeOfProfile(canonical: string, scope: Scope): string | undefined {
    return this.#find(canonical, scope)?.type;
  }

  conforms({ value, at }: Item, canonical: string, scope: Scope): boolean {
    if (typeof value !== 'object') return false;
    const report = new Report();
    this.profile(value as JsonObject, canonical, { ...scope, report }, at);
    return !report.failed;
  }

  /** Checks what a node says of an object: its invariants, its children and their slices. */
  object(value: JsonObject, node: ProfileNode, scope: Scope, at: Path): void {
    for (const invariant of node.invariants) invariant(value, scope, at);
    for (const child of node.children) {
      const items = itemsOf(value, child, at);
      const here = step(at, child.name);
      checkCount(items.length, child, scope, here);
      for (const item of items) this.#item(item, child, scope);
      if (child.slices.length > 0) this.#slices(items, child, scope, here);
    }
  }

  #item(item: Item, node: ProfileNode, scope: Scope): void {
    const { value, twin, type, at } = item;
    this.#type(item, node.types, scope);
    if (value === undefined) {
      if (twin) this.object(twin, { ...node, invariants: [] }, scope, at);
      return;
    }
    checkValue(value, node, scope, at);
    if (node.binding && type) checkBinding(value, type, node.binding, scope, at);
    if (typeof value === 'object') this.object(value as JsonObject, node, scope, at);
    else for (const invariant of node.invariants) invariant(value, scope, at);
  }

  #type(item: Item, types: readonly ElementType[], scope: Scope): void {
    const { value, type, at } = item;
    const own = types.filter(({ code }) => code === type);
    if (own.length === 0 && types.length > 0) {
      const allowed = types.map(({ code }) => code).join(', ');
      scope.report.breach('structure', at, `The type must be one of ${allowed}.`);
    }
    // An extension is held against its definition wherever it stands (check.ts).
    if (typeof value !== 'object' || type === 'Extension') return;
    const targets = own.flatMap(it => it.targets ?? []);
    if (targets.length > 0 && type === 'Reference') this.#target(value as JsonObject, targets, scope, at);
    const profiles = own.flatMap(it => it.profiles ?? []);
    if (profiles.length === 1) this.profile(value as JsonObject, profiles[0]!, scope, at);
    else if (profiles.length > 1 && !profiles.some(url => this.conforms(item, url, scope))) {
      scope.report.breach('structure', at, `The value meets none of the profiles ${profiles.join(', ')}.`);
    }
  }

  #target(reference: JsonObject, targets: readonly string[], scope: Scope, at: Path): void {
    const type = typeOf(reference, text(reference, 'reference'), scope);
    const allowed = new Set(targets.map(url => this.typeOfProfile(url, scope) ?? 'Resource'));
    if (type === undefined || allowed.has(type) || allowed.has('Resource')) return;
    scope.report.breach('value', at, `A reference to ${type} is not allowed here, only to ${[...allowed].join(', ')}.`);
  }

  #slices(items: readonly Item[], node: ProfileNode, scope: Scope, at: Path): void {
    const discriminators = node.slicing?.discriminator;
    if (!discriminators) return;
    const slices = node.slices.map(slice => ({ slice, items: [] as Item[] }));
    for (const item of items) {
      const own = slices.find(({ slice }) => isInSlice(item, slice, discriminators, scope, this));
      own?.items.push(item);
      if (!own && node.slicing.rules === 'closed') {
        scope.report.breach('structure', item.at, `No slice of ${node.name} admits this value.`);
      }
    }
    for (const { slice, items: own } of slices) {
      checkCount(own.length, slice, scope, at);
      for (const item of own) this.#item(item, slice, scope);
      if (slice.slices.length > 0) this.#slices(own, slice, scope, at);
    }
  }
}

function checkValue(value: Json, { fixed, pattern }: ProfileNode, { report }: Scope, at: Path): void {
  if (fixed !== undefined && !equals(value, fixed)) {
    report.breach('value', at, `The value must be exactly ${JSON.stringify(fixed)}.`);
  }
  if (pattern !== undefined && !includes(value, pattern)) {
    report.breach('value', at, `The value must have ${JSON.stringify(pattern)}.`);
  }
}

function checkCount(count: number, { min, max, name, sliceName }: ProfileNode, { report }: Scope, at: Path): void {
  const what = sliceName === undefined ? name : `${name}:${sliceName}`;
  if (count < min) report.breach('required', at, `At least ${min} of ${what} are required.`);
  const tooMany = max === 0 ? `${what} is not allowed.` : `At most ${max} of ${what} are allowed.`;
  if (count > max) report.breach('structure', at, tooMany);
}
