/** The parameters that an OperationDefinition declares. https://hl7.org/fhir/R4/operationdefinition.html */
import type { JsonObject, Resource } from '../../fhir/resource.js';

export interface ParameterDefinition {
  name: string;
  min: number;
  /** Infinity for `*`. */
  max: number;
  /** A FHIR type; `Element` where it may be any, and where there are parts. */
  type: string;
  part: readonly ParameterDefinition[];
}

/** Those of one direction, in the order of the definition. */
export const declaredParameters = (definition: Resource, use: 'in' | 'out'): ParameterDefinition[] =>
  ((definition['parameter'] ?? []) as JsonObject[]).filter(one => one['use'] === use).map(compile);

function compile({ name, min = 0, max = '1', type = 'Element', part = [] }: JsonObject): ParameterDefinition {
  return {
    name: String(name),
    min: Number(min),
    max: max === '*' ? Infinity : Number(max),
    type: String(type),
    part: (part as JsonObject[]).map(compile),
  };
}
