/** Values of the portal's own code systems, and references, as requests hold them. */
import type { CodeableConcept, Reference } from 'fhir/r4.js';

export const portalCode = (codeSystem: string, code: string): CodeableConcept => ({
  coding: [{ system: `https://portico.health/fhir/CodeSystem/${codeSystem}`, code }],
});

export const reference = (to: string): Reference => ({ reference: to });
