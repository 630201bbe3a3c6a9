/** The Parameters resource. https://hl7.org/fhir/R4/parameters.html */
import { isObject, type Json, type JsonObject, type Resource } from './resource.js';

/** One parameter's value: its value[x] whatever the type, its resource, or its parts. */
export function parameterValue(parameter: JsonObject): { name: string; type?: string; value?: Json | undefined } {
  const name = typeof parameter['name'] === 'string' ? parameter['name'] : '';
  if (parameter['resource'] !== undefined) return { name, type: 'Resource', value: parameter['resource'] };
  if (parameter['part'] !== undefined) return { name, type: 'part', value: parameter['part'] };
  const key = Object.keys(parameter).find(key => /^value[A-Z]/.test(key));
  return key === undefined ? { name } : { name, type: key.slice('value'.length), value: parameter[key] };
}

/** A parameter of a FHIR type (`code`, `Reference`, `Resource`). */
export function parameter(name: string, type: string, value: Json): JsonObject {
  if (type === 'Resource') return { name, resource: value };
  return { name, [`value${type.charAt(0).toUpperCase()}${type.slice(1)}`]: value };
}

/** The FHIRPath of a parameter, for an OperationOutcome's `expression`. */
export const parameterPath = (name: string): string => `Parameters.parameter.where(name='${name}')`;

/** A Parameters without the resources in it, whatever else may be wrong with it. */
export const withoutResources = (parameters: Resource): Resource => ({
  ...parameters,
  ...withoutResource(parameters, 'parameter'),
});

function withoutResource(holder: JsonObject, list: 'parameter' | 'part'): JsonObject {
  const items = holder[list];
  if (!Array.isArray(items)) return holder;
  return { ...holder, [list]: items.map(item => (isObject(item) ? bare(item) : item)) };
}

function bare({ resource: _resource, ...others }: JsonObject): JsonObject {
  return withoutResource(others, 'part');
}

export const parametersOf = (parameter: JsonObject[]): Resource => ({
  resourceType: 'Parameters',
  ...(parameter.length === 0 ? {} : { parameter }),
});
