/**
 * The value sets and code systems that an operation may use: HL7's, the packages', and those posted to this endpoint, as far
 * as the caller sees them. https://hl7.org/fhir/R4/terminology-service.html
 */
import type { Coding } from 'fhir/r4.js';
import type { Definitions } from '../definitions/definitions.js';
import type { TerminologySource } from '../definitions/expand.js';
import { withoutVersion } from '../fhir/canonical.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { EndpointStore } from '../service.js';
import { fetchPosted, partsOf } from './posted.js';

/** These value sets, given or named, and everything they build on. */
export async function knownTerminology(
  definitions: Definitions,
  target: EndpointStore,
  ...roots: (Resource | string | undefined)[]
): Promise<TerminologySource> {
  const given = roots.filter(root => typeof root === 'object');
  const names = roots.filter(root => typeof root === 'string');
  const posted = await fetchPosted(
    definitions,
    target,
    [...names, ...given.flatMap(partsOf)],
    ['ValueSet', 'CodeSystem'],
  );
  const find = (type: string, url: string): Resource | undefined =>
    given.find(one => one.resourceType === type && one['url'] === withoutVersion(url)) ?? posted.find(type, url);
  return {
    valueSet: url => find('ValueSet', url) ?? definitions.valueSet(url),
    codeSystem: url => find('CodeSystem', url) ?? definitions.codeSystem(url),
  };
}

export interface Concept {
  code: string;
  display?: string;
  definition?: string;
  designation?: { language?: string; use?: Coding; value: string }[];
  property?: (JsonObject & { code: string })[];
  concept?: Concept[];
}

/** A concept of a code system, at any depth. */
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
  return find(codeSystem['concept'] as unknown as Concept[] | undefined);
}
