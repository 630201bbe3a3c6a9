/**
 * HL7's definitions, the portal's own and the packages' are served as resources by endpoints that declare their types: by id,
 * and by a search for their `url`. A posted resource with the same id or url takes precedence.
 * https://hl7.org/fhir/R4/conformance-module.html
 */
import { definitionById } from '../definitions/by-id.js';
import type { Definitions } from '../definitions/definitions.js';
import { splitCanonical } from '../fhir/canonical.js';
import { Fault } from '../fhir/fault.js';
import type { Query } from '../fhir/request.js';
import type { Resource } from '../fhir/resource.js';
import type { Context, Handler, Result, HandlerParts } from '../service.js';
import type { Version } from '../store/port.js';
import { questionOf, type QuestionParts } from './search-question.js';
import { searchset, type SearchsetParts } from './searchset.js';
import { viewOf } from './view.js';

const TYPES = new Set([
  'StructureDefinition',
  'ValueSet',
  'CodeSystem',
  'SearchParameter',
  'OperationDefinition',
  'CompartmentDefinition',
]);

/** Parameters that shape the answer and select nothing. */
const SHAPING = new Set(['_format', '_pretty', '_summary', '_elements', '_count', '_total']);

/** Adds the built-in definitions to a read. */
export function createReadWithDefinitions(read: Handler, { definitions }: Pick<HandlerParts, 'definitions'>): Handler {
  return context =>
    TYPES.has(context.route.type ?? '') ? readWithDefinitions(context, read, definitions) : read(context);
}

async function readWithDefinitions(context: Context, read: Handler, definitions: Definitions): Promise<Result> {
  const { type = '', id = '' } = context.route;
  try {
    return await read(context);
  } catch (error) {
    const definition = definitionById(definitions, type, id);
    if (!definition || !(error instanceof Fault) || error.kind !== 'not-found') throw error;
    const text = viewOf(context, definitions)(JSON.stringify(definition));
    return { response: { status: 200, headers: {}, body: { kind: 'json', text } } };
  }
}

/** Adds the built-in definitions to a search. */
export function createSearchWithDefinitions(search: Handler, parts: DefinitionSearchParts): Handler {
  return context =>
    TYPES.has(context.route.type ?? '') ? searchWithDefinitions(context, search, parts) : search(context);
}

type DefinitionSearchParts = QuestionParts & SearchsetParts;

async function searchWithDefinitions(context: Context, search: Handler, parts: DefinitionSearchParts): Promise<Result> {
  const question = await questionOf(context, parts);
  const definition = namedBy(question.query, context, parts.definitions);
  if (!definition) return search(context);
  const { partition, request, store } = context;
  const { of, count } = question.parsed;
  if ((await store.count({ partition, of, deadline: request.deadline }, 1)) > 0) return search(context);
  const matches = count === 0 ? [] : [asVersion(context, definition)];
  const content = { total: 1, links: [], matches, others: [] };
  return { response: await searchset(context, question, content, parts) };
}

/** The definition with the canonical URL that is the only criterion of this search. */
function namedBy(query: Query, { route }: Context, definitions: Definitions): Resource | undefined {
  const [choosing, ...more] = query.filter(([name]) => !SHAPING.has(name));
  if (choosing?.[0] !== 'url' || more.length > 0) return undefined;
  const { url, version } = splitCanonical(choosing[1]);
  const definition = definitions.resolve(url);
  if (!definition || definition.resourceType !== route.type) return undefined;
  return version === '' || definition['version'] === version ? definition : undefined;
}

/** The definition as a stored version. */
function asVersion({ partition }: Context, definition: Resource): Version {
  const { resourceType: type, id = '' } = definition;
  const json = JSON.stringify(definition);
  return { key: { partition, type, id }, version: 1, at: 0, deleted: false, method: 'PUT', json };
}
