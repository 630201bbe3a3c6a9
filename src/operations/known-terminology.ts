/**
 * The value sets and code systems an operation may use: HL7's and the packages', and what was posted to this endpoint and
 * the caller sees. Posted ones are fetched first, with all they build on, so that expansion itself can be plain.
 * https://hl7.org/fhir/R4/terminology-service.html
 */
import type { Terminology } from '../definitions/expand.js';
import { parseStored } from '../fhir/json.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import { anyForm, baseKey } from '../search/keys.js';
import type { Context } from '../service.js';

/** Value sets and code systems that one value set may build on. */
const MAX_PARTS = 200;

/** Everything that this value set, given or named, builds on. */
export async function knownTerminology(
  context: Context,
  ...roots: (Resource | string | undefined)[]
): Promise<Terminology> {
  const { definitions } = context.services;
  const posted = new Map<string, Resource>();
  const looked = new Set<string>();
  const waiting: string[] = [];
  for (const root of roots) {
    if (typeof root === 'string') waiting.push(root);
    else if (root) {
      posted.set(nameOf(root.resourceType, String(root['url'])), root);
      waiting.push(...partsOf(root));
    }
  }
  for (let canonical = waiting.pop(); canonical !== undefined; canonical = waiting.pop()) {
    if (looked.has(canonical) || looked.size >= MAX_PARTS) continue;
    looked.add(canonical);
    const found = definitions.resolve(canonical) ?? (await fetchPosted(context, canonical));
    if (!found) continue;
    if (!definitions.resolve(canonical)) posted.set(nameOf(found.resourceType, withoutVersion(canonical)), found);
    waiting.push(...partsOf(found));
  }
  return {
    valueSet: url => posted.get(nameOf('ValueSet', withoutVersion(url))) ?? definitions.valueSet(url),
    codeSystem: url => posted.get(nameOf('CodeSystem', withoutVersion(url))) ?? definitions.codeSystem(url),
  };
}

const nameOf = (type: string, url: string): string => `${type} ${url}`;
const withoutVersion = (canonical: string): string => canonical.split('|', 1)[0] ?? '';

/** Systems and value sets that a value set's composition names. */
function partsOf(resource: Resource): string[] {
  const compose = resource['compose'] as { include?: JsonObject[]; exclude?: JsonObject[] } | undefined;
  return [...(compose?.include ?? []), ...(compose?.exclude ?? [])].flatMap(({ system, valueSet }) => [
    ...(typeof system === 'string' ? [system] : []),
    ...((valueSet ?? []) as string[]),
  ]);
}

async function fetchPosted(context: Context, canonical: string): Promise<Resource | undefined> {
  const { store, partition, endpoint, request } = context;
  const of = ['ValueSet', 'CodeSystem']
    .filter(type => endpoint.resources.has(type))
    .map(type => ({
      type,
      where: { kind: 'posting' as const, key: baseKey(type, 'url') + anyForm(withoutVersion(canonical)) },
    }));
  if (of.length === 0) return undefined;
  const sort = [{ by: 'updated' as const, descending: true }];
  const { rows } = await store.search({ partition, of, sort, limit: 1, deadline: request.deadline });
  return rows[0] && parseStored<Resource>(rows[0].json);
}

export interface Concept extends JsonObject {
  code: string;
  display?: string;
  definition?: string;
  designation?: JsonObject[];
  property?: JsonObject[];
  concept?: Concept[];
}

/** A concept of a code system, at whatever depth. */
export function findConcept(codeSystem: Resource, code: string): Concept | undefined {
  const same = codeSystem['caseSensitive'] === false ? code.toLowerCase() : code;
  const find = (concepts: readonly Concept[] = []): Concept | undefined => {
    for (const concept of concepts) {
      const own = codeSystem['caseSensitive'] === false ? concept.code.toLowerCase() : concept.code;
      const found = own === same ? concept : find(concept.concept);
      if (found) return found;
    }
    return undefined;
  };
  return find(codeSystem['concept'] as Concept[] | undefined);
}
