/** Searches small sets of resources by HL7's R4 parameters through extraction, parsing and the plain interpreter. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Fault } from '../../src/fhir/fault.js';
import type { JsonObject, Resource } from '../../src/fhir/resource.js';
import { extract } from '../../src/search/extract.js';
import { matches, type IndexedResource } from '../../src/search/match.js';
import { parseSearch, type ParsedSearch } from '../../src/search/parse.js';
import { createRegistry, type SearchRegistry } from '../../src/search/registry.js';

/** The resources of one file of definitions/. */
export function definitions(name: string): JsonObject[] {
  const text = gunzipSync(readFileSync(join(process.cwd(), 'definitions', `${name}.ndjson.gz`))).toString();
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as JsonObject);
}

export const searchParameters = definitions('SearchParameter');
export const registry = createRegistry(searchParameters);

export const localBases = ['https://portal.example/fhir'];
export const now = Date.UTC(2026, 0, 1);

export interface Options {
  registry?: SearchRegistry;
  lenient?: boolean;
}

/** Name and value pairs of a query string; `+` stands for itself. */
export const queryOf = (text: string): [string, string][] =>
  text.split('&').map(pair => {
    const at = pair.indexOf('=');
    return [decodeURIComponent(pair.slice(0, at)), decodeURIComponent(pair.slice(at + 1))];
  });

export function parse(
  type: string,
  query: string,
  { registry: other = registry, lenient = false }: Options = {},
): ParsedSearch {
  return parseSearch(other, { type, query: queryOf(query), lenient, now, localBases, limits: { maxPageSize: 100 } });
}

export function subjectOf(resource: Resource, other: SearchRegistry = registry): IndexedResource {
  const updated = Date.parse(resource.meta?.lastUpdated ?? '2026-01-01T00:00:00Z');
  const index = extract(resource, other, { localBases, updated });
  return { type: resource.resourceType, id: resource.id ?? '', updated, index };
}

/** Ids of the resources a search of a type finds, in their own order. */
export function find(resources: readonly Resource[], type: string, query: string, options: Options = {}): string[] {
  const subjects = resources.map(resource => subjectOf(resource, options.registry));
  const neighbors = { live: (wanted: string) => subjects.filter(subject => subject.type === wanted) };
  const { of } = parse(type, query, options);
  return subjects
    .filter(subject => of.some(({ type, where }) => subject.type === type && matches(where, subject, neighbors)))
    .map(subject => subject.id);
}

/** Asserts that a search is refused as `invalid` (or another kind) and names the parameter. */
export function refused(type: string, query: string, kind = 'invalid', code?: string): void {
  assert.throws(
    () => parse(type, query),
    (error: unknown) => {
      assert.ok(error instanceof Fault, String(error));
      assert.equal(error.kind, kind, query);
      if (code !== undefined) assert.equal(error.detail.code, code, query);
      return true;
    },
    query,
  );
}

/** A table of queries and the ids they find, one test each. */
export function table(
  resources: readonly Resource[],
  type: string,
  cases: readonly (readonly [title: string, query: string, ...ids: string[]])[],
): void {
  for (const [title, query, ...ids] of cases) {
    it(`${title}: ${query}`, () => assert.deepEqual(find(resources, type, query), ids));
  }
}
