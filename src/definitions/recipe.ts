/**
 * Endpoints that serve every type alike are declared by a recipe in capability/: the head of a CapabilityStatement, and
 * one template that each type gets, with all its R4 search parameters.
 */
import type { JsonObject, Resource } from '../fhir/resource.js';
import { declareCommon, declareResources } from './declare.js';
import type { Definitions } from './definitions.js';

export interface Recipe {
  /** A CapabilityStatement whose `rest[0]` lacks `resource` and `searchParam`. */
  statement: Resource;
  /** An entry of `rest.resource` without type, parameters and includes. */
  resource: JsonObject;
}

/** The CapabilityStatement that a recipe stands for: all concrete types of the definitions. */
export function prepare(recipe: Recipe, definitions: Definitions): Resource {
  const ground = { types: definitions.resourceTypes, searchParameters: definitions.searchParameters() };
  const [rest] = recipe.statement['rest'] as JsonObject[];
  const resource = declareResources(ground, recipe.resource);
  return { ...recipe.statement, rest: [{ ...rest, resource, searchParam: declareCommon(ground) }] };
}
