/**
 * The FHIRPath engine with R4's model, loaded when the first expression needs it: it takes a tenth of a second.
 * https://hl7.org/fhirpath/, https://hl7.org/fhir/R4/fhirpath.html
 */
import { createRequire } from 'node:module';
import { counterOf, isLinearTree, type Counter, type Node } from './fhirpath-cost.js';
import type { Steps } from './steps.js';

/** Evaluates on a value; `%resource` and the like come by name. Objects in the result are those of the input itself. */
export type Evaluate = (
  value: unknown,
  environment: Record<string, unknown>,
  options?: { debugger: Counter },
) => unknown[];

/** The same for an expression from outside. Fault `too-costly` where the steps do not suffice. */
export type EvaluateWithin = (value: unknown, environment: Record<string, unknown>, steps: Steps) => unknown[];

interface Engine {
  compile(expression: { base: string; expression: string } | string, model: unknown, options: object): Evaluate;
  parse(expression: string): Node;
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

/**
 * Compiles an expression from outside, which may call the functions of `isLinearTree`, or those that `allows` admits. Undefined
 * for any other text. Compiling takes steps as well: Fault `too-costly`.
 */
export function compileOutside(
  expression: string,
  steps: Steps,
  { base, allows = tree => isLinearTree(tree) }: { base?: string; allows?: (tree: Node) => boolean } = {},
): EvaluateWithin | undefined {
  steps.take(operatorsIn(expression) * OPERATOR);
  const tree = parseFhirPath(expression);
  if (!tree || !allows(tree)) return undefined;
  const evaluate = compileFhirPath(expression, base);
  const counted = counterOf(tree, expression.length);
  return (value, environment, within) => {
    within.take(EVALUATION);
    return evaluate(value, environment, { debugger: counted(within) });
  };
}

/** Steps that compiling takes for each operator and parenthesis, with which the parser is busy for up to 0.1 ms. */
const OPERATOR = 100;
/** Steps of beginning an evaluation. */
const EVALUATION = 10;

/** Characters; the longest published expression has 1,386. */
const LONGEST = 10_000;
const MOST_OPERATORS = 100;

const operatorsIn = (expression: string): number =>
  expression.match(/[-+*/&|=<>~(]|\b(?:and|or|xor|implies|div|mod|in|contains|is|as)\b/g)?.length ?? 0;

/** The engine's syntax tree; undefined for text that is no FHIRPath expression, or takes long to parse. */
export function parseFhirPath(expression: string): Node | undefined {
  if (expression.length > LONGEST || operatorsIn(expression) > MOST_OPERATORS) return undefined;
  try {
    return loaded().fhirpath.parse(expression);
  } catch {
    return undefined;
  }
}
