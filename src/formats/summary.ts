/** `_summary` and `_elements`: parts of a resource. https://hl7.org/fhir/R4/search.html#summary */
import type { Definitions, Element } from '../definitions/definitions.js';
import { ELEMENT_NAME, elementName } from '../fhir/element-name.js';
import { Fault } from '../fhir/fault.js';
import type { Query } from '../fhir/request.js';
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import { subsetted } from '../fhir/subsetted.js';

export type Summary = 'true' | 'text' | 'data' | 'count' | 'false';

export interface View {
  summary?: Summary;
  /** Top-level element names, without the type: `name`, `birthDate`; of a choice `value`, or one of its types: `valueQuantity`. */
  elements?: readonly string[];
}

/** The parameters of an answer's form: those that a request which is no search takes. */
export const VIEW: ReadonlySet<string> = new Set(['_format', '_pretty', '_summary', '_elements']);

/** A parameter that nothing reads is refused, since the answer would be another than the one asked for. */
export const unknownParameter = (): Fault =>
  new Fault('invalid', `This request takes no parameter but ${[...VIEW].join(', ')}.`, { code: 'not-supported' });

const summaries: readonly string[] = ['true', 'text', 'data', 'count', 'false'] satisfies Summary[];

/** The view that a query names by `_summary` and `_elements`; undefined for whole resources. Fault `invalid` for an unknown value. */
export function parseView(query: Query): View | undefined {
  const summary = query.find(([name]) => name === '_summary')?.[1];
  const elements = query.filter(([name]) => name === '_elements').flatMap(([, value]) => value.split(','));
  if (summary !== undefined && !summaries.includes(summary)) {
    throw new Fault('invalid', `_summary must be one of ${summaries.join(', ')}.`, { code: 'value' });
  }
  if (elements.some(name => !ELEMENT_NAME.test(name))) {
    throw new Fault('invalid', '_elements must be a list of names of elements, parted by commas.', { code: 'value' });
  }
  if (elements.length > 0) return { elements: elements.map(elementName) };
  return summary === undefined || summary === 'false' ? undefined : { summary: summary as Summary };
}

/** Whether `_elements` may name this of a resource type: an element by its own name, or a choice by that of one of its types. */
export function isElement(definitions: Definitions, type: string, name: string): boolean {
  if (always.has(name)) return definitions.isResourceType(type);
  const element = elementOf(definitions.elements(type), name);
  if (!element || element.name === name) return element !== undefined;
  return element.types.some(({ code }) => element.name + code.charAt(0).toUpperCase() + code.slice(1) === name);
}

/** Fault `invalid` for an element that none of these types has. */
export function assertElements(definitions: Definitions, { elements = [] }: View, types: readonly string[]): void {
  if (elements.every(name => types.some(type => isElement(definitions, type, name)))) return;
  throw new Fault('invalid', '_elements names an element that is not known here.', { code: 'not-supported' });
}

/** Keeps an element, by its name in JSON, so far below the type. */
type Keep = (element: Element, depth: number, name: string) => boolean;

const mandatory = (element: Element): boolean => element.min > 0;

/** Elements that every view keeps: they identify the resource. */
const always = new Set(['resourceType', 'id', 'meta', 'implicitRules']);

function keepOf({ summary, elements }: View): Keep | undefined {
  if (elements && elements.length > 0) {
    const named = new Set(elements);
    return (element, depth, name) => depth > 0 || named.has(element.name) || named.has(name) || mandatory(element);
  }
  if (summary === 'true') return element => element.summary === true || mandatory(element);
  if (summary === 'text') return (element, depth) => depth > 0 || element.name === 'text' || mandatory(element);
  if (summary === 'data') return (element, depth) => depth > 0 || element.name !== 'text';
  return undefined;
}

/**
 * The part of a resource that a view shows, tagged SUBSETTED; the resource itself where it shows all. Bundles and
 * Parameters stay whole: their entries are projected one by one. The resource given is not changed.
 */
export function project(resource: Resource, view: View, definitions: Definitions): Resource {
  const keep = keepOf(view);
  if (!keep || resource.resourceType === 'Bundle' || resource.resourceType === 'Parameters') return resource;
  const part = partOf(resource, definitions.elements(resource.resourceType), keep, definitions, 0);
  return { ...part, resourceType: resource.resourceType, meta: subsetted(resource) };
}

function partOf(
  object: JsonObject,
  children: readonly Element[],
  keep: Keep,
  definitions: Definitions,
  depth: number,
): JsonObject {
  const part: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    if (depth === 0 && always.has(name)) {
      part[name] = value;
      continue;
    }
    const plain = name.startsWith('_') ? name.slice(1) : name;
    const element = elementOf(children, plain);
    if (element && keep(element, depth, plain)) part[name] = inner(value, element, keep, definitions, depth + 1);
  }
  return part;
}

/** Of elements defined in place, their own parts are chosen too; data types stay whole. */
function inner(
  value: Json | undefined,
  element: Element,
  keep: Keep,
  definitions: Definitions,
  depth: number,
): Json | undefined {
  if (!element.children && !element.contentReference) return value;
  const children = definitions.childrenOf(element);
  const each = (item: Json): Json => partOf(item as JsonObject, children, keep, definitions, depth);
  return Array.isArray(value) ? value.map(each) : value === undefined ? value : each(value);
}

function elementOf(children: readonly Element[], name: string): Element | undefined {
  return children.find(
    element =>
      element.name === name ||
      (element.choice === true && name.startsWith(element.name) && /[A-Z]/.test(name.charAt(element.name.length))),
  );
}
