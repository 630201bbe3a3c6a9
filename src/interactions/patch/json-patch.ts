/** JSON Patch, RFC 6902, by the rfc6902 package. https://hl7.org/fhir/R4/http.html#patch */
import { isDeepStrictEqual } from 'node:util';
import { applyPatch, Pointer } from 'rfc6902';
import { Fault } from '../../fhir/fault.js';
import { decodeUtf8, parseJson } from '../../fhir/json.js';
import type { SizeLimits } from '../../fhir/size.js';
import { isObject, type Json, type JsonObject, type Resource } from '../../fhir/resource.js';
import { withoutEmptied } from './emptied.js';

type Operations = Parameters<typeof applyPatch>[1];

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);
const MAX_OPERATIONS = 500;
/** Characters that the copies of one patch may add up to: a copy of a copy doubles each time. */
const MAX_COPIED = 1_000_000;

/** The operations in the text of a patch. Fault `invalid` for a text that is no patch. */
export function parseJsonPatch(bytes: Uint8Array, { maxElements }: Pick<SizeLimits, 'maxElements'>): Operations {
  const value = parseJson(decodeUtf8(bytes), 32, { maxElements, maxText: Infinity });
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_OPERATIONS) {
    throw new Fault('invalid', `A JSON Patch is an array of 1 to ${MAX_OPERATIONS} operations.`, { code: 'structure' });
  }
  return value.map(operationIn);
}

/** The operation with its own members alone: others are ignored. https://www.rfc-editor.org/rfc/rfc6902#section-4 */
function operationIn(value: Json): Operations[number] {
  const { op, path, from, value: operand } = (value ?? {}) as JsonObject;
  const needsValue = op === 'add' || op === 'replace' || op === 'test';
  const needsFrom = op === 'move' || op === 'copy';
  const formed =
    typeof op === 'string' &&
    OPERATIONS.has(op) &&
    isPointer(path) &&
    (!needsFrom || isPointer(from)) &&
    (!needsValue || operand !== undefined);
  if (!formed) throw new Fault('invalid', 'An operation of the JSON Patch is not well-formed.', { code: 'structure' });
  const members = { op, path, ...(needsFrom ? { from } : {}), ...(needsValue ? { value: operand } : {}) };
  return members as unknown as Operations[number];
}

const isPointer = (path: unknown): boolean =>
  typeof path === 'string' &&
  (path === '' || path.startsWith('/')) &&
  !/\/(__proto__|constructor|prototype)(\/|$)/.test(path);

/** Applies all operations to this resource (which is changed). Faults: `unprocessable` where one does not fit, `too-costly`. */
export function applyJsonPatch(resource: Resource, operations: Operations): Resource {
  let copied = 0;
  operations.forEach((operation, index) => {
    if (operation.op === 'copy') copied += JSON.stringify(follow(resource, operation.from).value ?? null).length;
    if (copied > MAX_COPIED) throw new Fault('too-costly', 'This JSON Patch copies too much.');
    if (applied(resource, operation)) return;
    throw new Fault('unprocessable', `Operation ${index} of the JSON Patch cannot be applied.`, { code: 'processing' });
  });
  const patched = restored(resource) as Resource;
  // The validator refuses an empty value that the patch itself adds.
  const brought = operations.some(operation => 'value' in operation && hasEmpty(operation.value as Json));
  return brought ? patched : withoutEmptied(patched);
}

/** The package follows any property of JavaScript (`/name/length`) and tests lists in quadratic time; this does neither. */
function applied(resource: Resource, operation: Operations[number]): boolean {
  const { op, path } = operation;
  const adds = op === 'add' || op === 'move' || op === 'copy';
  if (adds && path.endsWith('/-')) makeList(resource, path.slice(0, -'/-'.length));
  const target = follow(resource, path);
  if (!target.sound || (!adds && target.value === undefined)) return false;
  if ('from' in operation && follow(resource, operation.from).value === undefined) return false;
  if (op !== 'test') return applyPatch(resource, [operation])[0] === null;
  return isDeepStrictEqual(plain(target.value as Json), plain(operation.value as Json));
}

/** The value at a path. A sound path goes through objects by their own names and through lists by indexes. */
function follow(resource: Resource, path: string): { sound: boolean; value?: Json | undefined } {
  let at: Json | undefined = resource;
  const [, ...tokens] = Pointer.fromJSON(path).tokens;
  const sound = tokens.every(token => {
    if (Array.isArray(at)) {
      at = at[Number(token)];
      return /^(?:0|[1-9]\d*|-)$/.test(token);
    }
    if (!isObject(at) || digitsOf(at) !== undefined) return false;
    at = Object.hasOwn(at, token) ? at[token] : undefined;
    return true;
  });
  return sound ? { sound, value: at } : { sound };
}

/** FHIR has no empty lists: a list that is appended to and is not there begins with what is appended. */
function makeList(resource: Resource, path: string): void {
  const [name, ...above] = Pointer.fromJSON(path).tokens.reverse();
  const parent = name === '' ? undefined : follow(resource, new Pointer(above.reverse()).toString()).value;
  if (name !== undefined && isObject(parent) && !Object.hasOwn(parent, name)) parent[name] = [];
}

/** The text of a number that kept its digits (fhir/json.ts); the package's copy of one is a plain object. */
function digitsOf(value: object): string | undefined {
  const { rawJSON, ...others } = value as { rawJSON?: unknown };
  const whole = typeof rawJSON === 'string' && Object.keys(others).length === 0;
  return whole && /^-?\d[\d.eE+-]*$/.test(rawJSON) ? rawJSON : undefined;
}

/** RFC 6902 compares numbers by value, not by digits. */
function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  const digits = digitsOf(value);
  return digits === undefined ? mapped(value, plain) : Number(digits);
}

/** The value with its numbers as raw JSON again. */
function restored(value: Json): Json {
  if (Array.isArray(value)) return value.map(restored);
  if (!isObject(value)) return value;
  const digits = digitsOf(value);
  if (digits === undefined) return mapped(value, restored);
  return (JSON as unknown as { rawJSON(text: string): Json }).rawJSON(digits);
}

const mapped = (object: JsonObject, inner: (value: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, one]) => [name, inner(one as Json)]));

function hasEmpty(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const inside = Object.values(value) as Json[];
  return inside.length === 0 || inside.some(hasEmpty);
}
