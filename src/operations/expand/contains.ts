/** The codes of an expansion with what is known of each. https://hl7.org/fhir/R4/valueset.html#expansion */
import { chooses, conceptFinder, namesIn } from '../../conformance/concepts.js';
import type { Concept } from '../../conformance/known-terminology.js';
import { isAbstract, isInactive } from '../../definitions/concept-state.js';
import { expand, type TerminologySource } from '../../definitions/expand.js';
import { splitCanonical } from '../../fhir/canonical.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';
import type { ValueSetExpandInput } from '../types.js';

export interface Contained extends JsonObject {
  system: string;
  code: string;
  abstract?: boolean;
  inactive?: boolean;
  display?: string;
}

/** All codes that the caller's parameters leave. Fault `unprocessable` for a value set that cannot be listed whole. */
export function codesOf(valueSet: Resource, terminology: TerminologySource, input: ValueSetExpandInput): Contained[] {
  const expansion = expand(valueSet, terminology);
  const excluded = (system: string): boolean =>
    (input['exclude-system'] ?? []).some(one => isSystem(one, system, terminology));
  const open = expansion ? [...expansion.open].filter(system => !excluded(system)) : ['*'];
  if (!expansion || open.length > 0)
    throw new Fault('unprocessable', `The value set holds codes this server cannot list: ${open.join(', ')}.`, {
      code: 'not-supported',
    });
  const listed = listedConcepts(valueSet);
  const find = conceptFinder(terminology);
  return [...expansion.codes]
    .map(text => ({ system: text.slice(0, text.lastIndexOf('|')), code: text.slice(text.lastIndexOf('|') + 1) }))
    .filter(({ system }) => !excluded(system))
    .map(one => contained(one, listed.get(`${one.system}|${one.code}`), find(one.system, one.code), input))
    .filter(({ inactive }) => !(inactive && input.activeOnly))
    .filter(({ abstract }) => !(abstract && input.excludeNotForUI))
    .filter(one => fits(one, input.filter));
}

/** Whether a canonical, with a version or without, names this system as it is known here. */
function isSystem(canonical: string, system: string, terminology: TerminologySource): boolean {
  const { url, version } = splitCanonical(canonical);
  return url === system && (version === '' || version === terminology.codeSystem(system)?.['version']);
}

function fits({ code, display = '' }: Contained, filter: string | undefined): boolean {
  return filter === undefined || `${code}\n${display}`.toLowerCase().includes(filter.toLowerCase());
}

/** The concepts that the value set lists itself: their names go before those of the code system. */
function listedConcepts(valueSet: Resource): ReadonlyMap<string, Concept> {
  const includes = (valueSet['compose'] as { include?: JsonObject[] } | undefined)?.include ?? [];
  return new Map(
    includes.flatMap(({ system, concept }) =>
      ((concept ?? []) as unknown as Concept[]).map(one => [`${String(system)}|${one.code}`, one] as const),
    ),
  );
}

function contained(
  coding: { system: string; code: string },
  listed: Concept | undefined,
  known: Concept | undefined,
  { displayLanguage, includeDesignations, designation: tokens }: ValueSetExpandInput,
): Contained {
  const designations = [...(listed?.designation ?? []), ...(known?.designation ?? [])];
  const [translated] = displayLanguage === undefined ? [] : namesIn(displayLanguage, designations);
  const shown = includeDesignations ?? tokens !== undefined;
  const chosen = shown ? designations.filter(one => tokens?.some(token => chooses(token, one)) ?? true) : [];
  return {
    system: coding.system,
    ...(known && isAbstract(known) && { abstract: true }),
    ...(known && isInactive(known) && { inactive: true }),
    code: coding.code,
    ...defined({ display: translated ?? listed?.display ?? known?.display }),
    ...(chosen.length > 0 && { designation: chosen as unknown as JsonObject[] }),
  };
}
