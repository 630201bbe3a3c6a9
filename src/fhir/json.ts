/**
 * JSON as FHIR needs it: decimals keep their digits, nesting is bounded before anything is built, names are unique.
 * https://hl7.org/fhir/R4/json.html, https://hl7.org/fhir/R4/datatypes.html#decimal
 */
import { Fault } from './fault.js';
import type { Json, JsonObject } from './resource.js';
import { Size, UNLIMITED, type SizeLimits } from './size.js';

const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const COMMA = 44;
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

export interface ParseLimits extends SizeLimits {
  maxDepth: number;
  /** The limits of size hold for each entry of a Bundle, not for the whole. */
  perEntry?: boolean;
}

/**
 * Parses JSON from outside. Numbers that a JavaScript number would not write back as they came become raw JSON values.
 * Faults: `invalid` (not JSON, a name twice in one object, a thousand names in one, a number out of range), `too-costly` code `too-long` (nested
 * deeper than `maxDepth`; found before parsing), `too-large`.
 */
export function parseJson(text: string, maxDepth: number, size: SizeLimits = UNLIMITED): Json {
  const scanning = new Scan(text, { ...size, maxDepth }).run();
  let step = scanning.next();
  while (!step.done) step = scanning.next();
  return parsed(text, step.value.inexact);
}

/** The same in slices: `breathe` is awaited between them, and lets others run. */
export async function parseJsonInSlices(
  text: string,
  limits: ParseLimits,
  breathe: () => Promise<void>,
): Promise<Json> {
  const scanning = new Scan(text, limits).run();
  let step = scanning.next();
  for (; !step.done; step = scanning.next()) await breathe();
  const { inexact, items } = step.value;
  // What stands in the lists of the outermost object is cut out, parsed on its own, and put back in its order.
  const frame = parsed(withoutItems(text, items), inexact) as JsonObject;
  const lists = Object.values(frame).filter(value => Array.isArray(value));
  let next = 0;
  for (const list of lists) {
    for (const [at, item] of list.entries()) {
      // Numbers that keep their digits are objects too.
      if (typeof item !== 'object' || item === null || 'rawJSON' in item) continue;
      const place = items[next++];
      if (!place) continue;
      list[at] = parsed(text.slice(...place), inexact);
      await breathe();
    }
  }
  return frame;
}

type Place = readonly [start: number, end: number];

/** The text with `{}` in these places. */
function withoutItems(text: string, places: readonly Place[]): string {
  const kept: string[] = [];
  let from = 0;
  for (const [start, end] of places) {
    kept.push(text.slice(from, start));
    from = end;
  }
  return [...kept, text.slice(from)].join('{}');
}

function parsed(text: string, inexact: boolean): Json {
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
  /** Names so far; none for a list. */
  names: Set<string> | undefined;
  /** The name before the value that is read. */
  name?: string;
}

interface Scanned {
  /** There are numbers that JavaScript would write otherwise. */
  inexact: boolean;
  /** Where the objects and lists stand that are items of a list of the outermost object. */
  items: Place[];
}

/** Steps between two looks at the clock. */
const SLICE = 20_000;

/** The depth of an item of a list of the outermost object. */
const ITEM = 3;

/** One pass over the text without building anything, in slices. */
class Scan {
  private readonly text: string;
  private readonly limits: ParseLimits;
  private readonly size: Size;
  private readonly stack: Frame[] = [];
  private readonly items: Place[] = [];
  private inexact = false;
  private start = 0;

  constructor(text: string, limits: ParseLimits) {
    this.text = text;
    this.limits = limits;
    this.size = new Size(limits);
  }

  *run(): Generator<undefined, Scanned> {
    const { text } = this;
    let steps = 0;
    for (let at = 0; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (char > SPACE) at = this.read(char, at);
      if (++steps % SLICE === 0) yield;
    }
    return { inexact: this.inexact, items: this.items };
  }

  /** Reads what begins here; the index of its last character. */
  private read(char: number, at: number): number {
    if (char === QUOTE) return this.string(at);
    if (char === OPEN_OBJECT || char === OPEN_ARRAY) this.open(char, at);
    else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) this.close(at);
    else if (char === COMMA) this.size.addElement();
    else if (char === MINUS || (char >= 48 && char <= 57)) {
      const end = endOfNumber(this.text, at);
      this.inexact ||= !survives(this.text.slice(at, end));
      return end - 1;
    }
    return at;
  }

  private string(at: number): number {
    const end = endOfString(this.text, at);
    const frame = this.stack.at(-1);
    if (!noteName(this.text, at, end, frame)) this.size.addText(end - at - 1, frame?.name);
    return end;
  }

  private open(char: number, at: number): void {
    this.size.addElement();
    const { maxDepth, perEntry = false } = this.limits;
    this.stack.push({ names: char === OPEN_OBJECT ? new Set() : undefined });
    if (this.stack.length > maxDepth) {
      throw new Fault('too-costly', `The body is nested deeper than ${maxDepth} levels.`, { code: 'too-long' });
    }
    if (!this.isItem()) return;
    this.start = at;
    if (perEntry && this.stack[0]?.name === 'entry') this.size.restart();
  }

  private close(at: number): void {
    if (this.isItem()) this.items.push([this.start, at + 1]);
    this.stack.pop();
  }

  private isItem(): boolean {
    const { stack } = this;
    return stack.length === ITEM && stack[0]!.names !== undefined && stack[1]!.names === undefined;
  }
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

/** Whether the string is a name; it is kept. */
function noteName(text: string, start: number, end: number, frame: Frame | undefined): boolean {
  if (frame?.names === undefined) return false;
  let next = end + 1;
  while (text.charCodeAt(next) <= 32) next++;
  if (text.charCodeAt(next) !== COLON) return false;
  const raw = text.slice(start, end + 1);
  const name = raw.includes('\\') ? unescaped(raw) : raw;
  if (frame.names.size >= MAX_NAMES) {
    throw new Fault('invalid', 'An object of the body has too many properties.', { code: 'structure' });
  }
  if (frame.names.has(name)) {
    throw new Fault('invalid', 'The body names a property twice in one object.', { code: 'structure' });
  }
  frame.names.add(name);
  frame.name = name.slice(1, -1);
  return true;
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
