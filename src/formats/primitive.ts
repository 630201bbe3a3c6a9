/** The text of an XML value attribute as JSON has it. https://hl7.org/fhir/R4/json.html#primitive */
import { Fault } from '../fhir/fault.js';
import type { Json } from '../fhir/resource.js';

const integers = new Set(['integer', 'unsignedInt', 'positiveInt']);

/** Fault `invalid` where a boolean or number is none. Decimals keep their digits. */
export function primitiveValue(text: string, type: string, path: string): Json {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'decimal' && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return decimal(text);
  if (integers.has(type) && /^-?(0|[1-9]\d{0,9})$/.test(text)) return Number(text);
  if (type !== 'boolean' && type !== 'decimal' && !integers.has(type)) return text;
  throw new Fault('invalid', `The value is not of type ${type}.`, { code: 'value', expression: path });
}

function decimal(text: string): Json {
  const number = Number(text);
  return String(number) === text ? number : (JSON as unknown as { rawJSON(text: string): Json }).rawJSON(text);
}
