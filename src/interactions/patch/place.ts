/**
 * Where a FHIRPath expression points in a resource's JSON. The part before the last name is evaluated by fhirpath, whose
 * objects are those of the resource itself; the last name and index are followed by hand, since primitives have no identity.
 */
import type { Definitions, Element } from '../../definitions/definitions.js';
import { Fault } from '../../fhir/fault.js';
import { compileFhirPath } from '../../fhir/fhirpath.js';
import type { Json, JsonObject, Resource } from '../../fhir/resource.js';

export interface Place {
  value: Json | undefined;
  /** Property names from the resource down, without indexes. */
  keys: string[];
  /** What holds the value, and under which name or index; absent for the resource itself. */
  holder?: JsonObject | Json[];
  key?: string;
  /** The property that an array holder is the value of. */
  list?: { owner: JsonObject; name: string };
}

/** Longest expression taken; none is long that a client writes by hand. */
const MAX_LENGTH = 500;
const LAST = /^(.*)\.([a-z][A-Za-z0-9]*)(?:\[(\d{1,6})\])?$/s;
/** What finds places, and takes little time for it: others run patterns from outside, or let texts and lists grow. */
const FUNCTIONS = new Set(
  (
    'where exists empty all not count first last tail skip take single ofType as is extension hasValue contains startsWith ' +
    'endsWith lower upper length select children distinct isDistinct union combine intersect exclude'
  ).split(' '),
);
/** May stand before a parenthesis. */
const OPERATORS = new Set(['and', 'or', 'xor', 'implies', 'in', 'div', 'mod']);
/** A text, a name in back quotes, or what is nobody's need here: a comment, a quoted name that is no word, a variable. */
const QUOTED = /('(?:[^'\\]|\\.)*')|`(\w+)`|(\/[/*]|`|%)/g;

/** All places the path names; [] for none. Faults: `invalid` for a path that does not parse, `too-costly`. */
export function locate(resource: Resource, path: string, definitions: Definitions): Place[] {
  if (path.length > MAX_LENGTH || isCostly(path)) {
    throw new Fault('too-costly', 'A path of the patch is too long, or calls a function that is not allowed here.');
  }
  const last = LAST.exec(path);
  const objects = places(resource);
  const known = evaluate(resource, path).flatMap(value => (isObject(value) ? (objects.get(value) ?? []) : []));
  if (known.length > 0 || !last) return known;
  const [, parentPath = '', name = '', index] = last;
  const parents = evaluate(resource, parentPath).flatMap(value => (isObject(value) ? (objects.get(value) ?? []) : []));
  return parents.flatMap(parent => children(parent, name, index, resource, definitions));
}

function isCostly(path: string): boolean {
  if ([...path.matchAll(QUOTED)].some(([, , , odd]) => odd !== undefined)) return true;
  const words = path.replace(QUOTED, (_all, _text, name: string | undefined) => name ?? "''");
  return [...words.matchAll(/(\w+)\s*\(/g)].some(([, name = '']) => !FUNCTIONS.has(name) && !OPERATORS.has(name));
}

function evaluate(resource: Resource, path: string): unknown[] {
  try {
    return compileFhirPath(path)(resource, {});
  } catch {
    throw new Fault('invalid', 'A path of the patch is not well-formed FHIRPath.', { code: 'value' });
  }
}

/** Every object of the resource by identity. */
function places(resource: Resource): Map<object, Place> {
  const found = new Map<object, Place>([[resource, { value: resource, keys: [] }]]);
  const walk = (owner: JsonObject, keys: string[]): void => {
    for (const [name, value] of Object.entries(owner)) {
      const below = [...keys, name];
      const each = (one: Json | undefined, holder: JsonObject | Json[], key: string): void => {
        if (!isObject(one)) return;
        const list = Array.isArray(holder) ? { list: { owner, name } } : {};
        found.set(one, { value: one, keys: below, holder, key, ...list });
        walk(one, below);
      };
      if (Array.isArray(value))
        value.forEach((one, index) => {
          each(one, value, String(index));
        });
      else each(value, owner, name);
    }
  };
  walk(resource, []);
  return found;
}

function children(
  parent: Place,
  name: string,
  index: string | undefined,
  resource: Resource,
  definitions: Definitions,
): Place[] {
  const owner = parent.value as JsonObject;
  const property = Object.hasOwn(owner, name) ? name : choiceIn(owner, name, parent, resource, definitions);
  if (property === undefined) return [];
  const value = owner[property];
  const keys = [...parent.keys, property];
  if (!Array.isArray(value))
    return index === undefined || index === '0' ? [{ value, keys, holder: owner, key: property }] : [];
  const list = { owner, name: property };
  const all = value.map((one, at) => ({ value: one, keys, holder: value, key: String(at), list }));
  return index === undefined ? all : all.slice(Number(index), Number(index) + 1);
}

/** FHIRPath says `value` where JSON says `valueQuantity`. */
function choiceIn(
  owner: JsonObject,
  name: string,
  parent: Place,
  resource: Resource,
  definitions: Definitions,
): string | undefined {
  const element = elementAt(definitions, resource.resourceType, [...parent.keys, name]);
  return element?.choice ? Object.keys(owner).find(key => element.variants.has(key)) : undefined;
}

export interface ElementInfo {
  name: string;
  max: number | '*';
  choice: boolean;
  /** JSON names of a choice. */
  variants: ReadonlySet<string>;
  /** Whether a child of it repeats. */
  repeats: (name: string) => boolean;
}

/** The definition of the element at these property names; undefined if there is no such element. */
export function elementAt(definitions: Definitions, type: string, keys: readonly string[]): ElementInfo | undefined {
  let elements = definitions.elements(type);
  let element: Element | undefined;
  for (const key of keys) {
    element = elements.find(one => one.name === key || (one.choice === true && variantsOf(one).has(key)));
    if (!element) return undefined;
    elements = childrenFor(definitions, element, key);
  }
  if (!element) return undefined;
  const below = elements;
  return {
    name: element.name,
    max: element.max,
    choice: element.choice === true,
    variants: variantsOf(element),
    repeats: name => below.find(one => one.name === name)?.max === '*',
  };
}

function childrenFor(definitions: Definitions, element: Element, key: string): readonly Element[] {
  if (element.choice !== true) return definitions.childrenOf(element);
  const chosen = element.types.find(({ code }) => element.name + capital(code) === key);
  return chosen ? definitions.elements(chosen.code) : [];
}

const variantsOf = (element: Element): Set<string> =>
  new Set(element.choice === true ? element.types.map(({ code }) => element.name + capital(code)) : []);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The JSON name under which a value of this type goes. */
export const propertyOf = (element: ElementInfo, type: string): string =>
  element.choice ? element.name + capital(type) : element.name;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
