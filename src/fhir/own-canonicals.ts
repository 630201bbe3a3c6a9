/**
 * Canonical URLs of the portal's own definitions (profiles, extensions, code systems, value sets, operations), and the system of
 * the identifiers that it assigns. The project's
 * files name them under FILE_BASE, a server under the base that its configuration sets.
 * https://hl7.org/fhir/R4/references.html#canonical
 */
import type { CodeableConcept } from 'fhir/r4.js';

/** The base in the project's files. Without a trailing slash, like every base here. */
export const FILE_BASE = 'https://portico.health/fhir';

export interface OwnCanonicals {
  readonly base: string;
  /** Of a profile or an extension. */
  structure(name: string): string;
  codeSystem(name: string): string;
  /** The system of the identifiers that the portal assigns to patients: its own assigning authority. */
  readonly patientSystem: string;
  /** Of an operation by its id: `Task-claim`. */
  operation(id: string): string;
  /** A code of a code system of the portal's own. */
  concept(system: string, code: string): CodeableConcept;
  /** Whether one of these concepts has this code of a code system of the portal's own. */
  hasCode(concepts: readonly CodeableConcept[] | undefined, system: string, code: string): boolean;
  /** A canonical URL, or JSON that names some, as the project's files have it: under this server's base. */
  fromFile(text: string): string;
}

/** @param base a URL of the characters that neither JSON nor FHIRPath escapes */
export function ownCanonicals(base: string, patientSystem = `${base}/NamingSystem/patient`): OwnCanonicals {
  const codeSystem = (name: string): string => `${base}/CodeSystem/${name}`;
  return {
    base,
    patientSystem,
    structure: name => `${base}/StructureDefinition/${name}`,
    codeSystem,
    operation: id => `${base}/OperationDefinition/${id}`,
    concept: (system, code) => ({ coding: [{ system: codeSystem(system), code }] }),
    hasCode: (concepts = [], system, wanted) =>
      concepts
        .flatMap(({ coding = [] }) => coding)
        .some(coding => coding.system === codeSystem(system) && coding.code === wanted),
    fromFile: text => (base === FILE_BASE ? text : text.replaceAll(`${FILE_BASE}/`, `${base}/`)),
  };
}
