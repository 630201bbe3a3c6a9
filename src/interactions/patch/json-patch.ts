/** JSON Patch, RFC 6902, by the rfc6902 package. https://hl7.org/fhir/R4/http.html#patch */
import { isDeepStrictEqual } from 'node:util';
import { applyPatch, Pointer } from 'rfc6902';
import { Fault } from '../../fhir/fault.js';
import { decodeUtf8, parseJson } from '../../fhir/json.js';
import type { Json, JsonObject, Resource } from '../../fhir/resource.js';

type Operations = Parameters<typeof applyPatch>[1];

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);
const MAX_OPERATIONS = 500;
/** Characters that all copies of one patch take: copies of copies double each time. */
const MAX_COPIED = 1_000_000;

/** The operations in a patch body (a Binary of media type application/json-patch+json). Fault `invalid` if it is none. */
export function parseJsonPatch(binary: Resource): Operations {
  const value = parseJson(decodeUtf8(Buffer.from(String(binary['data'] ?? ''), 'base64')), 32);
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_OPERATIONS) {
    throw new Fault('invalid', `A JSON Patch is an array of 1 to ${MAX_OPERATIONS} operations.`, { code: 'structure' });
  }
  for (const operation of value) checkOperation(operation);
  return value as unknown as Operations;
}

function checkOperation(value: Json): void {
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
}

const isPointer = (path: unknown): boolean =>
  typeof path === 'string' &&
  (path === '' || path.startsWith('/')) &&
  !/\/(__proto__|constructor|prototype)(\/|$)/.test(path);

/** Applies all operations to this resource (which is changed). Faults: `unprocessable` where one does not fit, `too-costly`. */
export function applyJsonPatch(resource: Resource, operations: Operations): Resource {
  let copied = 0;
  operations.forEach((operation, index) => {
    if (operation.op === 'copy') copied += JSON.stringify(valueAt(resource, operation.from) ?? null).length;
    if (copied > MAX_COPIED) throw new Fault('too-costly', 'This JSON Patch copies too much.');
    if (applied(resource, operation)) return;
    throw new Fault('unprocessable', `Operation ${index} of the JSON Patch cannot be applied.`, { code: 'processing' });
  });
  return restoreNumbers(resource) as Resource;
}

/** The package tests by a full comparison of lists, in quadratic time. */
function applied(resource: Resource, operation: Operations[number]): boolean {
  if (operation.op !== 'test') return applyPatch(resource, [operation])[0] === null;
  const [actual, wanted] = [valueAt(resource, operation.path), operation.value as Json];
  return actual !== undefined && isDeepStrictEqual(restoreNumbers(actual), restoreNumbers(wanted));
}

const valueAt = (resource: Resource, path: string): Json | undefined =>
  Pointer.fromJSON(path).get(resource) as Json | undefined;

/** The package copies values: a number that kept its digits (fhir/json.ts) comes out as a plain object and is made anew. */
function restoreNumbers(value: Json): Json {
  if (Array.isArray(value)) return value.map(restoreNumbers);
  if (typeof value !== 'object' || value === null) return value;
  const { rawJSON, ...others } = value as { rawJSON?: unknown };
  if (typeof rawJSON === 'string' && Object.keys(others).length === 0 && /^-?\d[\d.eE+-]*$/.test(rawJSON)) {
    return (JSON as unknown as { rawJSON(text: string): Json }).rawJSON(rawJSON);
  }
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, one]) => [name, restoreNumbers(one as Json)]),
  );
}
