/**
 * What an operation gives, held against its OperationDefinition and put into the form of an answer. A handler whose output
 * is not what its definition declares has a defect: Error, not Fault. https://hl7.org/fhir/R4/operations.html#response
 */
import { parameter, parametersOf } from '../../fhir/parameters.js';
import type { Json, JsonObject, Resource } from '../../fhir/resource.js';
import type { Values } from '../../service.js';
import type { Validator } from '../../validate/validator.js';
import type { ParameterDefinition } from './parameter-definition.js';
import { fitsAnyType, fitsType, isAnyResource, isAnyType, isResource } from './parameter-value.js';

/** The answer: the resource itself where `return` is the only output and a resource, else Parameters. */
export function writeParameters(
  declared: readonly ParameterDefinition[],
  output: Values,
  validator: Validator,
): Resource {
  const parameters = writeAll(declared, output, validator);
  const [only] = declared;
  const sole = declared.length === 1 && only?.name === 'return' ? output['return'] : undefined;
  return isResource(sole) ? sole : parametersOf(parameters);
}

function writeAll(declared: readonly ParameterDefinition[], values: Values, validator: Validator): JsonObject[] {
  const undeclared = Object.keys(values).find(name => !declared.some(one => one.name === name));
  if (undeclared !== undefined) throw new Error(`the output ${undeclared} is not declared`);
  return declared.flatMap(definition => write(definition, values[definition.name], validator));
}

function write(definition: ParameterDefinition, value: unknown, validator: Validator): JsonObject[] {
  const { name, min, max } = definition;
  const all = value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
  if (all.length < min || all.length > max) throw new Error(`the output ${name} is given ${all.length} times`);
  return all.map(one => writeOne(definition, one, validator));
}

/** A resource keeps its shape from its own check when it was written; that it is of the right type is checked here. */
function writeOne({ name, type, part }: ParameterDefinition, value: unknown, validator: Validator): JsonObject {
  if (part.length > 0) return { name, part: writeAll(part, value as Values, validator) };
  if (isResource(value) && (isAnyResource(type) || value.resourceType === type)) return { name, resource: value };
  const fits = isAnyType(type) ? fitsAnyType(value, validator) : fitsType(type, value, validator);
  if (!fits) throw new Error(`the output ${name} is no ${type}`);
  return isAnyType(type) ? { name, ...(value as JsonObject) } : parameter(name, type, value as Json);
}
