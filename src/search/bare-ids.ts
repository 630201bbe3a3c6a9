/**
 * Ids that a search names without their type, for references that lead to several types.
 * https://hl7.org/fhir/R4/search.html#reference
 */
export interface BareId {
  /** The parameter as the caller wrote it; for messages. */
  name: string;
  id: string;
  /** Types the reference may lead to; [] = any. */
  types: readonly string[];
}
