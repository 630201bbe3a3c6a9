/** Expressions beyond syntax.ts, by the FHIRPath engine. None of HL7's R4 parameters needs it. */
import { Fault } from '../../fhir/fault.js';
import { compileFhirPath, type Evaluate } from '../../fhir/fhirpath.js';
import type { Json, JsonObject, Resource } from '../../fhir/resource.js';

/** Functions that follow references, or match patterns in time that is not bounded. */
const refused = /\b(?:resolve|matches|matchesFull|replaceMatches|trace|memberOf)\s*\(/;

/**
 * Compiles an expression; the result is evaluated on a resource or an element of it. A resource on which evaluation
 * fails has no value. Fault `unprocessable` if it does not compile or calls what a search parameter may not.
 */
export function compileExtraction(expression: string): (start: JsonObject, resource: Resource) => Json[] {
  const invalid = (why: string) =>
    new Fault('unprocessable', `SearchParameter.expression ${why}`, { expression: 'SearchParameter.expression' });
  if (refused.test(expression)) throw invalid('calls a function that search parameters may not use.');
  let evaluate: Evaluate;
  try {
    evaluate = compileFhirPath(expression);
  } catch (cause) {
    throw new Fault('unprocessable', 'SearchParameter.expression is no FHIRPath.', {
      expression: 'SearchParameter.expression',
      cause,
    });
  }
  return (start, resource) => {
    try {
      return evaluate(start, { resource }) as Json[];
    } catch {
      return [];
    }
  };
}
