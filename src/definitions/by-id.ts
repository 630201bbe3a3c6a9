/** Definitions by type and id, as a server would name them: the id of a built-in definition ends its canonical URL. */
import type { Resource } from '../fhir/resource.js';
import type { Definitions } from './definitions.js';

const known = new WeakMap<Definitions, Map<string, ReadonlyMap<string, string>>>();

/** The definition of this type with this id; undefined if there is none. Shared: do not change it. */
export function definitionById(definitions: Definitions, type: string, id: string): Resource | undefined {
  const types = known.get(definitions) ?? new Map<string, ReadonlyMap<string, string>>();
  known.set(definitions, types);
  const urls = types.get(type) ?? urlsById(definitions, type);
  types.set(type, urls);
  const url = urls.get(id);
  const definition = url === undefined ? undefined : definitions.resolve(url);
  return definition?.resourceType === type && definition.id === id ? definition : undefined;
}

const urlsById = (definitions: Definitions, type: string): ReadonlyMap<string, string> =>
  new Map(definitions.canonicals(type).map(url => [url.slice(url.lastIndexOf('/') + 1), url]));
