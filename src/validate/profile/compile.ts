/**
 * StructureDefinition (snapshot) → a tree of what a profile adds to its base type; slices hang at the element they slice.
 * What the base says already is left out: the walk checks it. https://hl7.org/fhir/R4/profiling.html
 */
import type { Binding, Definitions, Element, ElementType } from '../../definitions/definitions.js';
import {
  bindingOf,
  constraintsOf,
  typesOf,
  type ElementDefinition,
  type StructureDefinition,
} from '../../definitions/slim.js';
import type { Json, JsonObject } from '../../fhir/resource.js';
import { compileInvariant, type Invariant } from '../invariant.js';

export interface Discriminator extends JsonObject {
  type: 'value' | 'pattern' | 'exists' | 'type' | 'profile';
  path: string;
}

export interface Slicing extends JsonObject {
  discriminator?: Discriminator[];
  rules: 'open' | 'closed' | 'openAtEnd';
  ordered?: boolean;
}

export interface ProfileNode {
  /** Element name without `[x]`, or the type at the root. */
  readonly name: string;
  readonly choice: boolean;
  readonly sliceName: string | undefined;
  /** 0 where the base requires as much. */
  readonly min: number;
  /** Infinity where the base allows no more. */
  readonly max: number;
  readonly types: readonly ElementType[];
  readonly fixed: Json | undefined;
  readonly pattern: Json | undefined;
  readonly binding: Binding | undefined;
  readonly invariants: readonly Invariant[];
  readonly slicing: Slicing | undefined;
  readonly children: ProfileNode[];
  readonly slices: ProfileNode[];
}

export interface Profile {
  readonly url: string;
  readonly type: string;
  readonly root: ProfileNode;
}

/** Compiles a profile or extension, which must have a snapshot. */
export function compileProfile(definition: StructureDefinition, definitions: Definitions): Profile {
  const known = baseKeys(definition, definitions);
  const byId = new Map<string, ProfileNode>();
  for (const raw of definition.snapshot!.element) {
    const node = nodeOf(raw, definition, known, definitions);
    byId.set(raw.id, node);
    attach(node, raw.id, byId);
  }
  return { url: definition.url, type: definition.type, root: byId.values().next().value! };
}

/** A slice belongs to the element it slices (`a.b:c` → `a.b`), any other element to its parent. */
function attach(node: ProfileNode, id: string, byId: ReadonlyMap<string, ProfileNode>): void {
  const own = id.slice(id.lastIndexOf('.') + 1);
  const colon = own.lastIndexOf(own.includes('/') ? '/' : ':');
  if (colon >= 0) byId.get(id.slice(0, id.length - own.length + colon))?.slices.push(node);
  else byId.get(id.slice(0, id.lastIndexOf('.')))?.children.push(node);
}

function nodeOf(
  raw: ElementDefinition,
  definition: StructureDefinition,
  known: ReadonlySet<string>,
  definitions: Definitions,
): ProfileNode {
  const name = raw.path.slice(raw.path.lastIndexOf('.') + 1);
  const base = raw['base'] as { min: number; max: string } | undefined;
  const isSlice = raw.sliceName !== undefined;
  const max = raw.max === '*' ? Infinity : Number(raw.max);
  return {
    name: name.replace('[x]', ''),
    choice: name.endsWith('[x]'),
    sliceName: raw.sliceName,
    min: isSlice || !base || raw.min! > base.min ? raw.min! : 0,
    max: isSlice || raw.max !== base?.max ? max : Infinity,
    types: typesOf(raw),
    fixed: prefixed(raw, 'fixed'),
    pattern: prefixed(raw, 'pattern'),
    binding: bindingOf(raw),
    invariants: invariantsOf(raw, definition, known, definitions),
    slicing: raw['slicing'] as Slicing | undefined,
    children: [],
    slices: [],
  };
}

function prefixed(raw: ElementDefinition, prefix: string): Json | undefined {
  const name = Object.keys(raw).find(key => key.startsWith(prefix) && /[A-Z]/.test(key.charAt(prefix.length)));
  return name === undefined ? undefined : raw[name];
}

function invariantsOf(
  raw: ElementDefinition,
  definition: StructureDefinition,
  known: ReadonlySet<string>,
  definitions: Definitions,
): Invariant[] {
  const added = ((raw['constraint'] as { key: string; source?: string }[] | undefined) ?? [])
    .filter(
      ({ key, source }) => !known.has(key) && !(source && definitions.type(source.slice(source.lastIndexOf('/') + 1))),
    )
    .map(constraint => ({ ...constraint, source: definition.url }));
  const constraints = constraintsOf({ ...raw, constraint: added }, definition.url);
  return constraints.flatMap(constraint => compileInvariant(constraint, raw.path.replaceAll('[x]', '')) ?? []);
}

/** The keys of all constraints of the base type, of its parts and of its ancestors. */
function baseKeys(definition: StructureDefinition, definitions: Definitions): Set<string> {
  const keys = new Set(['ele-1', 'ext-1']);
  const add = (elements: readonly Element[]): void => {
    for (const { constraints, children } of elements) {
      for (const { key } of constraints ?? []) keys.add(key);
      if (children) add(children);
    }
  };
  for (let type = definitions.type(definition.type); type; type = type.base ? definitions.type(type.base) : undefined) {
    for (const { key } of type.constraints) keys.add(key);
    add(type.children);
  }
  return keys;
}
