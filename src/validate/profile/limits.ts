/** Smallest and greatest value, and greatest length. https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.minValue_x_ */
import type { Json, JsonObject } from '../../fhir/resource.js';
import { notAfter } from '../../fhir/period.js';

export interface ValueLimits {
  readonly min: Json | undefined;
  readonly max: Json | undefined;
  /** In characters. */
  readonly maxLength: number | undefined;
}

/** Which limit a value breaks; undefined if none, or if it cannot be compared. */
export function excessOf(value: Json, { min, max, maxLength }: ValueLimits): string | undefined {
  if (min !== undefined && !isOrdered(min, value)) return `The value must not be below ${JSON.stringify(min)}.`;
  if (max !== undefined && !isOrdered(value, max)) return `The value must not be above ${JSON.stringify(max)}.`;
  const isLong = maxLength !== undefined && typeof value === 'string' && Array.from(value).length > maxLength;
  return isLong ? `The value must not be longer than ${maxLength} characters.` : undefined;
}

/** False only where the first is surely greater: numbers, dates and times, quantities of one unit. */
function isOrdered(first: Json, second: Json): boolean {
  if (typeof first === 'number' && typeof second === 'number') return first <= second;
  if (typeof first === 'string' && typeof second === 'string') {
    return first.includes(':') && !first.includes('-') ? first <= second : notAfter(first, second);
  }
  const [one, other] = [first, second] as [JsonObject, JsonObject];
  return !haveSameUnit(one, other) || isOrdered(one['value'] as Json, other['value'] as Json);
}

const haveSameUnit = (one: JsonObject, other: JsonObject): boolean =>
  typeof one['value'] === 'number' &&
  typeof other['value'] === 'number' &&
  one['system'] === other['system'] &&
  one['code'] === other['code'];
