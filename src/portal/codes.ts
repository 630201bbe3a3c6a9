/** Canonical URLs and codes of the portal's own profiles, extensions and code systems: profiles/README.md. */
import type { CodeableConcept, Coding } from 'fhir/r4.js';

const base = 'https://portico.health/fhir';

export const profile = (name: string): string => `${base}/StructureDefinition/${name}`;
export const codeSystem = (name: string): string => `${base}/CodeSystem/${name}`;

export const READ = profile('read');
export const WORKFLOW_GROUP_OF = profile('workflow-group-of');
export const MESSAGE_FLOW = profile('message-flow');

export const concept = (system: string, code: string): CodeableConcept => ({
  coding: [{ system: codeSystem(system), code }],
});

/** Whether one of these concepts has this code of a code system of ours. */
export function hasCode(concepts: readonly CodeableConcept[] | undefined, system: string, code: string): boolean {
  const is = (coding: Coding): boolean => coding.system === codeSystem(system) && coding.code === code;
  return (concepts ?? []).some(({ coding }) => coding?.some(is) === true);
}
