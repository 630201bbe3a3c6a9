/** The values that an element has in an object: each with its type, and with what stands in `_name`. */
import type { Json, JsonObject } from '../../fhir/resource.js';
import { step, type Path } from '../report.js';
import { text } from '../check-context.js';
import type { ProfileNode } from './compile.js';

export interface Item {
  /** undefined: a primitive without a value, of which only `_name` is there. */
  readonly value: Json | undefined;
  readonly twin: JsonObject | undefined;
  /** FHIR type, of a resource its own; undefined where the profile's tree does not tell. */
  readonly type: string | undefined;
  readonly at: Path;
}

/** All values of this element. */
export function itemsOf(object: JsonObject, node: ProfileNode, at: Path): Item[] {
  const found = node.choice ? choiceName(object, node.name) : node.name;
  if (found === undefined) return [];
  const [value, twin] = [object[found], object[`_${found}`]];
  if (value === undefined && twin === undefined) return [];
  const type = node.choice ? typeNamed(found.slice(node.name.length), node) : node.types[0]?.code;
  const typeOf = (it: Json | undefined): string | undefined => text(it as JsonObject, 'resourceType') ?? type;
  if (!Array.isArray(value) && !Array.isArray(twin)) {
    return [{ value, twin: twin as JsonObject | undefined, type: typeOf(value), at: step(at, node.name) }];
  }
  const [values, twins] = [(value ?? []) as Json[], (twin ?? []) as (JsonObject | null)[]];
  return Array.from({ length: Math.max(values.length, twins.length) }, (_, index) => ({
    value: values[index] ?? undefined,
    twin: twins[index] ?? undefined,
    type: typeOf(values[index]),
    at: step(at, node.name, index),
  }));
}

function choiceName(object: JsonObject, name: string): string | undefined {
  for (const key in object) {
    const own = key.startsWith('_') ? key.slice(1) : key;
    if (own.startsWith(name) && /^[A-Z]/.test(own.slice(name.length))) return own;
  }
  return undefined;
}

/** `Quantity`, `DateTime` → `Quantity`, `dateTime`: as the profile writes it, else the suffix as it is. */
function typeNamed(suffix: string, node: ProfileNode): string {
  return node.types.find(({ code }) => code.toLowerCase() === suffix.toLowerCase())?.code ?? suffix;
}
