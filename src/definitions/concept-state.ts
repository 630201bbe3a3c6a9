/** What a code system says of the use of a concept. https://hl7.org/fhir/R4/codesystem.html#status */

interface Stated {
  property?: readonly { code: string; valueCode?: unknown; valueBoolean?: unknown }[];
}

const states = ({ property = [] }: Stated, code: string): unknown[] =>
  property.filter(one => one.code === code).map(({ valueBoolean, valueCode }) => valueBoolean ?? valueCode);

/** Deprecated concepts are still in use. */
export const isInactive = (concept: Stated): boolean =>
  states(concept, 'inactive').includes(true) ||
  states(concept, 'status').some(status => status === 'retired' || status === 'inactive');

/** It groups others, and is chosen by nobody. */
export const isAbstract = (concept: Stated): boolean =>
  ['notSelectable', 'abstract'].some(code => states(concept, code).includes(true));
