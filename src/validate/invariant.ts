/**
 * Invariants: FHIRPath constraints, the hot ones as code (invariant.table.ts), the others compiled by fhirpath when they are
 * first met. https://hl7.org/fhir/R4/conformance-rules.html#constraints
 */
import { createRequire } from 'node:module';
import type { Constraint } from '../definitions/definitions.js';
import type { Json } from '../fhir/resource.js';
import { handmade, skipped } from './invariant.table.js';
import type { Path } from './report.js';
import type { Scope } from './scope.js';

/** Checks one value and reports. */
export type Invariant = (value: Json, scope: Scope, at: Path) => void;

type Evaluate = (value: Json, scope: Scope) => boolean | undefined;

/** Compiles a constraint; undefined for one that is known to be wrong, or checked elsewhere. */
export function compileInvariant(constraint: Constraint, base: string): Invariant | undefined {
  const { key, severity, human } = constraint;
  if (skipped.has(key)) return undefined;
  const holds = handmade[key] ?? interpreted(constraint, base);
  return (value, scope, at) => {
    const result = holds(value, scope);
    if (result === true) return;
    if (result === undefined) scope.report.warn('not-supported', at, `${key}: the rule could not be evaluated.`);
    else if (severity === 'error') scope.report.breach('invariant', at, `${key}: ${human}`);
    else scope.report.warn('invariant', at, `${key}: ${human}`);
  };
}

interface Engine {
  compile(
    path: { base: string; expression: string } | string,
    model: unknown,
    options: object,
  ): (value: Json, environment: Record<string, Json>) => unknown[];
  parse(expression: string): unknown;
}

let engine: { fhirpath: Engine; model: unknown } | undefined;

/** fhirpath takes 0.1 s to load: only when the first expression needs it. */
function fhirpath(): { fhirpath: Engine; model: unknown } {
  if (!engine) {
    const load = createRequire(import.meta.url);
    engine = { fhirpath: load('fhirpath') as Engine, model: load('fhirpath/fhir-context/r4') };
  }
  return engine;
}

/**
 * Nothing outside the resource is read: what a reference points to counts as not resolvable. fhirpath's own isDistinct
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
 * A constraint as published: true unless the result is false or nothing; undefined where fhirpath cannot evaluate it.
 */
export function interpreted({ expression }: Constraint, base: string): Evaluate {
  let evaluate: ReturnType<Engine['compile']> | undefined;
  return (value, { resource, container }) => {
    try {
      const loaded = fhirpath();
      evaluate ??= loaded.fhirpath.compile({ base, expression }, loaded.model, options);
      const result = evaluate(value, { resource, rootResource: container, context: value });
      return result.length > 0 && result[0] !== false;
    } catch {
      return undefined;
    }
  };
}

/** Characters; the longest published expression has 1,386. */
const longest = 10_000;

/** Whether a text is a FHIRPath expression, of a length that is parsed in no time. */
export function isFhirPath(expression: string): boolean {
  if (expression.length > longest) return false;
  try {
    fhirpath().fhirpath.parse(expression);
    return true;
  } catch {
    return false;
  }
}
