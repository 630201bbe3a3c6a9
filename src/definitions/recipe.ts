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
  /** Operations that some types alone have, by type; those of the template come first. */
  operation?: Readonly<Record<string, JsonObject[]>>;
}

/** The CapabilityStatement that a recipe stands for: all concrete types of the definitions. */
export function prepare(recipe: Recipe, definitions: Definitions): Resource {
  const searchParameters = definitions.searchParameters().filter(one => !isPortals(one, definitions));
  const declarable = { types: definitions.resourceTypes, searchParameters };
  const [rest] = recipe.statement['rest'] as JsonObject[];
  const resource = declareResources(declarable, recipe.resource).map(entry => withOperations(entry, recipe));
  return { ...recipe.statement, rest: [{ ...rest, resource, searchParam: declareCommon(declarable) }] };
}

/** The portal's own search parameters are about its workflows, which other endpoints have not. */
const isPortals = ({ url }: JsonObject, { own }: Definitions): boolean =>
  String(url).startsWith(`${own.base}/SearchParameter/`);

function withOperations(entry: JsonObject, { operation = {} }: Recipe): JsonObject {
  const own = operation[entry['type'] as string];
  if (!own) return entry;
  return { ...entry, operation: [...((entry['operation'] as JsonObject[] | undefined) ?? []), ...own] };
}
