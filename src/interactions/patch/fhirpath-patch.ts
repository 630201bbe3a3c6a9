/** FHIRPath Patch. https://hl7.org/fhir/R4/fhirpatch.html */
import type { Definitions } from '../../definitions/definitions.js';
import { Fault } from '../../fhir/fault.js';
import { parameterValue } from '../../fhir/parameters.js';
import { isObject, type Json, type JsonObject, type Resource } from '../../fhir/resource.js';
import { createBreather } from '../../runtime/breather.js';
import { withoutEmptied } from './emptied.js';
import { elementAt, locate, propertyOf, type ElementInfo, type Place } from './place.js';

const MAX_OPERATIONS = 500;
/** Operations times characters of the resource: each operation reads the whole resource. */
const MAX_WORK = 5_000_000;

interface Operation {
  type: string;
  path: string;
  name?: string;
  value?: Value;
  index?: number;
  source?: number;
  destination?: number;
}

/** A value and its type; the type is `part` for an anonymous type, whose elements come as one parameter each. */
interface Value {
  type: string;
  value: Json;
}

/** Applies all operations to this resource (which is changed). Faults: `invalid` for a bad patch, `too-costly`, `unprocessable` where it does not fit. */
export async function applyFhirPathPatch(
  resource: Resource,
  patch: Resource,
  definitions: Definitions,
): Promise<Resource> {
  const operations = (patch['parameter'] ?? []) as JsonObject[];
  if (operations.length > MAX_OPERATIONS) {
    throw new Fault('invalid', `A FHIRPath Patch has ${MAX_OPERATIONS} operations at most.`, { code: 'structure' });
  }
  if (operations.length * JSON.stringify(resource).length > MAX_WORK) {
    throw new Fault('too-costly', 'This patch has too many operations for so large a resource.');
  }
  const breathe = createBreather();
  for (const [index, operation] of operations.map(parsed).entries()) {
    const apply = APPLY[operation.type];
    if (!apply) throw bad(index, 'its type must be add, insert, delete, replace or move');
    apply(operation, { resource, definitions, index });
    await breathe();
  }
  return withoutEmptied(resource);
}

function parsed(parameter: JsonObject, index: number): Operation {
  if (parameter['name'] !== 'operation') throw bad(index, 'each parameter must be named operation');
  const operation: Operation = { type: '', path: '' };
  for (const part of (parameter['part'] ?? []) as JsonObject[]) readPart(operation, part, index);
  if (operation.path === '') throw bad(index, 'it has no path');
  return operation;
}

const NUMBERS = ['index', 'source', 'destination'] as const;

function readPart(operation: Operation, part: JsonObject, index: number): void {
  const { name, type, value } = parameterValue(part);
  const number = NUMBERS.find(known => known === name);
  if (name === 'type' || name === 'path' || name === 'name') {
    if (typeof value !== 'string' || value === '') throw bad(index, `its ${name} must be text`);
    operation[name] = value;
  } else if (number) {
    if (typeof value !== 'number' || value < 0) throw bad(index, `its ${name} must be a whole number`);
    operation[number] = value;
  } else if (name === 'value') {
    if (value === undefined) throw bad(index, 'its value is empty');
    operation.value = { type: type ?? '', value };
  } else {
    throw bad(index, 'it has a part that no patch has');
  }
}

interface Target {
  resource: Resource;
  definitions: Definitions;
  index: number;
}

const APPLY: Record<string, (operation: Operation, target: Target) => void> = {
  add,
  insert,
  delete: remove,
  replace,
  move,
};

function add({ path, name, value }: Operation, target: Target): void {
  if (name === undefined || value === undefined) throw bad(target.index, 'add needs a name and a value');
  const parent = only(path, target);
  const object = parent.value;
  if (!isObject(object) || 'rawJSON' in object) throw misfit(target.index); // a decimal has rawJSON and is no object
  const element = elementAt(target.definitions, { type: parent.type, keys: [...parent.keys, name] });
  if (!element) throw bad(target.index, 'there is no element of this name');
  const key = propertyOf(element, value.type);
  const before = object[key];
  if (element.max === 1) {
    if (before !== undefined) throw misfit(target.index);
    object[key] = shaped(value, element, target);
  } else {
    object[key] = [...((before ?? []) as Json[]), shaped(value, element, target)];
    siblingOf({ owner: object, name: key })?.push(null);
  }
}

/** The sibling of a list of primitives (`_given` of `given`), which holds their extensions: both change together. https://hl7.org/fhir/R4/json.html#primitive */
function siblingOf(list: Place['list']): Json[] | undefined {
  const sibling = list?.owner[`_${list.name}`];
  return Array.isArray(sibling) ? sibling : undefined;
}

/** The value as JSON. Each part of a `part` goes under the name of its element, into a list if the element repeats. */
function shaped({ type, value }: Value, element: ElementInfo | undefined, target: Target): Json {
  if (type !== 'part') return value;
  const object: JsonObject = {};
  for (const part of value as JsonObject[]) {
    const { name, type: partType = '', value: inner } = parameterValue(part);
    if (inner === undefined) continue;
    const child = element?.child(name);
    if (!child) throw bad(target.index, 'its value has a part that names no element');
    const key = propertyOf(child, partType);
    const before = object[key];
    const one = shaped({ type: partType, value: inner }, child, target);
    if (child.max === 1 && before !== undefined) throw bad(target.index, 'its value has a part more often than it may');
    object[key] = child.max === 1 ? one : [...((before ?? []) as Json[]), one];
  }
  return object;
}

function insert({ path, index: at, value }: Operation, target: Target): void {
  if (at === undefined || value === undefined) throw bad(target.index, 'insert needs an index and a value');
  const { list, sibling, element } = collection(path, target);
  if (at > list.length) throw misfit(target.index);
  list.splice(at, 0, shaped(value, element, target));
  sibling?.splice(at, 0, null);
}

function remove({ path }: Operation, target: Target): void {
  const places = locate(target.resource, path, target.definitions);
  if (places.length > 1) throw misfit(target.index);
  const [place] = places;
  if (!place) return;
  const { holder, key } = held(place, target);
  if (Array.isArray(holder)) {
    holder.splice(Number(key), 1);
    siblingOf(place.list)?.splice(Number(key), 1);
    dropEmptySibling(place);
  } else {
    Reflect.deleteProperty(holder, key);
    Reflect.deleteProperty(holder, `_${key}`);
  }
}

/** FHIR has no list of nulls alone. */
function dropEmptySibling({ list }: Place): void {
  if (list && siblingOf(list)?.every(one => one === null)) Reflect.deleteProperty(list.owner, `_${list.name}`);
}

function replace({ path, value }: Operation, target: Target): void {
  if (value === undefined) throw bad(target.index, 'replace needs a value');
  const place = only(path, target);
  const { holder, key } = held(place, target);
  const element = elementAt(target.definitions, place);
  const name = element && !Array.isArray(holder) ? propertyOf(element, value.type) : key;
  // Of a choice the new type takes the place of the old one.
  if (name !== key) Reflect.deleteProperty(holder, key);
  Reflect.set(holder, name, shaped(value, element, target));
  // A replaced primitive loses its extensions.
  if (Array.isArray(holder)) siblingOf(place.list)?.splice(Number(key), 1, null);
  else Reflect.deleteProperty(holder, `_${key}`);
  dropEmptySibling(place);
}

function move({ path, source, destination }: Operation, target: Target): void {
  if (source === undefined || destination === undefined)
    throw bad(target.index, 'move needs a source and a destination');
  const { list, sibling } = collection(path, target);
  if (source >= list.length || destination >= list.length) throw misfit(target.index);
  const [moved] = list.splice(source, 1);
  list.splice(destination, 0, moved as Json);
  if (sibling) sibling.splice(destination, 0, sibling.splice(source, 1)[0] ?? null);
}

/** The list that a path without index names. */
function collection(path: string, target: Target) {
  const [place] = locate(target.resource, path, target.definitions);
  if (!place || !Array.isArray(place.holder)) throw misfit(target.index);
  return { list: place.holder, sibling: siblingOf(place.list), element: elementAt(target.definitions, place) };
}

function only(path: string, target: Target): Place {
  const places = locate(target.resource, path, target.definitions);
  if (places.length !== 1 || !places[0]) throw misfit(target.index);
  return places[0];
}

function held({ holder, key }: Place, { index }: Target): { holder: JsonObject | Json[]; key: string } {
  if (holder === undefined || key === undefined) throw misfit(index);
  return { holder, key };
}

const bad = (index: number, why: string): Fault =>
  new Fault('invalid', `Operation ${index} of the patch is not well-formed: ${why}.`, {
    code: 'structure',
    expression: `Parameters.parameter[${index}]`,
  });

const misfit = (index: number): Fault =>
  new Fault('unprocessable', `Operation ${index} of the patch does not fit the resource.`, {
    code: 'processing',
    expression: `Parameters.parameter[${index}]`,
  });
