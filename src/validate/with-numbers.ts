/** Decimals as numbers, for rules that compare them. */
import type { Json, JsonObject } from '../fhir/resource.js';

const isRawJson = (JSON as unknown as { isRawJSON: (value: unknown) => value is { rawJSON: string } }).isRawJSON;

/** The value with decimals as plain numbers, for rules that compare them; the very same value where there are none. */
export function withNumbers(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isRawJson(value)) return Number(value.rawJSON);
  if (Array.isArray(value)) {
    const items = value.map(withNumbers);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  let copy: JsonObject | undefined;
  for (const [name, inner] of Object.entries(value as JsonObject)) {
    const plain = withNumbers(inner!);
    if (plain !== inner) (copy ??= { ...(value as JsonObject) })[name] = plain;
  }
  return copy ?? value;
}
