/** An endpoint with further search parameters: its table, and its CapabilityStatement that lists them; and with profiles. */
import type { JsonObject } from '../fhir/resource.js';
import type { ProfileEntry } from './definitions.js';
import type { Endpoint, ResourceEntry } from './endpoint.js';

/** A search parameter as an endpoint declares it for one type. */
export interface Declaration {
  code: string;
  /** Canonical URL of its SearchParameter. */
  url: string;
  type: string;
}

/** The same endpoint, declaring these too; types it does not serve are passed over. */
export function extendEndpoint(endpoint: Endpoint, added: ReadonlyMap<string, readonly Declaration[]>): Endpoint {
  const resources = new Map(endpoint.resources);
  for (const [type, declarations] of added) {
    const entry = resources.get(type);
    if (entry) resources.set(type, extendEntry(entry, declarations));
  }
  return { ...endpoint, resources, statement: { ...endpoint.statement, rest: statedRest(endpoint, added) } };
}

const referencing = (type: string, declarations: readonly Declaration[]): string[] =>
  declarations.filter(one => one.type === 'reference').map(({ code }) => `${type}:${code}`);

function extendEntry(entry: ResourceEntry, declarations: readonly Declaration[]): ResourceEntry {
  return {
    ...entry,
    searchParams: new Map([...entry.searchParams, ...declarations.map(({ code, url }) => [code, url] as const)]),
    includes: new Set([...entry.includes, ...referencing(entry.type, declarations)]),
  };
}

function statedRest({ statement }: Endpoint, added: ReadonlyMap<string, readonly Declaration[]>): JsonObject[] {
  return ((statement['rest'] ?? []) as JsonObject[]).map(rest => ({
    ...rest,
    resource: ((rest['resource'] ?? []) as JsonObject[]).map(one => stated(one, added.get(one['type'] as string) ?? [])),
  }));
}

function stated(one: JsonObject, declarations: readonly Declaration[]): JsonObject {
  if (declarations.length === 0) return one;
  const searchParam = declarations.map(({ code, url, type }) => ({ name: code, definition: url, type }));
  const includes = referencing(one['type'] as string, declarations);
  return {
    ...one,
    searchParam: [...((one['searchParam'] ?? []) as JsonObject[]), ...searchParam],
    ...(includes.length === 0 ? {} : { searchInclude: [...((one['searchInclude'] ?? []) as string[]), ...includes] }),
  };
}

/** A CapabilityStatement that lists these profiles as supported too, and the guides they come from as implemented. */
export function withProfiles(
  statement: JsonObject,
  { profiles, guides }: { profiles: readonly ProfileEntry[]; guides: readonly string[] },
): JsonObject {
  const supported = (resource: JsonObject): JsonObject => {
    const more = profiles.filter(({ type }) => type === resource['type']).map(({ url }) => url);
    const listed = new Set([...((resource['supportedProfile'] ?? []) as string[]), ...more]);
    return listed.size === 0 ? resource : { ...resource, supportedProfile: [...listed] };
  };
  const implemented = [...((statement['implementationGuide'] ?? []) as string[]), ...guides];
  return {
    ...statement,
    ...(implemented.length === 0 ? {} : { implementationGuide: implemented }),
    rest: ((statement['rest'] ?? []) as JsonObject[]).map(rest => ({
      ...rest,
      resource: ((rest['resource'] ?? []) as JsonObject[]).map(supported),
    })),
  };
}
