/**
 * Declares a resource type with every R4 search parameter it has: what recipes (recipe.ts) and tools/declare.mjs write
 * into CapabilityStatement.rest.resource. https://hl7.org/fhir/R4/capabilitystatement.html
 */
import type { Json, JsonObject } from '../fhir/resource.js';

/** The types of an endpoint and their search parameters, which declarations are made of. */
export interface Declarable {
  /** All types of the endpoint. */
  types: readonly string[];
  searchParameters: readonly JsonObject[];
}

interface Parameter {
  code: string;
  url: string;
  type: string;
  base: string[];
  target: string[];
}

/** Named queries, which OperationDefinitions would declare, and other special parameters are not served. */
const isServed = ({ code, type }: Parameter): boolean => code !== '_query' && (type !== 'special' || code === 'near');

function parametersOf(declarable: Declarable): Parameter[] {
  return declarable.searchParameters
    .map(({ code, url, type, base, target = [] }) => ({ code, url, type, base, target }) as Parameter)
    .filter(isServed);
}

/** The concrete types that are no DomainResource: https://hl7.org/fhir/R4/resource.html */
const bare = new Set(['Binary', 'Bundle', 'Parameters']);

function bearing({ base }: Parameter, type: string): boolean {
  return base.includes(type) || base.includes('Resource') || (base.includes('DomainResource') && !bare.has(type));
}

/** Of two parameters with one code the first is taken, as by the search: packages repeat HL7's under URLs of their own. */
const firstOfEachCode = (parameters: readonly Parameter[]): Parameter[] => [
  ...new Map(parameters.toReversed().map(parameter => [parameter.code, parameter])).values(),
];

const byCode = (a: Parameter, b: Parameter): number => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);

/** A reference parameter without targets may lead anywhere. */
function leadsTo(parameter: Parameter, types: readonly string[]): boolean {
  return parameter.target.length === 0 || parameter.target.some(target => types.includes(target));
}

function searchParam({ code, url, type }: Parameter): JsonObject {
  return { name: code, definition: url, type };
}

/** Parameters that every type has (`_id`, `_lastUpdated` …), for CapabilityStatement.rest.searchParam. */
export function declareCommon(declarable: Declarable): JsonObject[] {
  return parametersOf(declarable)
    .filter(parameter => parameter.base.includes('Resource'))
    .sort(byCode)
    .map(searchParam);
}

/** A list, unless it is empty: FHIR JSON has no empty arrays. */
const list = (name: string, values: Json[]): JsonObject => (values.length > 0 ? { [name]: values } : {});

/** Entries of `rest.resource` for all these types: `template` with the type, its parameters and includes. */
export function declareResources(declarable: Declarable, template: JsonObject): JsonObject[] {
  const parameters = parametersOf(declarable);
  const references = parameters.filter(parameter => parameter.type === 'reference');
  return declarable.types.map(type => {
    const own = firstOfEachCode(parameters.filter(parameter => bearing(parameter, type))).sort(byCode);
    const includes = own
      .filter(parameter => parameter.type === 'reference' && leadsTo(parameter, declarable.types))
      .map(parameter => `${type}:${parameter.code}`);
    const revincludes = references
      .filter(parameter => leadsTo(parameter, [type]))
      .flatMap(({ base, code }) =>
        base.filter(source => declarable.types.includes(source)).map(source => `${source}:${code}`),
      );
    return {
      type,
      ...template,
      ...list('searchInclude', includes.length > 0 ? ['*', ...includes] : []),
      ...list('searchRevInclude', [...new Set(revincludes)].sort()),
      searchParam: own.map(searchParam),
    };
  });
}
