/** UCUM units in terms of base units, so that 5 mg finds 0.005 g. https://ucum.org/ucum */
import { ucum } from '../../fhir/ucum.js';

/** A unit as base unit, factor and offset: base value = value × factor + offset. */
export interface BaseUnit {
  unit: string;
  factor: number;
  offset: number;
}

/** Undefined: no UCUM unit, or one that is not linear (pH, decibel) or not commensurable with others (`{score}`). */
export type CanonicalUnit = (code: string) => BaseUnit | undefined;

function convert(code: string, value: number): number {
  return ucum().convertToBaseUnits(code, value).magnitude ?? NaN;
}

function baseUnit(code: string): BaseUnit | undefined {
  // Annotations mean something to people that arithmetic loses; long codes are nobody's unit.
  if (code === '' || code.length > 40 || code.includes('{')) return undefined;
  const { unit } = ucum().getSpecifiedUnit(code, 'validate', false);
  const { status, unitToExp } = ucum().convertToBaseUnits(code, 1);
  if (!unit || status !== 'succeeded' || !unitToExp) return undefined;
  const offset = convert(code, 0);
  const factor = convert(code, 1) - offset;
  const linear = Math.abs(convert(code, 10) - (10 * factor + offset)) <= 1e-9 * Math.abs(10 * factor + offset);
  if (!linear || !Number.isFinite(factor) || factor === 0) return undefined;
  const powers = Object.entries(unitToExp).sort(([a], [b]) => (a < b ? -1 : 1));
  // A mole is a number to UCUM; 5 mmol/L is no count of cells, all the same.
  if (unit.moleExp_ !== 0) powers.push(['mol', unit.moleExp_]);
  return { unit: powers.map(([name, power]) => `${name}${power}`).join('.') || '1', factor, offset };
}

/** The port's implementation on ucum-lhc; remembers the units it has seen. */
export function createCanonicalUnit(): CanonicalUnit {
  const known = new Map<string, BaseUnit | undefined>();
  return code => {
    if (known.has(code)) return known.get(code);
    const found = baseUnit(code);
    if (known.size < 10_000) known.set(code, found);
    return found;
  };
}

/** A value in base units, rounded to 12 digits so that equal amounts in different units are equal. */
export function toBase(value: number, { factor, offset }: BaseUnit): number {
  const exact = value * factor + offset;
  const scale = 10 ** (12 - Math.ceil(Math.log10(Math.abs(exact))));
  const rounded = Math.round(exact * scale) / scale;
  return Number.isFinite(rounded) ? rounded : exact;
}
