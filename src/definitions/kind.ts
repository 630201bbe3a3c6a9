/**
 * The kind of resources that a profile is about: those with the codes that its patterns require. An endpoint holds them against
 * the profile, whether or not they name it. https://hl7.org/fhir/R4/profiling.html#resource
 */
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import type { ElementDefinition } from './slim.js';

export interface Kind {
  /** Canonical URL of the profile. */
  readonly profile: string;
  has(resource: Resource): boolean;
}

interface Coding {
  readonly system?: string;
  readonly code?: string;
}

/** A concept that marks resources of the kind, and the element that holds it. */
interface Mark {
  readonly element: string;
  readonly codings: readonly Coding[];
}

/** Undefined for a profile that requires no code of its resources. */
export function kindOf(profile: string, elements: readonly ElementDefinition[]): Kind | undefined {
  const marks = elements.flatMap(markOf);
  if (marks.length === 0) return undefined;
  return { profile, has: resource => marks.some(mark => carries(resource, mark)) };
}

/** Of the elements of the resource itself, not of what is inside them. */
function markOf({ path, min = 0, patternCodeableConcept: pattern }: ElementDefinition): Mark[] {
  const [, element, ...inner] = path.split('.');
  if (element === undefined || inner.length > 0 || min === 0 || pattern === undefined) return [];
  return [{ element, codings: codingsIn(pattern) }];
}

function carries(resource: Resource, { element, codings }: Mark): boolean {
  const value = resource[element];
  const concepts = Array.isArray(value) ? value : [value];
  return concepts.some(concept => codings.every(wanted => codingsIn(concept).some(one => isA(one, wanted))));
}

const isA = ({ system, code }: Coding, wanted: Coding): boolean =>
  system === wanted.system && (wanted.code === undefined || code === wanted.code);

const codingsIn = (concept: Json | undefined): readonly Coding[] =>
  ((concept as JsonObject | null | undefined)?.['coding'] ?? []) as unknown as readonly Coding[];
