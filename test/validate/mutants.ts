/**
 * Instances made from the definitions, each with one element set, and ways to break that element. The element tables alone
 * are asked, not the validator: what must come of each mutant follows from the specification's tables.
 */
import type { Definitions, Element } from '../../src/definitions/definitions.js';
import type { Json, JsonObject, Resource } from '../../src/fhir/resource.js';
import { minimalOf, valueOf } from '../conformance/minimal.js';

/** One element in a resource that has it. */
export interface Place {
  readonly element: Element;
  /** Its FHIR type here. */
  readonly code: string;
  /** Its JSON property: `valueQuantity`. */
  readonly name: string;
  /** FHIRPath without indexes: `Patient.contact.name`. */
  readonly path: string;
  /** A fresh instance, with the object that holds the property. */
  make(): { resource: Resource; holder: JsonObject };
}

export interface Mutant {
  readonly kind: string;
  readonly path: string;
  /** What a server answers: 400 for what cannot be understood, 422 for a broken rule. */
  readonly status: 400 | 422;
  readonly resource: Resource;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const nameFor = (element: Element, code: string): string =>
  element.choice ? element.name + capitalized(code) : element.name;
const isList = ({ max }: Element): boolean => max === '*' || max > 1;
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every element of a resource type that is defined in it (not in its data types), once for each of its types. */
export function placesOf(type: string, definitions: Definitions): Place[] {
  const make = (): { resource: Resource; holder: JsonObject } => {
    const resource = minimalOf(type, definitions);
    return { resource, holder: resource };
  };
  return below(definitions.elements(type), type, make, definitions);
}

/** Every element of a data type, in an extension of a Basic resource. */
export function placesInType(type: string, definitions: Definitions): Place[] {
  const element = definitions.elements('Extension').find(({ name }) => name === 'value')!;
  const make = (): { resource: Resource; holder: JsonObject } => {
    const holder = valueOf(element, type, definitions) as JsonObject;
    const extension = [{ url: 'urn:example:extension', [`value${type}`]: holder }];
    return { resource: { ...minimalOf('Basic', definitions), extension }, holder };
  };
  return below(definitions.elements(type), 'Basic.extension.value', make, definitions);
}

function below(elements: readonly Element[], path: string, make: Place['make'], definitions: Definitions): Place[] {
  return elements
    .filter(({ name, xml }) => !['contained', 'extension', 'modifierExtension', 'id'].includes(name) && !xml)
    .flatMap(element => {
      if (element.contentReference) return [];
      return element.types
        .filter(({ code }) => code !== 'Resource')
        .flatMap(({ code }) => placeAndBelow(element, code, path, make, definitions));
    });
}

function placeAndBelow(
  element: Element,
  code: string,
  parent: string,
  makeParent: Place['make'],
  definitions: Definitions,
): Place[] {
  const name = nameFor(element, code);
  const path = `${parent}.${element.name}`;
  const make: Place['make'] = () => {
    const made = makeParent();
    for (const other of element.choice ? element.types : []) {
      Reflect.deleteProperty(made.holder, nameFor(element, other.code));
    }
    const value = valueOf(element, code, definitions);
    made.holder[name] = isList(element) ? [value] : value;
    return made;
  };
  const own: Place = { element, code, name, path, make };
  if (!element.children) return [own];
  const inner: Place['make'] = () => {
    const { resource, holder } = make();
    const value = holder[name]!;
    return { resource, holder: (Array.isArray(value) ? value[0] : value) as JsonObject };
  };
  return [own, ...below(element.children, path, inner, definitions)];
}

type Change = (holder: JsonObject, place: Place, definitions: Definitions) => boolean;

const put = (holder: JsonObject, name: string, value: Json): true => {
  holder[name] = value;
  return true;
};
const first = ({ name }: Place, holder: JsonObject): Json => {
  const value = holder[name]!;
  return Array.isArray(value) ? value[0]! : value;
};
const putFirst = (place: Place, holder: JsonObject, value: Json): true =>
  put(holder, place.name, isList(place.element) ? [value] : value);

/** Adds to the value where it is an object. */
const extend = (place: Place, holder: JsonObject, more: JsonObject): boolean => {
  const value = first(place, holder);
  return isObject(value) && putFirst(place, holder, { ...value, ...more });
};

const bad: Readonly<Record<string, Json>> = {
  ...{ base64Binary: 'a=bc', boolean: 'true', canonical: 'has space', code: 'a  b', date: '2020-02-30' },
  ...{ dateTime: '2020-01-01T10:00', decimal: '1.5', id: 'under_score', instant: '2020-01-01', integer: 1.5 },
  ...{ markdown: '', oid: '1.2.3', positiveInt: 0, string: '', time: '24:00:00', unsignedInt: -1, uri: 'has space' },
  ...{ url: 'has space', uuid: 'urn:uuid:123', xhtml: '' },
};
const wrongType = (value: Json): Json => (typeof value === 'string' ? 7 : 'x');

/** A type that is none of the targets. */
const wrongTarget = (targets: readonly string[]): string =>
  ['Basic', 'Slot', 'Linkage', 'Flag'].find(type => !targets.some(url => url.endsWith(`/${type}`)))!;

/** What cannot be understood, element by element: answered with 400. */
const malformed: Readonly<Record<string, Change>> = {
  'wrong-json-type': (holder, place) => putFirst(place, holder, wrongType(first(place, holder))),
  'array-or-single': (holder, place) => {
    const value = first(place, holder);
    return put(holder, place.name, isList(place.element) ? value : [value]);
  },
  'empty-array': (holder, { element, name }) => isList(element) && put(holder, name, []),
  'null-in-array': (holder, { element, name }) =>
    isList(element) && put(holder, name, [holder[name] as Json, null].flat()),
  null: (holder, { name }) => put(holder, name, null),
  'empty-object': (holder, place) => isObject(first(place, holder)) && putFirst(place, holder, {}),
  'unknown-element': (holder, place) => extend(place, holder, { zzz: 1 }),
  'bad-primitive': (holder, place) => place.code in bad && putFirst(place, holder, bad[place.code]!),
  'control-character': (holder, place) =>
    ['string', 'markdown'].includes(place.code) && putFirst(place, holder, 'a\u0007'),
  'twin-empty': (holder, { code, name }) => code in bad && put(holder, `_${name}`, {}),
  'twin-of-complex': (holder, place) => isObject(first(place, holder)) && put(holder, `_${place.name}`, { id: 'a' }),
  'choice-not-allowed': (holder, { element, name }) =>
    element.choice === true &&
    !element.types.some(({ code }) => code === 'Expression') &&
    Reflect.deleteProperty(holder, name) &&
    put(holder, `${element.name}Expression`, { language: 'text/cql', expression: 'x' }),
  'two-choices': (holder, { element, code }, definitions) => {
    const other = element.choice && element.types.find(type => type.code !== code)?.code;
    return other ? put(holder, nameFor(element, other), valueOf(element, other, definitions)) : false;
  },
  'malformed-reference': (holder, place) =>
    place.code === 'Reference' && putFirst(place, holder, { reference: 'not a reference' }),
  'extension-relative-url': (holder, place) =>
    extend(place, holder, { extension: [{ url: 'relative', valueString: 'x' }] }),
};

/** What breaks a rule: answered with 422. */
const broken: Readonly<Record<string, Change>> = {
  'required-removed': (holder, { element, name }) =>
    element.min > 0 && Object.keys(holder).length > 1 && Reflect.deleteProperty(holder, name),
  'code-not-in-required-set': (holder, place, definitions) => {
    const { binding } = place.element;
    if (binding?.strength !== 'required' || !definitions.expansion(binding.valueSet)) return false;
    const coding = { system: 'urn:example:other', code: 'zzz-bogus' };
    if (place.code === 'code') return putFirst(place, holder, coding.code);
    if (place.code === 'Coding') return putFirst(place, holder, coding);
    return place.code === 'CodeableConcept' && putFirst(place, holder, { coding: [coding] });
  },
  'reference-to-wrong-type': (holder, place) => {
    const targets = place.element.types.find(({ code }) => code === 'Reference')?.targets;
    if (place.code !== 'Reference' || !targets || targets.some(url => url.endsWith('/Resource'))) return false;
    return putFirst(place, holder, { reference: `${wrongTarget(targets)}/1` });
  },
  'reference-to-nothing-contained': (holder, place) =>
    place.code === 'Reference' && putFirst(place, holder, { reference: '#nowhere' }),
  'too-many': (holder, place) => {
    const { max } = place.element;
    return typeof max === 'number' && max > 1 && put(holder, place.name, Array(max + 1).fill(first(place, holder)));
  },
  'extension-without-content': (holder, place) => extend(place, holder, { extension: [{ url: 'urn:example:x' }] }),
  'extension-with-both': (holder, place) => {
    const extension = [{ url: 'urn:x:y', valueString: 'x', extension: [{ url: 'urn:x:z', valueString: 'y' }] }];
    // The text that stands for a reference there is none.
    if (!(place.code in bad) || place.element.path === 'Reference.reference') return false;
    return put(holder, `_${place.name}`, isList(place.element) ? [{ extension }] : { extension });
  },
};

/** Every mutant of an element; each breaks one thing. */
export function* mutantsOf(place: Place, definitions: Definitions): Generator<Mutant> {
  for (const [status, changes] of [[400, malformed] as const, [422, broken] as const]) {
    for (const [kind, change] of Object.entries(changes)) {
      const { resource, holder } = place.make();
      if (change(holder, place, definitions)) yield { kind, path: place.path, status, resource };
    }
  }
}
