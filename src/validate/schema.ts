/**
 * Element tables → JSON Schemas, one for each type and each element defined in place. They hold what the shape of the JSON
 * can break: unknown elements, JSON types, primitive values, empty arrays and objects. https://hl7.org/fhir/R4/json.html
 */
import type { Element, TypeDefinition } from '../definitions/definitions.js';
import { primitives, type Schema } from './primitive.table.js';

/** A schema that stands for a data type: `$ref` among data types, a call into their module from resources. */
type DataType = (name: string) => Schema;

const ref = (id: string): Schema => ({ $ref: id });

/** A resource inside another one: its own type's schema is applied to it by shape.ts. */
const anyResource: Schema = {
  $id: 'Resource',
  type: 'object',
  properties: { resourceType: { type: 'string' } },
  required: ['resourceType'],
};

/** What stands in `_name` beside a primitive; in an array it may be null. */
const twins = (extension: Schema): Schema[] =>
  [false, true].map(nullable => ({
    $id: nullable ? 'TwinOrNull' : 'Twin',
    type: 'object',
    nullable,
    properties: { id: primitives['string'], extension },
    additionalProperties: false,
    minProperties: 1,
  }));

/** The property name of an element for one of its types: `value` + `Quantity`. */
export function propertyName(element: Element, type: string): string {
  return element.choice ? element.name + type.charAt(0).toUpperCase() + type.slice(1) : element.name;
}

/** Whether `_name` may stand beside the element: it is a primitive that can have extensions. */
export function hasTwin(element: Element, type: string): boolean {
  return type in primitives && element.xml === undefined && element.name !== 'id';
}

/** The schemas of the complex data types; `$id` is the type's name, or the path of an element defined in place. */
export function dataTypeSchemas(types: readonly TypeDefinition[]): Schema[] {
  const extension = { type: 'array', items: ref('Extension'), minItems: 1 };
  return [...twins(extension), ...types.flatMap(type => schemasOfType(type, ref))];
}

/** The schemas of the resource types, in which the keyword `dataType` names a data type. */
export function resourceSchemas(types: readonly TypeDefinition[]): Schema[] {
  const dataType: DataType = name => (name === 'Resource' ? ref(name) : { dataType: name });
  return [anyResource, ...types.flatMap(type => schemasOfType(type, dataType))];
}

function schemasOfType(type: TypeDefinition, dataType: DataType): Schema[] {
  const own = objectSchema(type.name, type.children, dataType);
  if (type.kind === 'resource') {
    own['properties'] = { resourceType: { const: type.name }, ...(own['properties'] as Schema) };
  }
  return [own, ...type.children.flatMap(child => partSchemas(child, dataType))];
}

function partSchemas(element: Element, dataType: DataType): Schema[] {
  if (!element.children) return [];
  const deeper = element.children.flatMap(child => partSchemas(child, dataType));
  return [objectSchema(element.path, element.children, dataType), ...deeper];
}

function objectSchema(id: string, elements: readonly Element[], dataType: DataType): Schema {
  const properties = Object.fromEntries(elements.flatMap(element => propertiesOf(element, dataType)));
  return { $id: id, type: 'object', properties, additionalProperties: false, minProperties: 1 };
}

function propertiesOf(element: Element, dataType: DataType): [string, Schema][] {
  if (element.contentReference) return [[element.name, valueOf(element, ref(element.contentReference))]];
  return element.types.flatMap(({ code }): [string, Schema][] => {
    const name = propertyName(element, code);
    const primitive = primitives[code];
    if (!primitive) return [[name, valueOf(element, element.children ? ref(element.path) : dataType(code))]];
    if (!hasTwin(element, code)) return [[name, valueOf(element, primitive)]];
    if (element.max === 1)
      return [
        [name, primitive],
        [`_${name}`, dataType('Twin')],
      ];
    return [
      [name, list(orNull(primitive))],
      [`_${name}`, list(dataType('TwinOrNull'))],
    ];
  });
}

const list = (items: Schema): Schema => ({ type: 'array', items, minItems: 1 });
const orNull = (schema: Schema): Schema =>
  schema['decimal'] ? { decimalOrNull: true } : { ...schema, nullable: true };
const valueOf = (element: Element, schema: Schema): Schema => (element.max === 1 ? schema : list(schema));
