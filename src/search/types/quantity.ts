/** Quantity search, by number alone, in a unit, or in any UCUM unit that converts. https://hl7.org/fhir/R4/search.html#quantity */
import { isObject, type Json, type JsonObject } from '../../fhir/resource.js';
import { UCUM } from '../../fhir/ucum.js';
import { splitEscaped, unescape } from '../escape.js';
import { systemForm } from '../keys.js';
import { badValue } from '../limits.js';
import { decimalTest, numberOf, parseDecimal } from './decimal.js';
import { splitPrefix } from './prefix.js';
import {
  textOf,
  type ExtractContext,
  type Ports,
  type Sink,
  type Term,
  type TermContext,
  type ValueType,
} from './type.js';
import { toBase } from './ucum.js';

interface Unit {
  system: string;
  code: string;
  display: string;
}

/** Suffix of quantities in a unit, and how values are written there. */
function unitForm(
  { system, code }: Unit,
  { canonicalUnit }: Ports,
): { suffix: string; scale: (value: number) => number } {
  const base = system === UCUM ? canonicalUnit(code) : undefined;
  if (!base) return { suffix: systemForm(system, code), scale: value => value };
  return { suffix: systemForm(`${UCUM} base`, base.unit), scale: value => toBase(value, base) };
}

function add(lo: number, hi: number, unit: Unit, sink: Sink, ports: Ports): void {
  sink.range('', lo, hi);
  const { system, code, display } = unit;
  if (system !== '') sink.range(systemForm(system, ''), lo, hi);
  if (system !== '' && code !== '') {
    const { suffix, scale } = unitForm(unit, ports);
    const low = scale(lo);
    sink.range(suffix, low, hi === lo ? low : scale(hi));
  }
  for (const name of new Set([code, display])) if (name !== '') sink.range(systemForm('', name), lo, hi);
}

const unitOf = ({ system, code, unit, currency }: JsonObject): Unit =>
  typeof currency === 'string'
    ? { system: 'urn:iso:std:iso:4217', code: currency, display: '' }
    : { system: textOf(system) ?? '', code: textOf(code) ?? '', display: textOf(unit) ?? '' };

/** `<5` and the like stand for everything on that side. */
function spread(value: number, comparator: Json | undefined): [number, number] {
  if (comparator === '<' || comparator === '<=') return [-Number.MAX_VALUE, value];
  return comparator === '>' || comparator === '>=' ? [value, Number.MAX_VALUE] : [value, value];
}

function extract(value: Json, sink: Sink, { ports }: ExtractContext): void {
  if (!isObject(value)) return;
  const number = numberOf(value['value']);
  if (number !== undefined) {
    const [lo, hi] = spread(number, value['comparator']);
    return add(lo, hi, unitOf(value), sink, ports);
  }
  // Range
  const { low, high } = value;
  const from = isObject(low) ? numberOf(low['value']) : undefined;
  const to = isObject(high) ? numberOf(high['value']) : undefined;
  const unit = isObject(low) ? low : isObject(high) ? high : undefined;
  if (unit && (from ?? to) !== undefined)
    add(from ?? -Number.MAX_VALUE, to ?? Number.MAX_VALUE, unitOf(unit), sink, ports);
}

function terms(value: string, _modifier: string | undefined, { name, ports }: TermContext): Term[] {
  const parts = splitEscaped(value, '|').map(unescape);
  const [amount = '', system = '', code = ''] = parts;
  const { op, rest } = splitPrefix(amount);
  const decimal = parseDecimal(rest);
  if (!decimal || parts.length > 3)
    throw badValue(name, "a quantity has the form 'number', 'number|system', 'number|system|code' or 'number||code'.");
  const test = decimalTest(op, decimal);
  if (code === '') return [{ kind: 'range', suffix: system === '' ? '' : systemForm(system, ''), test }];
  if (system === '') return [{ kind: 'range', suffix: systemForm('', code), test }];
  const { suffix, scale } = unitForm({ system, code, display: '' }, ports);
  return [{ kind: 'range', suffix, test: { op: test.op, lo: scale(test.lo), hi: scale(test.hi) } }];
}

export const quantity: ValueType = {
  modifiers: [],
  dataTypes: ['Quantity', 'Money', 'Range', 'Age', 'Duration', 'Distance', 'Count'],
  extract,
  terms,
};
