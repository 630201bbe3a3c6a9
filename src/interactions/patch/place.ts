/**
 * Where a FHIRPath expression points in a resource's JSON. The part before the last name is evaluated by fhirpath, whose
 * objects are those of the resource itself; the last name and index are followed by hand, since primitives have no identity.
 */
import type { Definitions, Element } from '../../definitions/definitions.js';
import { Fault } from '../../fhir/fault.js';
import { compileOutside } from '../../fhir/fhirpath.js';
import { isObject, type Json, type JsonObject, type Resource } from '../../fhir/resource.js';
import { Steps } from '../../fhir/steps.js';

export interface Place {
  value: Json | undefined;
  /** Type of the innermost resource around the value, and the property names from that resource on, without indexes. */
  type: string;
  keys: string[];
  /** The object or list that holds the value, and its name or index there; absent for the resource itself. */
  holder?: JsonObject | Json[];
  key?: string;
  /** The property that an array holder is the value of. */
  list?: { owner: JsonObject; name: string };
}

/** Characters of the longest expression taken. */
const MAX_LENGTH = 500;
const LAST = /^(?:(.*)\.)?([a-z][A-Za-z0-9]*)(?:\[(\d{1,6})\])?$/s;
/** `x.ofType(T)`, `x.as(T)`, `(x as T)`: a choice of this type. */
const TYPED = /^(?:(.*)\.(?:ofType|as)\((?:FHIR\.)?(\w+)\)|\((.*) as (?:FHIR\.)?(\w+)\))$/s;
/** Functions that find places in little time. Others run the client's own patterns, or let texts and lists grow. */
const FUNCTIONS = new Set(
  (
    'where exists empty all not count first last tail skip take single ofType as is extension hasValue contains startsWith ' +
    'endsWith lower upper length select children distinct isDistinct union combine intersect exclude'
  ).split(' '),
);
/** May stand before a parenthesis. */
const OPERATORS = new Set(['and', 'or', 'xor', 'implies', 'in', 'div', 'mod']);
/** A text; a name in back quotes; and what a patch does not need: a comment, a quoted name that is no word, a variable. */
const QUOTED = /('(?:[^'\\]|\\.)*')|`(\w+)`|(\/[/*]|`|%)/g;

/** All places that the path names; [] for none. Faults: `invalid` for a path that does not parse, `too-costly`, `unprocessable`. */
export function locate(resource: Resource, path: string, definitions: Definitions): Place[] {
  if (path.length > MAX_LENGTH || isCostly(path)) {
    throw new Fault('too-costly', 'A path of the patch is too long, or calls a function that is not allowed here.');
  }
  return follow(path, readable(resource), definitions);
}

function follow(path: string, resource: Readable, definitions: Definitions): Place[] {
  // `div` is an operator of FHIRPath, and the name of the element that holds the narrative.
  const values = evaluate(resource, path.replace(/\.div$/, '.`div`'));
  const places = placesOf(values, resource);
  if (places.length > 0) return places;
  const named = typed(path, resource, definitions) ?? lastOf(path, resource, definitions);
  // The path has a value: an answer that it names no place would be wrong.
  if (named.length === 0 && values.length > 0) {
    throw new Fault(
      'unprocessable',
      'A path of the patch leads to a value by a function: name it by element and index.',
      {
        code: 'not-supported',
      },
    );
  }
  return named;
}

function typed(path: string, resource: Readable, definitions: Definitions): Place[] | undefined {
  const [, before, type, inner = before, innerType = type] = TYPED.exec(path) ?? [];
  if (inner === undefined || innerType === undefined) return undefined;
  return follow(inner, resource, definitions).filter(place => {
    const element = elementAt(definitions, place);
    return element?.choice === true && place.keys.at(-1) === propertyOf(element, innerType);
  });
}

function lastOf(path: string, resource: Readable, definitions: Definitions): Place[] {
  const last = LAST.exec(path);
  if (!last) return [];
  const [, parentPath, name = '', index] = last;
  const parents = parentPath === undefined ? [resource.copy] : evaluate(resource, parentPath);
  return placesOf(parents, resource).flatMap(parent => children(parent, name, index, definitions));
}

function isCostly(path: string): boolean {
  if ([...path.matchAll(QUOTED)].some(([, , , odd]) => odd !== undefined)) return true;
  const words = path.replace(QUOTED, (_all, _text, name: string | undefined) => name ?? "''");
  return [...words.matchAll(/(\w+)\s*\(/g)].some(([, name = '']) => !FUNCTIONS.has(name) && !OPERATORS.has(name));
}

function evaluate({ copy, steps }: Readable, path: string): unknown[] {
  try {
    const compiled = compileOutside(path, steps, { allows: () => true });
    if (compiled) return compiled(copy, {}, steps);
  } catch (error) {
    if (error instanceof Fault) throw error;
  }
  throw new Fault('invalid', 'A path of the patch is not well-formed FHIRPath.', { code: 'value' });
}

/** A resource with plain numbers, as the engine takes it, and the place of each of its objects in the original. */
interface Readable {
  copy: JsonObject;
  places: Map<object, Place>;
  /** For all expressions of one operation. */
  steps: Steps;
}

const placesOf = (values: readonly unknown[], { places }: Readable): Place[] =>
  values.flatMap(value => (isObject(value) ? (places.get(value) ?? []) : []));

function readable(resource: Resource): Readable {
  const places = new Map<object, Place>();
  const copied = (value: Json | undefined, place: Omit<Place, 'value'>): Json | undefined => {
    if (!isObject(value)) return value;
    if (typeof value['rawJSON'] === 'string') return Number(value['rawJSON']);
    const { resourceType } = value;
    const at = typeof resourceType === 'string' ? { ...place, type: resourceType, keys: [] } : place;
    const copy: JsonObject = {};
    places.set(copy, { ...at, value });
    for (const [name, one] of Object.entries(value)) copy[name] = property(value, name, one, at);
    return copy;
  };
  const property = (owner: JsonObject, name: string, value: Json | undefined, { type, keys }: Omit<Place, 'value'>) => {
    const below = { type, keys: [...keys, name] };
    if (!Array.isArray(value)) return copied(value, { ...below, holder: owner, key: name });
    return value.map((one, at) =>
      copied(one, { ...below, holder: value, key: String(at), list: { owner, name } }),
    ) as Json[];
  };
  const { resourceType: type } = resource;
  return { copy: copied(resource, { type, keys: [] }) as JsonObject, places, steps: new Steps() };
}

function children(parent: Place, name: string, index: string | undefined, definitions: Definitions): Place[] {
  const owner = parent.value as JsonObject;
  const property = Object.hasOwn(owner, name) ? name : choiceIn(owner, name, parent, definitions);
  if (property === undefined) return [];
  const value = owner[property];
  const at = { type: parent.type, keys: [...parent.keys, property] };
  if (!Array.isArray(value))
    return index === undefined || index === '0' ? [{ ...at, value, holder: owner, key: property }] : [];
  const list = { owner, name: property };
  const all = value.map((one, key) => ({ ...at, value: one, holder: value, key: String(key), list }));
  return index === undefined ? all : all.slice(Number(index), Number(index) + 1);
}

/** FHIRPath says `value` where JSON says `valueQuantity`. */
function choiceIn(owner: JsonObject, name: string, parent: Place, definitions: Definitions): string | undefined {
  const element = elementAt(definitions, { type: parent.type, keys: [...parent.keys, name] });
  return element?.choice ? Object.keys(owner).find(key => element.variants.has(key)) : undefined;
}

export interface ElementInfo {
  name: string;
  max: number | '*';
  choice: boolean;
  /** JSON names of a choice. */
  variants: ReadonlySet<string>;
  /** The element of this name within it. */
  child: (name: string) => ElementInfo | undefined;
}

/** The definition of the element at these property names of a resource; undefined if there is no such element. */
export function elementAt(
  definitions: Definitions,
  { type, keys: [first = '', ...further] }: Pick<Place, 'type' | 'keys'>,
): ElementInfo | undefined {
  const start = infoOf(definitions, definitions.elements(type), first);
  return further.reduce<ElementInfo | undefined>((element, key) => element?.child(key), start);
}

function infoOf(definitions: Definitions, elements: readonly Element[], key: string): ElementInfo | undefined {
  const element = elements.find(one => one.name === key || (one.choice === true && variantsOf(one).has(key)));
  if (!element) return undefined;
  return {
    name: element.name,
    max: element.max,
    choice: element.choice === true,
    variants: variantsOf(element),
    child: name => infoOf(definitions, childrenFor(definitions, element, key), name),
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
