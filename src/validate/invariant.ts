/**
 * Invariants: FHIRPath constraints, the hot ones as code (invariant.table.ts), the others compiled by fhirpath when they are
 * first met. https://hl7.org/fhir/R4/conformance-rules.html#constraints
 */
import type { Constraint } from '../definitions/definitions.js';
import { defined } from '../fhir/defined.js';
import { compileFhirPath, compileOutside, type EvaluateWithin } from '../fhir/fhirpath.js';
import type { Json } from '../fhir/resource.js';
import { handmade, skipped } from './invariant.table.js';
import { ownRule } from './own-invariant.table.js';
import type { Path } from './report.js';
import type { CheckContext } from './check-context.js';

/** Checks one value and reports. */
export type Invariant = (value: Json, scope: CheckContext, at: Path) => void;

type Evaluate = (value: Json, scope: CheckContext) => boolean | undefined;

/**
 * Compiles a constraint, of a base type or that a profile adds; undefined for one that is known to be wrong, or checked
 * elsewhere.
 */
export function compileInvariant(constraint: Constraint, base: string, isAdded = false): Invariant | undefined {
  const { key, severity, human } = constraint;
  if (skipped.has(key) && !constraint.posted) return undefined;
  const holds = ruleOf(constraint, base, isAdded);
  return (value, scope, at) => {
    const result = holds(value, scope);
    if (result === true) return;
    if (result === undefined) scope.report.warn('not-supported', at, `${key}: the rule could not be evaluated.`);
    else if (severity === 'error') scope.report.breach('invariant', at, `${key}: ${human}`);
    else scope.report.warn('invariant', at, `${key}: ${human}`);
  };
}

function ruleOf(constraint: Constraint, base: string, isAdded: boolean): Evaluate {
  const { key, expression, posted } = constraint;
  if (posted) return interpretedWithin(constraint, base);
  return ownRule(expression) ?? (isAdded ? undefined : handmade[key]) ?? interpreted(constraint, base);
}

/**
 * A constraint as published: true unless the result is false or nothing; undefined where fhirpath cannot evaluate it.
 */
export function interpreted({ expression }: Constraint, base: string): Evaluate {
  let onElement: Expression | undefined;
  let onNumber: Expression | undefined;
  return (value, { resource, container }) => {
    try {
      // The engine fails on a number that it is told the element of, and takes it for what it is without.
      const evaluate =
        typeof value === 'number'
          ? (onNumber ??= compileFhirPath(expression))
          : (onElement ??= compileFhirPath(expression, base));
      return passes(evaluate(value, { resource, rootResource: container, context: value }));
    } catch {
      return undefined;
    }
  };
}

/** A constraint that was posted: undefined also where it costs more than the resource's steps, or its form does not bound it. */
function interpretedWithin({ expression }: Constraint, base: string): Evaluate {
  const compiled = new Map<string | undefined, EvaluateWithin | undefined>();
  return (value, { resource, container, steps }) => {
    try {
      const form = typeof value === 'number' ? undefined : base;
      if (!compiled.has(form)) compiled.set(form, compileOutside(expression, steps, defined({ base: form })));
      const evaluate = compiled.get(form);
      return evaluate && passes(evaluate(value, { resource, rootResource: container, context: value }, steps));
    } catch {
      return undefined;
    }
  };
}

/** Neither false nor nothing. */
const passes = (result: readonly unknown[]): boolean => result.length > 0 && result[0] !== false;

type Expression = ReturnType<typeof compileFhirPath>;
