/** Nulls in arrays stand for a primitive that has extensions alone: each needs its counterpart. https://hl7.org/fhir/R4/json.html#null */
import type { Json, JsonObject } from '../fhir/resource.js';

/**
 * The JSON paths of arrays in which a null has no value at its place in the sibling array (`_given` of `given`). The shape
 * of the resource is right.
 * @param skipped resources inside this one, which are looked at by themselves
 */
export function unpairedNulls(resource: JsonObject, skipped: ReadonlySet<Json>): string[][] {
  const found: string[][] = [];
  const inObject = (value: JsonObject, path: readonly string[]): void => {
    for (const name in value) {
      const inner = value[name]!;
      if (typeof inner !== 'object') continue;
      if (Array.isArray(inner)) inArray(value, name, inner, [...path, name]);
      else if (!skipped.has(inner)) inObject(inner as JsonObject, [...path, name]);
    }
  };
  const inArray = (owner: JsonObject, name: string, items: readonly Json[], path: string[]): void => {
    for (const [at, item] of items.entries()) {
      if (item === null && !hasCounterpart(owner, name, at)) {
        found.push(path);
        return;
      }
      if (typeof item === 'object' && item !== null && !skipped.has(item))
        inObject(item as JsonObject, [...path, String(at)]);
    }
  };
  inObject(resource, []);
  return found;
}

function hasCounterpart(owner: JsonObject, name: string, at: number): boolean {
  const sibling = owner[name.startsWith('_') ? name.slice(1) : `_${name}`];
  return Array.isArray(sibling) && (sibling[at] ?? null) !== null;
}
