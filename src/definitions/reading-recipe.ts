/**
 * An endpoint that reads what another one keeps is declared by a recipe in capability/: the head of its CapabilityStatement, and
 * the statement of which it has all that reads. What the other endpoint gains, it gains too.
 */
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { InteractionCode } from './endpoint.js';

export interface ReadingRecipe {
  /** The other endpoint's statement in capability/. */
  of: string;
  /** Types that it leaves out. */
  without: readonly string[];
  /** The operations of types that it has; they change nothing. */
  operation: readonly string[];
  /** A CapabilityStatement whose `rest[0]` lacks `resource`, `interaction`, `searchParam` and `compartment`. */
  statement: Resource;
}

export const isReadingRecipe = (recipe: object): recipe is ReadingRecipe => Object.hasOwn(recipe, 'of');

const READING: readonly InteractionCode[] = [
  ...(['read', 'vread', 'history-instance', 'history-type', 'search-type'] as const),
  ...(['batch', 'search-system', 'history-system'] as const),
];

/** What a statement says about writing alone. */
const WRITING = ['conditionalCreate', 'conditionalUpdate', 'conditionalDelete', 'updateCreate', 'referencePolicy'];

const objects = (value: unknown): JsonObject[] => (value as JsonObject[] | undefined) ?? [];

const interactions = (part: JsonObject): JsonObject[] =>
  objects(part['interaction']).filter(({ code }) => (READING as readonly unknown[]).includes(code));

/** The statement of the reading endpoint. @param of the other endpoint's */
export function prepareReading({ without, operation, statement }: ReadingRecipe, of: Resource): Resource {
  const [rest = {}] = objects(of['rest']);
  const [own = {}] = objects(statement['rest']);
  const served = objects(rest['resource']).filter(({ type }) => !without.includes(String(type)));
  const types = new Set(served.map(({ type }) => String(type)));
  const resource = served.map(entry => reading(entry, types, operation));
  const { searchParam, compartment } = rest;
  const shared = { interaction: interactions(rest), ...(searchParam && { searchParam }) };
  return { ...statement, rest: [{ ...own, resource, ...shared, ...(compartment && { compartment }) }] };
}

function reading(entry: JsonObject, types: ReadonlySet<string>, kept: readonly string[]): JsonObject {
  const left = Object.entries(entry).filter(([name]) => !WRITING.includes(name));
  const operation = objects(entry['operation']).filter(({ name }) => kept.includes(String(name)));
  const reverse = (entry['searchRevInclude'] ?? []) as string[];
  const searchRevInclude = reverse.filter(include => include === '*' || types.has(include.split(':')[0] ?? ''));
  const { operation: _all, searchRevInclude: _reverse, ...rest } = Object.fromEntries(left);
  return {
    ...rest,
    interaction: interactions(entry),
    ...(searchRevInclude.length > 0 ? { searchRevInclude } : {}),
    ...(operation.length > 0 ? { operation } : {}),
  };
}
