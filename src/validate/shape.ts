/**
 * The first layer: the JSON has the shape of its types. Runs the modules that generate.ts made and tells their errors in
 * FHIR's words; resources inside resources are dispatched by their own type. https://hl7.org/fhir/R4/json.html
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Definitions, Element } from '../definitions/definitions.js';
import { isObject, type Json, type JsonObject, type Resource } from '../fhir/resource.js';
import { root, step, type Path, type Report } from './report.js';
import { propertyName } from './schema.js';
import { unpairedNulls } from './unpaired-nulls.js';

interface ShapeError {
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
}

type Shape = ((value: unknown) => boolean) & { errors?: ShapeError[] | null };

export type ShapeCheck = (resource: Resource, report: Report, at?: Path) => void;

/** @param folder the project's folder, with dist/generated in it */
export function shapeCheck(folder: string, definitions: Definitions): ShapeCheck {
  const load = createRequire(path.join(folder, 'dist/generated/shapes/'));
  const check: ShapeCheck = (resource, report, at) => {
    const type: unknown = resource.resourceType;
    const here = at ?? root(typeof type === 'string' ? type : 'Resource');
    if (typeof type !== 'string' || !definitions.isResourceType(type)) {
      const words = type === undefined ? 'There is no resourceType.' : 'This is no R4 resource type.';
      report.malformed('structure', here, words);
      return;
    }
    const shape = load(`./${type}.cjs`) as Shape;
    const inside = [...nested(resource, here)];
    if (shape(resource)) {
      const skipped = new Set(inside.map(([inner]) => inner));
      for (const names of unpairedNulls(resource, skipped)) {
        report.malformed(
          'structure',
          fhirPath(names, resource, here, definitions),
          'A null must have its counterpart.',
        );
      }
    } else {
      for (const error of shape.errors!) {
        if (report.full) return;
        tell(error, resource, here, definitions, report);
      }
    }
    for (const [inner, innerPath] of inside) check(inner, report, innerPath);
  };
  return check;
}

/** The resources directly inside this one, as far as its shape allows to find them. */
export function* nested(resource: Resource, at: Path): Generator<[Resource, Path]> {
  yield* resourcesIn(resource['contained'], at, 'contained');
  if (resource.resourceType === 'Bundle') {
    for (const [entry, here] of itemsOf(resource['entry'], at, 'entry')) {
      yield* resourcesIn(entry['resource'], here, 'resource');
      if (isObject(entry['response']))
        yield* resourcesIn(entry['response']['outcome'], step(here, 'response'), 'outcome');
    }
  }
  if (resource.resourceType === 'Parameters') yield* inParameters(resource['parameter'], at, 'parameter');
}

function* inParameters(list: Json | undefined, at: Path, name: string): Generator<[Resource, Path]> {
  for (const [parameter, here] of itemsOf(list, at, name)) {
    yield* resourcesIn(parameter['resource'], here, 'resource');
    yield* inParameters(parameter['part'], here, 'part');
  }
}

function* resourcesIn(value: Json | undefined, at: Path, name: string): Generator<[Resource, Path]> {
  if (Array.isArray(value)) yield* itemsOf(value, at, name) as Generator<[Resource, Path]>;
  else if (isObject(value)) yield [value as Resource, step(at, name)];
}

function* itemsOf(list: Json | undefined, at: Path, name: string): Generator<[JsonObject, Path]> {
  if (!Array.isArray(list)) return;
  for (const [index, item] of list.entries()) if (isObject(item)) yield [item, step(at, name, index)];
}

function tell(error: ShapeError, resource: Resource, at: Path, definitions: Definitions, report: Report): void {
  const names = error.instancePath.split('/').slice(1).map(unescape);
  const [code, text] = wordsOf(error);
  const here = fhirPath(names, resource, at, definitions);
  const unknown = error.params['additionalProperty'] as string | undefined;
  const isName = unknown !== undefined && /^\w{1,64}$/.test(unknown);
  report.malformed(code, isName ? step(here, unknown) : here, text);
}

const unescape = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~');

function wordsOf({ keyword, params }: ShapeError): ['structure' | 'value', string] {
  if (keyword === 'additionalProperties') return ['structure', 'There is no such element here.'];
  if (keyword === 'minItems') return ['structure', 'An array must not be empty; leave it out.'];
  if (keyword === 'minProperties') return ['structure', 'An object must not be empty; leave it out.'];
  if (keyword === 'required') return ['structure', `There is no ${params['missingProperty'] as string}.`];
  if (keyword === 'type')
    return ['structure', `This must be ${JSON_TYPES[params['type'] as string] ?? 'of another type'}.`];
  if (keyword === 'decimal' || keyword === 'decimalOrNull') return ['structure', 'This must be a number.'];
  if (keyword === 'minimum' || keyword === 'maximum') return ['value', 'The number is out of range.'];
  if (keyword === 'maxLength') return ['value', 'The text is longer than 1 MB.'];
  return ['value', 'The value is malformed for its type.'];
}

const JSON_TYPES: Readonly<Record<string, string>> = {
  array: 'an array',
  object: 'an object',
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
};

/** JSON path → FHIRPath: `valueQuantity` is `value`, `_given` is `given`. */
function fhirPath(names: readonly string[], resource: Resource, at: Path, definitions: Definitions): Path {
  let here = at;
  let elements: readonly Element[] = definitions.elements(resource.resourceType);
  for (const name of names) {
    if (/^\d+$/.test(name)) {
      here = { ...here, index: Number(name) };
      continue;
    }
    const found = findElement(elements, name.replace(/^_/, ''));
    here = step(here, found?.element.name ?? name);
    elements = found ? childrenFor(found, definitions) : [];
  }
  return here;
}

interface Found {
  element: Element;
  type: string;
}

function findElement(elements: readonly Element[], name: string): Found | undefined {
  for (const element of elements) {
    if (!element.choice && element.name === name) return { element, type: element.types[0]?.code ?? '' };
    const type = element.types.find(({ code }) => propertyName(element, code) === name);
    if (type) return { element, type: type.code };
  }
  return undefined;
}

const childrenFor = ({ element, type }: Found, definitions: Definitions): readonly Element[] =>
  element.choice ? definitions.elements(type) : definitions.childrenOf(element);
