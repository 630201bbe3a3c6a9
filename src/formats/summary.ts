/** `_summary` and `_elements`: parts of a resource. https://hl7.org/fhir/R4/search.html#summary */
import type { Definitions, Element } from '../definitions/definitions.js';
import { Fault } from '../fhir/fault.js';
import type { Query } from '../fhir/request.js';
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import { subsetted } from '../fhir/subsetted.js';

export type Summary = 'true' | 'text' | 'data' | 'count' | 'false';

export interface View {
  summary?: Summary;
  /** Top-level element names, without the type: `name`, `birthDate`. */
  elements?: readonly string[];
}

const summaries: readonly string[] = ['true', 'text', 'data', 'count', 'false'] satisfies Summary[];

/** The view that a query names by `_summary` and `_elements`; undefined for whole resources. Fault `invalid` for an unknown value. */
export function parseView(query: Query): View | undefined {
  const summary = query.find(([name]) => name === '_summary')?.[1];
  const elements = query.filter(([name]) => name === '_elements').flatMap(([, value]) => value.split(','));
  if (summary !== undefined && !summaries.includes(summary)) {
    throw new Fault('invalid', `_summary must be one of ${summaries.join(', ')}.`, { code: 'value' });
  }
  if (elements.some(name => !/^[A-Za-z.]+$/.test(name))) {
    throw new Fault('invalid', '_elements must be a list of names of elements, parted by commas.', { code: 'value' });
  }
  // A name may carry its type: `Patient.name`.
  if (elements.length > 0) return { elements: elements.map(name => name.replace(/^[A-Z]\w*\./, '')) };
  return summary === undefined || summary === 'false' ? undefined : { summary: summary as Summary };
}

/** Keeps an element at a path below the type: `name.family`. */
type Keep = (element: Element, depth: number) => boolean;

const mandatory = (element: Element): boolean => element.min > 0;

/** Elements that every view keeps: they identify the resource. */
const always = new Set(['resourceType', 'id', 'meta', 'implicitRules']);

function keepOf({ summary, elements }: View): Keep | undefined {
  if (elements && elements.length > 0) {
    const named = new Set(elements);
    return (element, depth) => depth > 0 || named.has(element.name) || mandatory(element);
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
    const element = elementOf(children, name.startsWith('_') ? name.slice(1) : name);
    if (element && keep(element, depth)) part[name] = inner(value, element, keep, definitions, depth + 1);
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
