/** Decimals and the precision they imply. https://hl7.org/fhir/R4/search.html#number */
import type { Json } from '../../fhir/resource.js';
import type { RangeOp, RangeTest } from '../query.js';

const DECIMAL = /^([+-]?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

export interface Precise {
  value: number;
  /** What rounds to the value: lo included, hi the last below the next. */
  lo: number;
  hi: number;
}

const view = new DataView(new ArrayBuffer(8));

/** The greatest number below this one. */
export function before(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return view.getFloat64(0);
}

const finite = (value: number): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));

/**
 * Reads a decimal: 100 stands for [99.5, 100.5), 100.0 for [99.95, 100.05), and 1e2 (by the specification's example) for
 * [95, 105). Undefined if it is none.
 */
export function parseDecimal(text: string): Precise | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', written = '', exponent] = match;
  const fraction = written === '' && exponent !== undefined ? '0' : written;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`) * 10n;
  const scale = Number(exponent ?? 0) - fraction.length - 1;
  const at = (units: bigint): number => finite(Number(`${units}e${scale}`));
  return { value: finite(Number(text)), lo: at(digits - 5n), hi: finite(before(at(digits + 5n))) };
}

/** A JSON number, with digits kept or not. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return finite(value);
  const raw = typeof value === 'object' && value !== null && 'rawJSON' in value ? value.rawJSON : undefined;
  return typeof raw === 'string' ? finite(Number(raw)) : undefined;
}

/** Equality goes by the precision, approximation by a tenth; the others by the exact value. */
export function decimalTest(op: RangeOp, { value, lo, hi }: Precise): RangeTest {
  if (op === 'eq' || op === 'ne') return { op, lo, hi };
  if (op !== 'ap') return { op, lo: value, hi: value };
  const margin = Math.abs(value) / 10;
  return { op, lo: Math.min(lo, value - margin), hi: Math.max(hi, value + margin) };
}
