/**
 * Definitions that were posted to an endpoint, by canonical URL, with all definitions they build on. They are fetched first,
 * so that expansion and validation need not wait. HL7's and the packages' take precedence over posted ones of the same URL.
 */
import type { Definitions } from '../definitions/definitions.js';
import { withoutVersion } from '../fhir/canonical.js';
import { parseStored } from '../fhir/json.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import { anyForm, baseKey } from '../search/keys.js';
import type { EndpointStore } from '../service.js';
import type { Version } from '../store/port.js';

/** Posted definitions by canonical URL, without regard to `|version`, and the versions of resources they come from. */
export interface PostedDefinitions {
  readonly versions: readonly Version[];
  readonly find: (type: string, canonical: string) => Resource | undefined;
}

/** The most definitions that are fetched for one request. */
const MAX_PARTS = 200;

/** The posted definitions with these names, and those they build on, as far as the caller sees them. */
export async function fetchPosted(
  definitions: Pick<Definitions, 'resolve'>,
  target: EndpointStore,
  names: readonly string[],
  types: readonly string[],
  parse: (version: Version) => Resource = ({ json }) => parseStored<Resource>(json),
): Promise<PostedDefinitions> {
  const served = types.filter(type => target.endpoint.resources.has(type));
  const found = new Map<string, Resource>();
  const versions: Version[] = [];
  const looked = new Set<string>();
  const waiting = names.map(withoutVersion);
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    if (looked.has(url) || looked.size >= MAX_PARTS) continue;
    looked.add(url);
    const known = definitions.resolve(url);
    const version = known || served.length === 0 ? undefined : await newest(target, url, served);
    const posted = version && parse(version);
    if (version && posted) {
      versions.push(version);
      found.set(`${posted.resourceType} ${url}`, posted);
    }
    // Built-in profiles build on nothing that was posted.
    if (known?.resourceType !== 'StructureDefinition') waiting.push(...partsOf(known ?? posted).map(withoutVersion));
  }
  return { versions, find: (type, canonical) => found.get(`${type} ${withoutVersion(canonical)}`) };
}

async function newest(target: EndpointStore, url: string, types: readonly string[]): Promise<Version | undefined> {
  const { store, partition, request } = target;
  const key = (type: string): string => baseKey(type, 'url') + anyForm(url);
  const of = types.map(type => ({ type, where: { kind: 'posting' as const, key: key(type) } }));
  const sort = [{ by: 'updated' as const, descending: true }];
  const { rows } = await store.search({ partition, of, sort, limit: 1, deadline: request.deadline });
  return rows[0];
}

/** The definitions that a value set includes, or that a profile is derived from or refers to. */
export function partsOf(definition: Resource | undefined): string[] {
  if (definition?.resourceType === 'ValueSet') return partsOfValueSet(definition);
  if (definition?.resourceType === 'StructureDefinition') return partsOfProfile(definition);
  return [];
}

function partsOfValueSet({ compose }: Resource): string[] {
  const { include = [], exclude = [] } = (compose ?? {}) as { include?: JsonObject[]; exclude?: JsonObject[] };
  return [...include, ...exclude].flatMap(({ system, valueSet }) => [
    ...(typeof system === 'string' ? [system] : []),
    ...((valueSet ?? []) as string[]),
  ]);
}

interface ElementParts {
  type?: { profile?: string[] }[];
  binding?: { valueSet?: string };
}

function partsOfProfile(profile: Resource): string[] {
  const { derivation, baseDefinition, snapshot, differential } = profile as Resource & {
    derivation?: string;
    baseDefinition?: string;
    snapshot?: { element: ElementParts[] };
    differential?: { element: ElementParts[] };
  };
  if (derivation !== 'constraint') return [];
  const elements = [...(snapshot?.element ?? []), ...(differential?.element ?? [])];
  return [
    ...(baseDefinition === undefined ? [] : [baseDefinition]),
    ...elements.flatMap(({ type = [] }) => type.flatMap(({ profile: profiles = [] }) => profiles)),
    ...elements.flatMap(({ binding }) => (binding?.valueSet === undefined ? [] : [binding.valueSet])),
  ];
}
