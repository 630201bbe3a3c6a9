/**
 * The third layer: profiles. Cardinality, types, fixed values and patterns, bindings, reference targets, slices and
 * invariants that a profile adds. https://hl7.org/fhir/R4/profiling.html
 */
import type { ElementType } from '../../definitions/definitions.js';
import type { StructureDefinition } from '../../definitions/slim.js';
import type { Json, JsonObject, Resource } from '../../fhir/resource.js';
import { checkBinding } from '../binding.js';
import { typeOf } from '../reference.js';
import { Report, step, type Path } from '../report.js';
import { list, text, type Scope } from '../scope.js';
import { compileProfile, type Profile, type ProfileNode } from './compile.js';
import { itemsOf, type Item } from './items.js';
import { equals, includes } from './match.js';
import { isInSlice, type Conformance } from './slicing.js';

export interface ProfileCheck {
  /** Checks an extension against its own definition, where that is known. */
  checkExtension(extension: JsonObject, scope: Scope, at: Path): void;
  /** Checks a resource against the profiles of its meta.profile. */
  checkDeclared(resource: Resource, scope: Scope, at: Path): void;
  /** Checks a value against one profile; an unknown profile is a warning. */
  checkProfile(value: JsonObject, canonical: string, scope: Scope, at: Path): void;
}

/** Profiles are compiled when first met. */
export function profileCheck(): ProfileCheck {
  const compiled = new Map<string, Profile>();
  const find = (canonical: string, { definitions }: Scope): Profile | undefined => {
    const definition = definitions.structure(canonical) as StructureDefinition | undefined;
    if (!definition) return undefined;
    let profile = compiled.get(definition.url);
    if (!profile) compiled.set(definition.url, (profile = compileProfile(definition, definitions)));
    return profile;
  };
  const check = nodeCheck(find);
  return {
    checkExtension: (extension, scope, at) => {
      const profile = find(text(extension, 'url') ?? '', scope);
      if (profile?.type !== 'Extension') return;
      check.object(extension, profile.root, scope, at);
      checkParts(extension, profile, scope, at);
    },
    checkDeclared: (resource, scope, at) => {
      for (const canonical of resource.meta?.profile ?? []) check.profile(resource, canonical, scope, at);
    },
    checkProfile: check.profile,
  };
}

/** A part of an extension that is named by a mere word must be one that the extension defines. */
function checkParts(extension: JsonObject, { root, url }: Profile, { report }: Scope, at: Path): void {
  const slices = root.children.find(({ name }) => name === 'extension')?.slices ?? [];
  const names = slices.map(({ children }) => children.find(({ name }) => name === 'url')?.fixed);
  for (const [index, part] of list(extension, 'extension').entries()) {
    const name = text(part, 'url') ?? '';
    if (!name.includes(':') && !names.includes(name)) {
      report.breach('extension', step(at, 'extension', index), `The extension ${url} has no part of this name.`);
    }
  }
}

interface NodeCheck {
  object(value: JsonObject, node: ProfileNode, scope: Scope, at: Path): void;
  profile(value: JsonObject, canonical: string, scope: Scope, at: Path): void;
}

type Find = (canonical: string, scope: Scope) => Profile | undefined;

function nodeCheck(find: Find): NodeCheck {
  const checkProfile = (value: JsonObject, canonical: string, scope: Scope, at: Path): void => {
    const profile = find(canonical, scope);
    const type = text(value, 'resourceType');
    if (!profile) scope.report.warn('not-found', at, `The profile ${canonical} is not known here.`);
    else if (type !== undefined && profile.type !== type) {
      scope.report.breach('structure', at, `The profile ${canonical} is on ${profile.type}, not on ${type}.`);
    } else checkObject(value, profile.root, scope, at);
  };

  const conforms = (value: JsonObject, canonical: string, scope: Scope, at: Path): boolean => {
    const report = new Report();
    checkProfile(value, canonical, { ...scope, report }, at);
    return !report.failed;
  };

  const conformance: Conformance = {
    typeOfProfile: (canonical, scope) => find(canonical, scope)?.type,
    conforms: ({ value, at }, canonical, scope) =>
      typeof value === 'object' && conforms(value as JsonObject, canonical, scope, at),
  };

  const checkObject = (value: JsonObject, node: ProfileNode, scope: Scope, at: Path): void => {
    for (const invariant of node.invariants) invariant(value, scope, at);
    for (const child of node.children) {
      const items = itemsOf(value, child, at);
      checkCount(items.length, child, scope, step(at, child.name));
      for (const item of items) checkItem(item, child, scope);
      if (child.slices.length > 0) checkSlices(items, child, scope, step(at, child.name));
    }
  };

  const checkItem = ({ value, twin, type, at }: Item, node: ProfileNode, scope: Scope): void => {
    checkType(value, type, node.types, scope, at);
    if (value === undefined) {
      if (twin) checkObject(twin, { ...node, invariants: [] }, scope, at);
      return;
    }
    if (node.fixed !== undefined && !equals(value, node.fixed)) {
      scope.report.breach('value', at, `The value must be exactly ${JSON.stringify(node.fixed)}.`);
    }
    if (node.pattern !== undefined && !includes(value, node.pattern)) {
      scope.report.breach('value', at, `The value must have ${JSON.stringify(node.pattern)}.`);
    }
    if (node.binding && type) checkBinding(value, type, node.binding, scope, at);
    if (typeof value === 'object') checkObject(value as JsonObject, node, scope, at);
    else for (const invariant of node.invariants) invariant(value, scope, at);
  };

  const checkType = (
    value: Json | undefined,
    type: string | undefined,
    types: readonly ElementType[],
    scope: Scope,
    at: Path,
  ): void => {
    const own = types.filter(({ code }) => code === type);
    if (own.length === 0 && types.length > 0) {
      const allowed = types.map(({ code }) => code).join(', ');
      scope.report.breach('structure', at, `The type must be one of ${allowed}.`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value) || type === 'Extension') return;
    const targets = own.flatMap(it => it.targets ?? []);
    if (targets.length > 0 && type === 'Reference') checkTarget(value as JsonObject, targets, scope, at);
    const profiles = own.flatMap(it => it.profiles ?? []);
    if (profiles.length === 1) checkProfile(value as JsonObject, profiles[0]!, scope, at);
    else if (profiles.length > 1 && !profiles.some(url => conforms(value as JsonObject, url, scope, at))) {
      scope.report.breach('structure', at, `The value meets none of the profiles ${profiles.join(', ')}.`);
    }
  };

  const checkTarget = (reference: JsonObject, targets: readonly string[], scope: Scope, at: Path): void => {
    const type = typeOf(reference, text(reference, 'reference'), scope);
    const allowed = new Set(targets.map(url => find(url, scope)?.type ?? 'Resource'));
    if (type === undefined || allowed.has(type) || allowed.has('Resource')) return;
    scope.report.breach('value', at, `A reference to ${type} is not allowed here, only to ${[...allowed].join(', ')}.`);
  };

  const checkSlices = (items: readonly Item[], node: ProfileNode, scope: Scope, at: Path): void => {
    const discriminators = node.slicing?.discriminator;
    if (!discriminators) return;
    const slices = node.slices.map(slice => ({ slice, items: [] as Item[] }));
    for (const item of items) {
      const own = slices.find(({ slice }) => isInSlice(item, slice, discriminators, scope, conformance));
      own?.items.push(item);
      if (!own && node.slicing.rules === 'closed') {
        scope.report.breach('structure', item.at, `No slice of ${node.name} admits this value.`);
      }
    }
    for (const { slice, items: own } of slices) {
      checkCount(own.length, slice, scope, at);
      for (const item of own) checkItem(item, slice, scope);
      if (slice.slices.length > 0) checkSlices(own, slice, scope, at);
    }
  };

  return { object: checkObject, profile: checkProfile };
}

function checkCount(count: number, { min, max, name, sliceName }: ProfileNode, { report }: Scope, at: Path): void {
  const what = sliceName === undefined ? name : `${name}:${sliceName}`;
  if (count < min) report.breach('required', at, `At least ${min} of ${what} are required.`);
  if (count > max)
    report.breach('structure', at, max === 0 ? `${what} is not allowed.` : `At most ${max} of ${what} are allowed.`);
}
