/**
 * HL7's definitions in the slim form that the program works with: what element tables and search need, no prose.
 * https://hl7.org/fhir/R4/structuredefinition.html, https://hl7.org/fhir/R4/searchparameter.html
 */
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Binding, Constraint, Element, ElementType, TypeDefinition } from './definitions.js';

/** The parts of an R4 ElementDefinition that we read. */
export interface ElementDefinition extends JsonObject {
  id: string;
  path: string;
  sliceName?: string;
  min?: number;
  max?: string;
  contentReference?: string;
}

export interface StructureDefinition extends Resource {
  url: string;
  name: string;
  type: string;
  kind: string;
  abstract: boolean;
  derivation?: string;
  baseDefinition?: string;
  snapshot?: { element: ElementDefinition[] };
  differential?: { element: ElementDefinition[] };
}

interface RawType extends JsonObject {
  code: string;
  profile?: string[];
  targetProfile?: string[];
}

interface RawConstraint extends JsonObject {
  key: string;
  severity: 'error' | 'warning';
  human: string;
  expression?: string;
  source?: string;
  posted?: true;
}

const core = 'http://hl7.org/fhir/StructureDefinition/';

/** The last segment of a canonical URL or path. */
export const lastOf = (text: string, separator: string): string => text.slice(text.lastIndexOf(separator) + 1);

/** A base type (derivation `specialization`, or none) as the program uses it. */
export function slimType(definition: StructureDefinition): TypeDefinition {
  const [root, ...rest] = definition.snapshot!.element;
  return {
    name: definition.type,
    kind: definition.kind === 'resource' ? 'resource' : definition.kind === 'complex-type' ? 'complex' : 'primitive',
    abstract: definition.abstract,
    ...(definition.baseDefinition && { base: lastOf(definition.baseDefinition, '/') }),
    constraints: constraintsOf(root!, definition.url),
    children: treeOf(rest, definition),
  };
}

function treeOf(elements: readonly ElementDefinition[], definition: StructureDefinition): Element[] {
  const byPath = new Map<string, Element>();
  const top: Element[] = [];
  for (const raw of elements) {
    const element = slimElement(raw, definition);
    byPath.set(raw.path, element);
    const parent = byPath.get(raw.path.slice(0, raw.path.lastIndexOf('.')));
    if (parent) (parent.children ??= []).push(element);
    else top.push(element);
  }
  return top;
}

function slimElement(raw: ElementDefinition, definition: StructureDefinition): Element {
  const name = lastOf(raw.path, '.');
  const choice = name.endsWith('[x]');
  const constraints = constraintsOf(raw, definition.url);
  const types = typesOf(raw);
  const attribute = (raw['representation'] as string[] | undefined)?.includes('xmlAttr') === true;
  const xml = types[0]?.code === 'xhtml' ? 'xhtml' : attribute ? 'attribute' : undefined;
  const binding = bindingOf(raw);
  return {
    name: choice ? name.slice(0, -3) : name,
    path: choice ? raw.path.slice(0, -3) : raw.path,
    min: raw.min!,
    max: raw.max === '*' ? '*' : Number(raw.max),
    types,
    ...(choice && { choice }),
    ...(raw['isSummary'] === true && { summary: true }),
    ...(raw['isModifier'] === true && { modifier: true }),
    ...(xml && { xml }),
    ...(raw.contentReference && { contentReference: raw.contentReference.slice(1) }),
    ...(binding && { binding }),
    ...(constraints.length > 0 && { constraints }),
  };
}

/** The types of an element; FHIRPath's System types become the FHIR types that the published URLs mean. */
export function typesOf(raw: ElementDefinition): ElementType[] {
  return ((raw['type'] as RawType[] | undefined) ?? []).map(({ code, profile, targetProfile }) => ({
    code: code.startsWith('http://hl7.org/fhirpath/') ? systemType(raw) : code,
    ...(targetProfile && { targets: targetProfile }),
    ...(profile && { profiles: profile }),
  }));
}

/** `id` of a resource is typed System.String in the published definitions; the specification says id. */
function systemType(raw: ElementDefinition): string {
  const base = (raw['base'] as { path?: string } | undefined)?.path ?? raw.path;
  return base === 'Resource.id' ? 'id' : base === 'Extension.url' ? 'uri' : 'string';
}

export function bindingOf(raw: ElementDefinition): Binding | undefined {
  const binding = raw['binding'] as RawBinding | undefined;
  if (!binding?.valueSet || !binding.strength) return undefined;
  const within = (binding.extension ?? []).flatMap(withinOf);
  return { strength: binding.strength, valueSet: binding.valueSet, ...(within.length > 0 && { within }) };
}

interface RawExtension {
  url: string;
  valueCanonical?: string;
  valueUri?: string;
  valueCode?: string;
  extension?: RawExtension[];
}

type RawBinding = Partial<Binding> & { extension?: RawExtension[] };

/** elementdefinition-maxValueSet, and additional bindings that are to be met by all codes in every context. */
function withinOf({ url, valueCanonical, valueUri, extension = [] }: RawExtension): string[] {
  if (url === `${core}elementdefinition-maxValueSet`) return [valueCanonical ?? valueUri ?? []].flat();
  if (!additional.has(url) || extension.some(part => part.url === 'usage')) return [];
  const [purpose, valueSet] = ['purpose', 'valueSet'].map(name => extension.find(part => part.url === name));
  const binds = purpose?.valueCode === 'required' || purpose?.valueCode === 'maximum';
  return binds ? [valueSet?.valueCanonical ?? []].flat() : [];
}

const additional = new Set([
  'http://hl7.org/fhir/tools/StructureDefinition/additional-binding',
  'http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.binding.additional',
]);

/**
 * The constraints an element adds itself: those it repeats from elsewhere (`source`) are checked there, and ele-1 is
 * part of the structure layer.
 */
export function constraintsOf(raw: ElementDefinition, url: string): Constraint[] {
  const all = (raw['constraint'] as RawConstraint[] | undefined) ?? [];
  return all
    .filter(({ key, source, expression }) => expression && key !== 'ele-1' && (!source || source === url))
    .map(({ key, severity, human, expression, posted }) => ({
      ...{ key, severity, human, expression: expression! },
      ...(posted && { posted }),
    }));
}

const searchKeys = [
  ...['url', 'name', 'code', 'base', 'type', 'expression', 'target', 'multipleOr', 'multipleAnd'],
  ...['comparator', 'modifier', 'chain', 'component'],
];

/** A SearchParameter without prose and publication data. */
export function slimSearchParameter(parameter: Resource): JsonObject {
  return Object.fromEntries(searchKeys.filter(key => key in parameter).map(key => [key, parameter[key]]));
}

/** Whether a StructureDefinition defines a type of its own, and not a profile or extension. */
export function isBaseType(definition: StructureDefinition): boolean {
  return definition.derivation !== 'constraint' && definition.url === core + definition.type;
}
