/**
 * The FHIRPath engine with R4's model, loaded when the first expression needs it: it takes a tenth of a second.
 * https://hl7.org/fhirpath/, https://hl7.org/fhir/R4/fhirpath.html
 */
import { createRequire } from 'node:module';

/** Evaluates on a value; `%resource` and the like come by name. Objects in the result are those of the input itself. */
export type Evaluate = (value: unknown, environment: Record<string, unknown>) => unknown[];

interface Engine {
  compile(expression: { base: string; expression: string } | string, model: unknown, options: object): Evaluate;
  parse(expression: string): unknown;
}

let engine: { fhirpath: Engine; model: unknown } | undefined;

function loaded(): { fhirpath: Engine; model: unknown } {
  if (!engine) {
    const load = createRequire(import.meta.url);
    engine = { fhirpath: load('fhirpath') as Engine, model: load('fhirpath/fhir-context/r4') };
  }
  return engine;
}

/**
 * Nothing outside the resource is read: what a reference points to counts as not resolvable. The engine's own isDistinct
 * compares each with each, which a list of 20,000 codes would make a matter of minutes.
 */
const options = {
  async: false,
  traceFn: () => undefined,
  userInvocationTable: {
    resolve: { fn: (): unknown[] => [], arity: { 0: [] } },
    isDistinct: { fn: (items: unknown[]) => [new Set(items.map(key)).size === items.length], arity: { 0: [] } },
  },
} as const;

const key = (item: unknown): string => `${typeof item} ${JSON.stringify(item)}`;

/**
 * Compiles an expression. `base` is the type path it is evaluated on, where that is not a resource (`Patient.contact`).
 * Throws what the engine throws for text that is no FHIRPath.
 */
export function compileFhirPath(expression: string, base?: string): Evaluate {
  const { fhirpath, model } = loaded();
  return fhirpath.compile(base === undefined ? expression : { base, expression }, model, options);
}

/** Characters; the longest published expression has 1,386. */
const longest = 10_000;

/** The engine's syntax tree; undefined for text that is no FHIRPath expression, or too long to be parsed in no time. */
export function parseFhirPath(expression: string): unknown {
  if (expression.length > longest) return undefined;
  try {
    return loaded().fhirpath.parse(expression);
  } catch {
    return undefined;
  }
}
