/** Names of people. https://hl7.org/fhir/R4/datatypes.html#HumanName */
import type { HumanName } from 'fhir/r4.js';

/** The official name, or else the first, as people write it; '' where none is known. */
export function displayName(names: readonly HumanName[] | undefined): string {
  const { given = [], family, text } = names?.find(({ use }) => use === 'official') ?? names?.[0] ?? {};
  return text ?? [...given, family].filter(Boolean).join(' ');
}
