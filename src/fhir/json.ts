/**
 * JSON as FHIR needs it: decimals keep their digits, nesting is bounded before anything is built, names are unique.
 * https://hl7.org/fhir/R4/json.html, https://hl7.org/fhir/R4/datatypes.html#decimal
 */
import { Fault } from './fault.js';
import type { Json } from './resource.js';

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const COLON = 58;
const MINUS = 45;

/** Properties of one object; no type of FHIR has a third as many. */
const MAX_NAMES = 1000;

/** A byte order mark at the start is no part of the text: RFC 8259 section 8.1. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** The text of a UTF-8 body; Fault `invalid` for any other encoding. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Fault('invalid', 'The body is not UTF-8.', { code: 'structure' });
  }
}

/**
 * Parses JSON from outside. Numbers that a JavaScript number would not write back as they came become raw JSON values.
 * Faults: `invalid` (not JSON, a name twice in one object, a thousand names in one, a number out of range), `too-costly` code `too-long` (nested
 * deeper than `maxDepth`; found before parsing).
 */
export function parseJson(text: string, maxDepth: number): Json {
  const { inexact } = scan(text, maxDepth);
  try {
    return (inexact ? JSON.parse(text, keepDigits) : JSON.parse(text)) as Json;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('invalid', 'The body is not well-formed JSON.', { code: 'structure' });
  }
}

/** Parses JSON of our own making, such as a stored resource: digits are kept, nothing is checked. */
export function parseStored<T>(text: string): T {
  return (INEXACT.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)) as T;
}

/**
 * A number, between the marks around a value, that JavaScript would write otherwise. Instants and ids stand in quotes and
 * do not match; a text that does costs time and nothing else.
 */
const INEXACT = /[:,[]\s*-?(?:\d+\.\d*0|0\.0{6}\d+|[\d.]{16,}|[\d.]+[eE][-+]?\d+|0(?<=-0))\s*[,\]}]/;

function keepDigits(_name: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  if (!Number.isFinite(value)) throw new Fault('invalid', 'A number is out of range.', { code: 'value' });
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(source);
}

interface Frame {
  names: Set<string> | undefined;
}

/** One pass over the text without building anything. */
function scan(text: string, maxDepth: number): { inexact: boolean } {
  const stack: Frame[] = [];
  let inexact = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      const end = endOfString(text, at);
      noteName(text, at, end, stack.at(-1));
      at = end;
    } else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      stack.push({ names: char === OPEN_OBJECT ? new Set() : undefined });
      if (stack.length > maxDepth) {
        throw new Fault('too-costly', `The body is nested deeper than ${maxDepth} levels.`, { code: 'too-long' });
      }
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
      stack.pop();
    } else if (char === MINUS || (char >= 48 && char <= 57)) {
      const end = endOfNumber(text, at);
      inexact ||= !survives(text.slice(at, end));
      at = end - 1;
    }
  }
  return { inexact };
}

/** Index of the closing quote of the string that opens at `start`. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

function noteName(text: string, start: number, end: number, frame: Frame | undefined): void {
  if (frame?.names === undefined) return;
  let next = end + 1;
  while (text.charCodeAt(next) <= 32) next++;
  if (text.charCodeAt(next) !== COLON) return;
  const raw = text.slice(start, end + 1);
  const name = raw.includes('\\') ? unescaped(raw) : raw;
  if (frame.names.size >= MAX_NAMES) {
    throw new Fault('invalid', 'An object of the body has too many properties.', { code: 'structure' });
  }
  if (frame.names.has(name)) {
    throw new Fault('invalid', 'The body names a property twice in one object.', { code: 'structure' });
  }
  frame.names.add(name);
}

function unescaped(raw: string): string {
  try {
    return `"${JSON.parse(raw) as string}"`;
  } catch {
    return raw; // malformed: JSON.parse of the whole will say so
  }
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end++) {
    const char = text.charCodeAt(end);
    const partOfNumber =
      (char >= 48 && char <= 57) || char === 46 || char === 101 || char === 69 || char === 43 || char === 45;
    if (!partOfNumber) break;
  }
  return end;
}

const survives = (token: string): boolean => String(Number(token)) === token;
