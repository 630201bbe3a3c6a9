/**
 * The FHIRPath engine with R4's model, loaded when the first expression needs it: it takes a tenth of a second.
 * https://hl7.org/fhirpath/, https://hl7.org/fhir/R4/fhirpath.html
 */
import { createRequire } from 'node:module';

/** Evaluates on a value; `%resource` and the like come by name. Objects in the result are those of the input itself. */
export type Evaluate = (value: unknown, environment: Record<string, unknown>) => unknown[];

interface Engine {
  compile(
    expression: { base: string; expression: string } | string,
    model: unknown,
    options: { async: false; traceFn: () => void },
  ): Evaluate;
}

let engine: { fhirpath: Engine; model: unknown } | undefined;

/**
 * Compiles an expression. `base` is the type path it is evaluated on, where that is not a resource (`Patient.contact`).
 * Throws what the engine throws for text that is no FHIRPath.
 */
export function compileFhirPath(expression: string, base?: string): Evaluate {
  const load = createRequire(import.meta.url);
  engine ??= { fhirpath: load('fhirpath') as Engine, model: load('fhirpath/fhir-context/r4') };
  const source = base === undefined ? expression : { base, expression };
  return engine.fhirpath.compile(source, engine.model, { async: false, traceFn: () => undefined });
}
