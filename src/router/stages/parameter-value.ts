/**
 * Whether a value is of the type that an OperationDefinition gives its parameter. The validator decides, as it does for
 * every element: primitives by its table, complex types by their shape.
 */
import { parameter, parametersOf } from '../../fhir/parameters.js';
import { isObject, type Json, type JsonObject, type Resource } from '../../fhir/resource.js';
import type { Validator } from '../../validate/validator.js';

/** The types of a parameter that takes any resource, however wrong. */
export const isAnyResource = (type: string): boolean => type === 'Resource' || type === 'Any';

/** The type of a parameter that takes a value of any type, which then comes as `{ valueString: … }`. */
export const isAnyType = (type: string): boolean => type === 'Element' || type === 'Type';

export const isResource = (value: unknown): value is Resource =>
  isObject(value) && typeof value['resourceType'] === 'string';

/** Whether a primitive or complex value has the form of its type. */
export const fitsType = (type: string, value: unknown, validator: Validator): boolean =>
  hasShape(parameter('value', type, value as Json), validator);

/** Whether `{ valueString: … }` names a type and holds a value of it. */
export const fitsAnyType = (value: unknown, validator: Validator): boolean =>
  isObject(value) && Object.keys(value).length > 0 && hasShape({ name: 'value', ...value }, validator);

const hasShape = (one: JsonObject, validator: Validator): boolean =>
  validator.shapeIssues(parametersOf([one])).length === 0;
