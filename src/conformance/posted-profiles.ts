/**
 * Profiles that were posted to an endpoint: what its resources are held against where they name them, and what its
 * statement lists as supported. https://hl7.org/fhir/R4/profiling.html#CapabilityStatement
 */
import type { Definitions } from '../definitions/definitions.js';
import { withPosted } from '../definitions/with-posted.js';
import { parseStored } from '../fhir/json.js';
import { Cache } from '../runtime/cache.js';
import { isObject, type Json, type JsonObject, type Resource } from '../fhir/resource.js';
import type { EndpointStore, HandlerParts } from '../service.js';
import type { Version } from '../store/port.js';
import { fetchPosted } from './posted.js';

const TYPES = ['StructureDefinition', 'ValueSet', 'CodeSystem'];
/** Sets of posted definitions, and parsed definitions, kept for the next resource that names them. */
const KEPT = 50;
const KEPT_PARSED = 500;

export function createPostedProfiles(definitions: Definitions): HandlerParts['definitionsFor'] {
  const parsed = new Cache<Resource>(KEPT_PARSED);
  const sets = new Cache<Definitions>(KEPT);
  const parse = (version: Version): Resource =>
    parsed.getOrMake(nameOf(version), () => parseStored<Resource>(version.json));

  async function extended(target: EndpointStore, names: readonly string[]): Promise<Definitions> {
    const posted = await fetchPosted(definitions, target, names, TYPES, parse);
    if (posted.versions.length === 0) return definitions;
    return sets.getOrMake(posted.versions.map(nameOf).sort().join(), () => withPosted(definitions, posted.find));
  }

  return (target, resource, named = []) => {
    if (!target.endpoint.resources.has('StructureDefinition')) return definitions;
    const names = [...named, ...(resource ? profilesOf(resource) : [])].filter(name => !definitions.structure(name));
    return names.length === 0 ? definitions : extended(target, names);
  };
}

const nameOf = ({ key, version }: Version): string => `${key.partition}/${key.type}/${key.id}/${version}`;

/** The profiles that a resource declares, and those inside it. It may have any shape yet. */
function profilesOf(resource: JsonObject): string[] {
  const { meta, contained, entry } = resource;
  const entries = listed(entry).map(({ resource: inside }) => inside);
  const declared = isObject(meta) && Array.isArray(meta['profile']) ? meta['profile'] : [];
  return [
    ...declared.filter(url => typeof url === 'string'),
    ...[...listed(contained), ...entries].filter(isObject).flatMap(profilesOf),
  ];
}

const listed = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
