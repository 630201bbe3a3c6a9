/**
 * Element tables → what the walk needs at each object: a slot for every JSON property, and the elements that must be there.
 * Compiled when a type is first met.
 */
import type { Constraint, Definitions, Element, ElementType } from '../definitions/definitions.js';
import type { Owner } from './context.js';
import { compileInvariant, type Invariant } from './invariant.js';
import { hasTwin, propertyName } from './schema.js';

/** One JSON property of an object. */
export interface Slot {
  readonly element: Element;
  /** The FHIR type of its value. */
  readonly type: string;
  /** This is `_name`, which stands beside the primitive `name`. */
  readonly twin: boolean;
  readonly invariants: readonly Invariant[];
  /** Types that a Reference may point to; undefined = any. */
  readonly targets: ReadonlySet<string> | undefined;
  /** A profile that the base type asks of the value: SimpleQuantity. */
  readonly profile: string | undefined;
  /** How definitions of extensions name it. */
  readonly owner: Owner;
  /** What the value consists of; undefined for primitives and resources. */
  content(): ObjectRules | undefined;
}

export interface ObjectRules {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly required: readonly Element[];
  readonly invariants: readonly Invariant[];
}

export interface TypeRules {
  /** The rules of a base type. */
  of(type: string): ObjectRules;
}

const targetPrefix = 'http://hl7.org/fhir/StructureDefinition/';

/** Rules by type, each compiled once. */
export function compileTypes(definitions: Definitions): TypeRules {
  const byType = new Map<string, ObjectRules>();
  const byPath = new Map<string, ObjectRules>();

  const rulesOf = (name: string): ObjectRules => {
    let rules = byType.get(name);
    if (!rules) {
      rules = objectRules(definitions.elements(name), compileAll(inherited(name, definitions), name));
      byType.set(name, rules);
    }
    return rules;
  };
  const partOf = (path: string, elements: readonly Element[]): ObjectRules => {
    const rules = byPath.get(path) ?? objectRules(elements, []);
    byPath.set(path, rules);
    return rules;
  };
  const contentOf = (element: Element, type: string): ObjectRules | undefined => {
    if (element.contentReference) return partOf(element.contentReference, definitions.childrenOf(element));
    if (element.children) return partOf(element.path, element.children);
    return definitions.type(type)?.kind === 'complex' ? rulesOf(type) : undefined;
  };
  const slotsOf = (element: Element): [string, Slot][] => {
    const invariants = compileAll(element.constraints ?? [], element.path);
    const types: ElementType[] = element.contentReference ? [{ code: 'BackboneElement' }] : element.types;
    return types.flatMap((elementType): [string, Slot][] => {
      const { code: type } = elementType;
      const name = propertyName(element, type);
      const targets = targetsOf(elementType.targets);
      const profile = elementType.profiles?.[0];
      const slot = {
        element,
        type,
        twin: false,
        invariants,
        targets,
        profile,
        owner: { path: element.contentReference ?? element.path, type },
        content: () => contentOf(element, type),
      };
      if (!hasTwin(element, type)) return [[name, slot]];
      const twin = { ...slot, twin: true, invariants: [], content: () => rulesOf('Element') };
      return [
        [name, slot],
        [`_${name}`, twin],
      ];
    });
  };
  const objectRules = (elements: readonly Element[], invariants: readonly Invariant[]): ObjectRules => ({
    slots: new Map(elements.flatMap(slotsOf)),
    required: elements.filter(({ min }) => min > 0),
    invariants,
  });
  return { of: rulesOf };
}

/** The constraints of a type and of all it is derived from. */
function inherited(name: string, definitions: Definitions): Constraint[] {
  const type = definitions.type(name);
  if (!type) return [];
  return [...(type.base ? inherited(type.base, definitions) : []), ...type.constraints];
}

const compileAll = (constraints: readonly Constraint[], base: string): Invariant[] =>
  constraints.flatMap(constraint => compileInvariant(constraint, base) ?? []);

function targetsOf(targets: readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (!targets || targets.includes(`${targetPrefix}Resource`)) return undefined;
  return new Set(targets.map(url => url.slice(targetPrefix.length)));
}
