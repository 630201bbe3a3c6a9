/**
 * Definitions, and what was posted beside them: profiles to hold resources against, value sets and code systems that
 * these are bound to. What is known already goes before what was posted under the same URL.
 */
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Definitions } from './definitions.js';
import { expand, systemCodes } from './expand.js';
import type { ElementDefinition, StructureDefinition } from './slim.js';
import { withSnapshot } from './snapshot.js';

/** @param posted a posted definition by its type and canonical URL */
export function withPosted(
  known: Definitions,
  posted: (type: string, canonical: string) => Resource | undefined,
): Definitions {
  const profiles = new Map<string, StructureDefinition | undefined>();
  const profile = (canonical: string): StructureDefinition | undefined => {
    const found = posted('StructureDefinition', canonical) as StructureDefinition | undefined;
    if (!found || profiles.has(found.url)) return found && profiles.get(found.url);
    // Where its base is itself, in however many steps, it has none.
    profiles.set(found.url, undefined);
    profiles.set(found.url, snapshotOf(prepared(found), structure));
    return profiles.get(found.url);
  };
  const structure = (canonical: string): StructureDefinition | undefined =>
    (known.structure(canonical) as StructureDefinition | undefined) ?? profile(canonical);
  const valueSet = (canonical: string) => known.valueSet(canonical) ?? posted('ValueSet', canonical);
  const codeSystem = (canonical: string) => known.codeSystem(canonical) ?? posted('CodeSystem', canonical);
  const expansions = new Map<string, ReturnType<Definitions['expansion']>>();
  const expansion: Definitions['expansion'] = canonical => {
    if (known.valueSet(canonical)) return known.expansion(canonical);
    if (!expansions.has(canonical)) expansions.set(canonical, expand(canonical, { valueSet, codeSystem }));
    return expansions.get(canonical);
  };
  return {
    ...known,
    structure,
    valueSet,
    codeSystem,
    expansion,
    codes(canonical) {
      const found = expansion(canonical);
      return found?.open.size === 0 ? found.codes : undefined;
    },
    systemCodes: system =>
      known.codeSystem(system) ? known.systemCodes(system) : systemCodes(system, { valueSet, codeSystem }),
  };
}

/** Characters of all rules of a profile: to parse ten thousand takes a tenth of a second. The longest published have 13,000. */
const MAX_RULES = 100_000;

/** A posted profile that cannot be understood (an unknown base, elements its base has not) is as good as none. */
function snapshotOf(
  profile: StructureDefinition,
  lookup: (canonical: string) => StructureDefinition | undefined,
): StructureDefinition | undefined {
  if (rulesOf(profile) > MAX_RULES) return undefined;
  try {
    return withSnapshot(profile, lookup);
  } catch {
    return undefined;
  }
}

function rulesOf({ snapshot, differential }: StructureDefinition): number {
  const elements = [...(snapshot?.element ?? []), ...(differential?.element ?? [])];
  const rules = elements.flatMap(element => (element['constraint'] ?? []) as { expression?: string }[]);
  return rules.reduce((sum, { expression = '' }) => sum + expression.length, 0);
}

/** With its constraints marked as posted. */
function prepared(profile: StructureDefinition): StructureDefinition {
  const { snapshot, differential } = profile;
  return {
    ...profile,
    ...(snapshot && { snapshot: { element: marked(snapshot.element) } }),
    ...(differential && { differential: { element: marked(differential.element) } }),
  };
}

const marked = (elements: readonly ElementDefinition[]): ElementDefinition[] =>
  elements.map(element => {
    const constraints = element['constraint'] as JsonObject[] | undefined;
    return constraints ? { ...element, constraint: constraints.map(one => ({ ...one, posted: true })) } : element;
  });
