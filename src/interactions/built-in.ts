/**
 * HL7's definitions, the portal's own and those of packages, served as resources where an endpoint declares their types:
 * by id, and by a search for their `url`. What was posted under the same id or url goes first.
 * https://hl7.org/fhir/R4/conformance-module.html
 */
import { definitionById } from '../definitions/by-id.js';
import { splitCanonical } from '../fhir/canonical.js';
import { Fault } from '../fhir/fault.js';
import type { Query } from '../fhir/request.js';
import type { Resource } from '../fhir/resource.js';
import type { Context, Handler } from '../service.js';
import type { Version } from '../store/port.js';
import { asked } from './asked.js';
import { read } from './read.js';
import { search } from './search.js';
import { searchset } from './searchset.js';
import { viewOf } from './view.js';

const TYPES = new Set([
  'StructureDefinition',
  'ValueSet',
  'CodeSystem',
  'SearchParameter',
  'OperationDefinition',
  'CompartmentDefinition',
]);

/** Parameters that do not choose among resources. */
const SHAPING = new Set(['_format', '_pretty', '_summary', '_elements', '_count', '_total']);

export const readOrDefinition: Handler = context =>
  TYPES.has(context.route.type ?? '') ? readWithDefinitions(context) : read(context);

const readWithDefinitions: Handler = async context => {
  const { type = '', id = '' } = context.route;
  try {
    return await read(context);
  } catch (error) {
    const definition = definitionById(context.services.definitions, type, id);
    if (!definition || !(error instanceof Fault) || error.kind !== 'not-found') throw error;
    const text = viewOf(context)(JSON.stringify(definition));
    return { response: { status: 200, headers: {}, body: { kind: 'json', text } } };
  }
};

export const searchOrDefinition: Handler = context =>
  TYPES.has(context.route.type ?? '') ? searchWithDefinitions(context) : search(context);

const searchWithDefinitions: Handler = async context => {
  const question = await asked(context);
  const definition = named(context, question.query);
  if (!definition) return search(context);
  const { partition, request, store } = context;
  const { of, count } = question.parsed;
  if ((await store.count({ partition, of, deadline: request.deadline }, 1)) > 0) return search(context);
  const matches = count === 0 ? [] : [asVersion(context, definition)];
  return { response: await searchset(context, question, { total: 1, links: [], matches, others: [] }) };
};

/** The definition whose canonical URL this search names and nothing else. */
function named({ route, services }: Context, query: Query): Resource | undefined {
  const [choosing, ...more] = query.filter(([name]) => !SHAPING.has(name));
  if (choosing?.[0] !== 'url' || more.length > 0) return undefined;
  const { url, version } = splitCanonical(choosing[1]);
  const definition = services.definitions.resolve(url);
  if (!definition || definition.resourceType !== route.type) return undefined;
  return version === '' || definition['version'] === version ? definition : undefined;
}

/** As it would be stored. */
function asVersion({ partition }: Context, definition: Resource): Version {
  const { resourceType: type, id = '' } = definition;
  const json = JSON.stringify(definition);
  return { key: { partition, type, id }, version: 1, at: 0, deleted: false, method: 'PUT', json };
}
