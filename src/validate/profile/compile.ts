/**
 * StructureDefinition (snapshot) → a tree of what a profile adds to its base type; slices hang at the element they slice.
 * What the base says already is left out: the walk checks it. https://hl7.org/fhir/R4/profiling.html
 */
import type { Binding, Constraint, Definitions, Element, ElementType } from '../../definitions/definitions.js';
import {
  bindingOf,
  constraintsOf,
  lastOf,
  typesOf,
  type ElementDefinition,
  type StructureDefinition,
} from '../../definitions/slim.js';
import type { Json, JsonObject } from '../../fhir/resource.js';
import { compileInvariant, type Invariant } from '../invariant.js';
import { withNumbers } from '../with-numbers.js';
import type { ValueLimits } from './limits.js';

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
  /** A choice of all types that the base has. */
  readonly isOpen: boolean;
  readonly fixed: Json | undefined;
  readonly pattern: Json | undefined;
  readonly binding: Binding | undefined;
  readonly limits: ValueLimits | undefined;
  readonly invariants: readonly Invariant[];
  readonly slicing: Slicing | undefined;
  readonly children: ProfileNode[];
  readonly slices: ProfileNode[];
  /** The node whose children are this one's too: what `contentReference` names. */
  like: ProfileNode | undefined;
}

export interface Profile {
  readonly url: string;
  readonly type: string;
  readonly root: ProfileNode;
}

/** Compiles a profile or extension, which must have a snapshot. */
export function compileProfile(definition: StructureDefinition, definitions: Definitions): Profile {
  const elements = definition.snapshot!.element;
  const known = baseRules(definition, definitions);
  const byId = new Map(elements.map(raw => [raw.id, nodeOf(raw, definition, known, definitions)]));
  for (const raw of elements) {
    const node = byId.get(raw.id)!;
    attach(node, raw.id, byId);
    if (raw.contentReference) node.like = byId.get(lastOf(raw.contentReference, '#'));
  }
  return { url: definition.url, type: definition.type, root: byId.values().next().value! };
}

/**
 * A slice belongs to the element it slices (`a.b:c` → `a.b`), any other element to its parent; so does one that has a
 * name, but slices nothing.
 */
function attach(node: ProfileNode, id: string, byId: ReadonlyMap<string, ProfileNode>): void {
  const own = id.slice(id.lastIndexOf('.') + 1);
  const colon = own.lastIndexOf(own.includes('/') ? '/' : ':');
  const sliced = colon < 0 ? undefined : byId.get(id.slice(0, id.length - own.length + colon));
  if (sliced) sliced.slices.push(node);
  else byId.get(id.slice(0, id.lastIndexOf('.')))?.children.push(node);
}

function nodeOf(
  raw: ElementDefinition,
  definition: StructureDefinition,
  known: BaseRules,
  definitions: Definitions,
): ProfileNode {
  const name = raw.path.slice(raw.path.lastIndexOf('.') + 1);
  const base = raw['base'] as { path: string; min: number; max: string } | undefined;
  const types = typesIn(raw, name);
  const isSlice = raw.sliceName !== undefined;
  const max = raw.max === '*' ? Infinity : Number(raw.max);
  return {
    name: name.replace('[x]', ''),
    choice: name.endsWith('[x]'),
    sliceName: raw.sliceName,
    min: isSlice || !base || raw.min! > base.min ? raw.min! : 0,
    max: isSlice || raw.max !== base?.max ? max : Infinity,
    types,
    isOpen: name.endsWith('[x]') && types.length === typesAt(base?.path ?? raw.path, definitions),
    fixed: prefixed(raw, 'fixed'),
    pattern: prefixed(raw, 'pattern'),
    binding: bindingOf(raw),
    limits: limitsOf(raw),
    invariants: invariantsOf(raw, definition, known, definitions),
    slicing: (raw['slicing'] as Slicing | undefined) ?? implicitSlicing(name),
    children: [],
    slices: [],
    like: undefined,
  };
}

/** How many types an element has in the base definitions. */
function typesAt(path: string, definitions: Definitions): number | undefined {
  const [type = '', ...names] = path.replace('[x]', '').split('.');
  let element: Element | undefined;
  let children = definitions.type(type)?.children;
  for (const name of names) {
    element = children?.find(child => child.name === name);
    children = element?.children;
  }
  return element?.types.length;
}

/** The slice `valueQuantity` of `value[x]` is of this type alone, where it does not name one itself. */
function typesIn(raw: ElementDefinition, name: string): ElementType[] {
  const types = typesOf(raw);
  const own = types.filter(({ code }) => raw.sliceName?.toLowerCase() === name.replace('[x]', code).toLowerCase());
  return name.endsWith('[x]') && own.length > 0 ? own : types;
}

/** Where a profile does not say how slices differ: extensions by their url, choices by their type. */
function implicitSlicing(name: string): Slicing | undefined {
  const by = (type: Discriminator['type'], path: string): Slicing => ({
    discriminator: [{ type, path }],
    rules: 'open',
  });
  if (name === 'extension' || name === 'modifierExtension') return by('value', 'url');
  return name.endsWith('[x]') ? by('type', '$this') : undefined;
}

function limitsOf(raw: ElementDefinition): ValueLimits | undefined {
  const [min, max] = [prefixed(raw, 'minValue'), prefixed(raw, 'maxValue')];
  const maxLength = raw['maxLength'] as number | undefined;
  return min === undefined && max === undefined && maxLength === undefined ? undefined : { min, max, maxLength };
}

function prefixed(raw: ElementDefinition, prefix: string): Json | undefined {
  const name = Object.keys(raw).find(key => key.startsWith(prefix) && /[A-Z]/.test(key.charAt(prefix.length)));
  return name === undefined ? undefined : withNumbers(raw[name]!);
}

/** Adds to a profile's node what its base types do not check already. */
function invariantsOf(
  raw: ElementDefinition,
  definition: StructureDefinition,
  known: BaseRules,
  definitions: Definitions,
): Invariant[] {
  const added = ((raw['constraint'] as RawConstraint[] | undefined) ?? [])
    .filter(({ key, source, expression }) => {
      const isBase = source !== undefined && definitions.type(lastOf(source, '/')) !== undefined;
      return !isBase && !everywhere.has(key) && !known.get(key)?.has(expression);
    })
    .map(constraint => ({ ...constraint, source: definition.url }));
  const constraints = constraintsOf({ ...raw, constraint: added }, definition.url);
  return constraints.flatMap(constraint => compileInvariant(constraint, raw.path.replaceAll('[x]', ''), true) ?? []);
}

interface RawConstraint extends JsonObject {
  key: string;
  expression?: string;
  source?: string;
}

/** Repeated in snapshots on every element, in the words of one version or another. */
const everywhere = new Set(['ele-1', 'ext-1']);

/** The constraints of the base types: the expressions by key, since a guide may give a key another meaning. */
type BaseRules = ReadonlyMap<string, ReadonlySet<string | undefined>>;

/** The constraints of all types that the profile has elements of, with their parts and ancestors. */
function baseRules({ type, snapshot }: StructureDefinition, definitions: Definitions): BaseRules {
  const rules = new Map<string, Set<string>>();
  const add = ({ key, expression }: Constraint): void => {
    rules.set(key, (rules.get(key) ?? new Set()).add(expression));
  };
  const addAll = (elements: readonly Element[]): void => {
    for (const { constraints = [], children = [] } of elements) {
      constraints.forEach(add);
      addAll(children);
    }
  };
  const names = new Set([type, ...snapshot!.element.flatMap(raw => typesOf(raw).map(({ code }) => code))]);
  for (const name of names) {
    const base = definitions.type(name);
    if (!base) continue;
    base.constraints.forEach(add);
    addAll(base.children);
    if (base.base) names.add(base.base);
  }
  return rules;
}
