/** A resource with one of its elements in a JSON type that it cannot have: every element in turn, every wrong type. */
import type { Json, JsonObject } from '../../src/fhir/resource.js';

export interface Malformed {
  /** `payload[0].contentString = {}` */
  name: string;
  resource: JsonObject;
}

const VALUES: readonly Json[] = [null, [], [null], [[]], {}, { x: 1 }, [{ x: 1 }], '', 'text', 0, true, [0], ['']];

/** Whether no element of this JSON type may have that value: one of another JSON type, or empty. */
function isWrong(before: Json, value: Json): boolean {
  if (value === null || value === '') return true;
  if (typeof before !== 'object' || before === null) return typeof value !== typeof before;
  if (Array.isArray(before) !== Array.isArray(value)) return true;
  // No element of FHIR is called x, and no array may be empty, nested or have an entry of another type.
  return typeof value === 'object';
}

export function* malformed(resource: JsonObject): Iterable<Malformed> {
  for (const path of pathsOf(resource)) {
    const before = path.reduce<Json>((value, step) => (value as JsonObject)[step]!, resource);
    for (const value of VALUES) {
      if (isWrong(before, value)) {
        const changed = withValue(resource, path, value) as JsonObject;
        yield { name: `${path.join('.')} = ${JSON.stringify(value)}`, resource: changed };
      }
    }
  }
}

/** The paths of all elements below the root but `resourceType` and `id`, which the request's path decides. */
function* pathsOf(value: Json, path: readonly string[] = []): Iterable<readonly string[]> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (path.length === 0 && (name === 'resourceType' || name === 'id')) continue;
    yield* pathsOf(inner as Json, [...path, name]);
  }
}

function withValue(whole: Json, [step, ...rest]: readonly string[], value: Json): Json {
  if (step === undefined) return value;
  const inner = withValue((whole as JsonObject)[step] ?? null, rest, value);
  if (Array.isArray(whole)) return whole.map((one, at) => (String(at) === step ? inner : one));
  return { ...(whole as JsonObject), [step]: inner };
}
