/**
 * The FHIRPath engine, for expressions beyond syntax.ts. None of HL7's R4 parameters needs it, so it is loaded (90 ms)
 * when the first such expression is met. https://hl7.org/fhirpath/N1/
 */
import { createRequire } from 'node:module';
import { Fault } from '../../fhir/fault.js';
import type { Json, JsonObject, Resource } from '../../fhir/resource.js';

type Evaluate = (start: JsonObject, environment: { resource: Resource }) => Json[];

interface Engine {
  compile(expression: string, model: unknown): Evaluate;
}

const require = createRequire(import.meta.url);

/** Functions that follow references, or match patterns in time that is not bounded. */
const refused = /\b(?:resolve|matches|matchesFull|replaceMatches|trace|memberOf)\s*\(/;

/**
 * Compiles an expression; the result is evaluated on a resource or an element of it. A resource on which evaluation
 * fails has no value. Fault `unprocessable` if it does not compile or calls what a search parameter may not.
 */
export function compileFhirPath(expression: string): (start: JsonObject, resource: Resource) => Json[] {
  const invalid = (why: string) =>
    new Fault('unprocessable', `SearchParameter.expression ${why}`, { expression: 'SearchParameter.expression' });
  if (refused.test(expression)) throw invalid('calls a function that search parameters may not use.');
  const engine = require('fhirpath') as Engine;
  let evaluate: Evaluate;
  try {
    evaluate = engine.compile(expression, require('fhirpath/fhir-context/r4'));
  } catch (cause) {
    throw new Fault('unprocessable', 'SearchParameter.expression is no FHIRPath.', {
      expression: 'SearchParameter.expression',
      cause,
    });
  }
  return (start, resource) => {
    try {
      return evaluate(start, { resource });
    } catch {
      return [];
    }
  };
}
