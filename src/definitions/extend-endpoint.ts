/** An endpoint with further search parameters: its table, and its CapabilityStatement that lists them; and with profiles. */
import type { Json, JsonObject } from '../fhir/resource.js';
import type { ProfileEntry } from './definitions.js';
import type { Endpoint, ResourceEntry } from './endpoint.js';

/** A search parameter as an endpoint declares it for one type. */
export interface Declaration {
  code: string;
  /** Canonical URL of its SearchParameter. */
  url: string;
  type: string;
  /** Of a reference: the types it may lead to; [] for any. */
  targets: readonly string[];
}

/** The same endpoint, declaring these too; types it does not serve are passed over. */
export function extendEndpoint(endpoint: Endpoint, added: Added): Endpoint {
  const extended = [...endpoint.resources].map(([type, entry]) => [type, extendEntry(entry, added)] as const);
  const resources = new Map(extended);
  return { ...endpoint, resources, statement: { ...endpoint.statement, rest: statedRest(endpoint, added) } };
}

type Added = ReadonlyMap<string, readonly Declaration[]>;

const includesFrom = (type: string, added: Added): string[] =>
  (added.get(type) ?? []).filter(one => one.type === 'reference').map(({ code }) => `${type}:${code}`);

const includesTo = (target: string, added: Added): string[] =>
  [...added].flatMap(([source, declarations]) =>
    declarations
      .filter(({ type, targets }) => type === 'reference' && (targets.length === 0 || targets.includes(target)))
      .map(({ code }) => `${source}:${code}`),
  );

function extendEntry(entry: ResourceEntry, added: Added): ResourceEntry {
  const declarations = added.get(entry.type) ?? [];
  const revincludes = includesTo(entry.type, added);
  if (declarations.length + revincludes.length === 0) return entry;
  return {
    ...entry,
    searchParams: new Map([...entry.searchParams, ...declarations.map(({ code, url }) => [code, url] as const)]),
    includes: new Set([...entry.includes, ...includesFrom(entry.type, added)]),
    revincludes: new Set([...entry.revincludes, ...revincludes]),
  };
}

function statedRest({ statement }: Endpoint, added: Added): JsonObject[] {
  return ((statement['rest'] ?? []) as JsonObject[]).map(rest => ({
    ...rest,
    resource: ((rest['resource'] ?? []) as JsonObject[]).map(one => stated(one, added)),
  }));
}

function stated(one: JsonObject, added: Added): JsonObject {
  const name = one['type'] as string;
  const declarations = added.get(name) ?? [];
  const searchParam = declarations.map(({ code, url, type }) => ({ name: code, definition: url, type }));
  return {
    ...one,
    ...longer(one, 'searchParam', searchParam),
    ...longer(one, 'searchInclude', includesFrom(name, added)),
    ...longer(one, 'searchRevInclude', includesTo(name, added)),
  };
}

/** A list of the statement with these added; nothing where none are, since FHIR has no empty arrays. */
const longer = (one: JsonObject, list: string, more: readonly Json[]): JsonObject =>
  more.length === 0 ? {} : { [list]: [...((one[list] ?? []) as Json[]), ...more] };

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
