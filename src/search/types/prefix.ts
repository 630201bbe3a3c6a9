/** Prefixes of ordered values. https://hl7.org/fhir/R4/search.html#prefix */
import type { RangeOp } from '../query.js';

const prefixes: ReadonlySet<string> = new Set(['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']);

/** The comparison asked for (equal, if none is), and what follows it. */
export function splitPrefix(value: string): { op: RangeOp; rest: string } {
  const prefix = value.slice(0, 2);
  return prefixes.has(prefix) ? { op: prefix as RangeOp, rest: value.slice(2) } : { op: 'eq', rest: value };
}
