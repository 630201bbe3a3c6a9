/**
 * The second layer: base rules on a resource whose shape is right. One pass: choice types, primitives beside their `_name`,
 * cardinality, references, required bindings, codes of known systems, narrative, invariants.
 */
import type { Element } from '../definitions/definitions.js';
import { isBase64 } from '../fhir/base64.js';
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import { checkBinding, checkCoding } from './binding.js';
import { checkBundle } from './bundle.js';
import { checkContexts } from './context.js';
import type { ObjectRules, Slot, TypeRules } from './compile-type.js';
import { checkContained } from './contained.js';
import { parseFhirPath } from '../fhir/fhirpath.js';
import { narrativeFault } from './narrative.js';
import { checkReference } from './reference.js';
import { resourceScope } from './resource-scope.js';
import { step, type Path } from './report.js';
import { text, type CheckContext } from './check-context.js';

/** Called for every extension, that it may be checked against its own definition. */
export type OnExtension = (extension: JsonObject, scope: CheckContext, at: Path) => void;
/** Called for every resource, the nested ones too, after its base rules. */
export type OnResource = (resource: Resource, scope: CheckContext, at: Path) => void;

/** Called for every value of which the base type asks a profile, such as SimpleQuantity. */
export type OnProfiled = (value: JsonObject, canonical: string, scope: CheckContext, at: Path) => void;

export interface Walk {
  readonly types: TypeRules;
  readonly onProfiled: OnProfiled;
  readonly onExtension: OnExtension;
  readonly onResource: OnResource;
}

/** Checks a resource and all in it; `outer` is the scope of the resource it is in. */
export function walkResource(resource: Resource, walk: Walk, outer: CheckContext, at: Path, isContained = false): void {
  const scope = resourceScope(resource, outer, at, isContained);
  const { resourceType: type } = resource;
  walkObject(resource, walk.types.of(type), walk, scope, at);
  if (isExtended(resource)) checkContexts(resource, { path: type, type }, scope, at);
  if ('contained' in resource && !isContained) checkContained(resource, scope, at);
  if (resource.resourceType === 'Bundle') checkBundle(resource, scope, at);
  if (resource.resourceType === 'SearchParameter') checkExpression(resource, scope, at);
  walk.onResource(resource, scope, at);
}

function checkExpression(parameter: Resource, { report }: CheckContext, at: Path): void {
  const expression = text(parameter, 'expression');
  if (expression !== undefined && parseFhirPath(expression) === undefined) {
    report.breach('invalid', step(at, 'expression'), 'This is no FHIRPath expression, or a very long one.');
  }
}

function walkObject(value: JsonObject, rules: ObjectRules, walk: Walk, scope: CheckContext, at: Path): void {
  for (const name in value) {
    const slot = rules.slots.get(name);
    if (slot) walkProperty(value, name, slot, walk, scope, at);
  }
  for (const element of rules.required) {
    if (!isPresent(value, element)) {
      scope.report.breach('required', step(at, element.name), `The element ${element.name} is required.`);
    }
  }
  for (const invariant of rules.invariants) invariant(value, scope, at);
}

function isPresent(value: JsonObject, element: Element): boolean {
  if (!element.choice) return element.name in value || `_${element.name}` in value;
  return propertiesOf(value, element).length > 0;
}

/** The names (without `_`) under which a choice element stands in the object; more than one is an error. */
function propertiesOf(value: JsonObject, element: Element): string[] {
  const names = Object.keys(value).map(name => (name.startsWith('_') ? name.slice(1) : name));
  const own = names.filter(
    name =>
      name.startsWith(element.name) &&
      element.types.some(({ code }) => sameType(name.slice(element.name.length), code)),
  );
  return [...new Set(own)];
}

const sameType = (suffix: string, code: string): boolean => suffix === code.charAt(0).toUpperCase() + code.slice(1);

function walkProperty(value: JsonObject, name: string, slot: Slot, walk: Walk, scope: CheckContext, at: Path): void {
  const { element } = slot;
  const here = step(at, element.name);
  if (element.choice && propertiesOf(value, element)[0] !== name.replace(/^_/, '')) {
    scope.report.malformed('structure', here, `Only one ${element.name}[x] is allowed.`);
  }
  const content = value[name]!;
  if (Array.isArray(content)) {
    checkList(value, name, content, slot, scope, here);
    const beside = slot.twin ? (value[name.slice(1)] as readonly Json[] | undefined) : undefined;
    for (const [index, item] of content.entries()) {
      if (item !== null) walkValue(item, beside?.[index], slot, walk, scope, { ...here, index });
    }
  } else walkValue(content, slot.twin ? value[name.slice(1)] : undefined, slot, walk, scope, here);
}

/** Cardinality of a list, and the pairing of primitives with what stands in `_name`. */
function checkList(
  value: JsonObject,
  name: string,
  items: readonly Json[],
  { element, twin }: Slot,
  { report }: CheckContext,
  at: Path,
): void {
  if (element.max !== '*' && items.length > element.max) {
    report.breach('structure', at, `At most ${element.max} of ${element.name} are allowed.`);
  }
  if (items.length < element.min && !twin) {
    report.breach('required', at, `At least ${element.min} of ${element.name} are required.`);
  }
  const other = twin ? (value[name.slice(1)] as readonly Json[] | undefined) : undefined;
  if (other && other.length !== items.length) {
    report.malformed('structure', at, `${name} must be as long as ${name.slice(1)}.`);
  }
}

/** `beside` is the value of the primitive that a twin (`_given` of `given`) belongs to. */
function walkValue(value: Json, beside: Json | undefined, slot: Slot, walk: Walk, scope: CheckContext, at: Path): void {
  const { element, type } = slot;
  for (const invariant of slot.invariants) invariant(value, scope, at);
  if (element.binding && !slot.twin) checkBinding(value, type, element.binding, scope, at);
  if (element.types[0]?.code === 'Resource') {
    walkResource(value as Resource, walk, scope, at, element.name === 'contained');
    return;
  }
  const content = slot.content();
  if (content) {
    walkObject(value as JsonObject, content, walk, scope, at);
    if (isExtended(value as JsonObject)) checkContexts(value as JsonObject, slot.owner, scope, at);
    if (slot.profile) walk.onProfiled(value as JsonObject, slot.profile, scope, at);
    if ((beside ?? null) === null) checkId(value as JsonObject, scope, at);
  }
  if (!slot.twin) special[type]?.(value as never, slot, walk, scope, at);
}

const isExtended = (value: JsonObject): boolean => 'extension' in value || 'modifierExtension' in value;

/** ele-1: an id alone is no content. */
function checkId(value: JsonObject, { report }: CheckContext, at: Path): void {
  if ('id' in value && Object.keys(value).length === 1) {
    report.breach('invariant', at, 'ele-1: An element must have a value or children.');
  }
}

type Special = (value: never, slot: Slot, walk: Walk, scope: CheckContext, at: Path) => void;

const absoluteUri = /^[A-Za-z][A-Za-z0-9+.-]*:/;

const checkCoded = (value: JsonObject, _slot: Slot, _walk: Walk, scope: CheckContext, at: Path): void =>
  checkCoding(value, scope, at);

/** What single data types need beside their elements. */
const special: Readonly<Record<string, Special>> = {
  Reference: (value: JsonObject, { targets }, _walk, scope, at) => checkReference(value, targets, scope, at),
  Coding: checkCoded,
  Quantity: checkCoded,
  Age: checkCoded,
  Count: checkCoded,
  Distance: checkCoded,
  Duration: checkCoded,
  Extension: (value: JsonObject, { element }, walk, scope, at) => {
    const url = text(value, 'url');
    // Below another extension the name of a part may stand in place of a URL.
    if (url !== undefined && !absoluteUri.test(url) && element.path !== 'Extension.extension') {
      scope.report.malformed('value', step(at, 'url'), 'The url of an extension must be absolute.');
    }
    walk.onExtension(value, scope, at);
  },
  xhtml: (value: string, _slot, _walk, { report, resource, definitions }, at) => {
    const isDefinition = definitions.type(resource.resourceType)?.children.some(({ name }) => name === 'publisher');
    const fault = narrativeFault(value, isDefinition);
    if (fault) report.breach('invariant', at, fault);
  },
  base64Binary: (value: string, _slot, _walk, { report }, at) => {
    if (!isBase64(value)) report.malformed('value', at, 'This is not base64.');
  },
};
