/** Expressions beyond syntax.ts, by the FHIRPath engine. None of HL7's R4 parameters needs it. */
import { Fault } from '../../fhir/fault.js';
import { compileOutside, parseFhirPath } from '../../fhir/fhirpath.js';
import type { Json, JsonObject, Resource } from '../../fhir/resource.js';
import { Steps } from '../../fhir/steps.js';
import { Cache } from '../../runtime/cache.js';

export type Extraction = (start: JsonObject, resource: Resource, steps?: Steps) => Json[];

const known = new Cache<Extraction>(500);

/** Steps on a resource that is empty: more are taken only by what does not depend on the resource. */
const ON_NOTHING = 1000;

/**
 * Compiles an expression; the result is evaluated on a resource or an element of it. A resource on which evaluation
 * fails, or takes too many steps, has no value. Fault `unprocessable` if it does not compile or calls what a search
 * parameter may not.
 */
export const compileExtraction = (expression: string): Extraction =>
  known.getOrMake(expression, () => extractionOf(expression));

function extractionOf(expression: string): Extraction {
  const invalid = (why: string) =>
    new Fault('unprocessable', `SearchParameter.expression ${why}`, { expression: 'SearchParameter.expression' });
  if (!parseFhirPath(expression)) throw invalid('is no FHIRPath.');
  const evaluate = compileOutside(expression, new Steps());
  if (!evaluate) throw invalid('calls a function that search parameters may not use.');
  const extraction: Extraction = (start, resource, steps = new Steps()) => {
    try {
      return evaluate(start, { resource }, steps) as Json[];
    } catch {
      return [];
    }
  };
  try {
    evaluate({ resourceType: 'Basic' }, {}, new Steps(ON_NOTHING));
  } catch (error) {
    if (error instanceof Fault) throw invalid('takes too many steps to evaluate.');
  }
  return extraction;
}
