/**
 * A stored resource whose elements are parsed when they are first read: a page that needs one element of each resource
 * finds its place in the text and parses that alone.
 */
import { endOfString, parseStored } from './json.js';
import type { Json, JsonObject, Resource } from './resource.js';

const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

type Place = readonly [start: number, end: number];

/**
 * Resources that share `parsed` have each value in common whose text is the same in them: the sender of a page of messages is
 * parsed once, and can be told by identity. None of it may be changed then.
 *
 * @param text compact JSON of our own making, as the store keeps it
 * @param type the resource's type, where it is known: then it need not be parsed
 * @param parsed values by their text
 */
export function lazyResource(text: string, type?: string, parsed?: Map<string, Json>): Resource {
  const scan = elementScan(text);
  const elements: JsonObject = type === undefined ? {} : { resourceType: type };
  const element = (name: string): Json | undefined => {
    if (Object.hasOwn(elements, name)) return elements[name];
    const place = scan.find(name);
    if (place) elements[name] = valueOf(text.slice(place[0], place[1]), parsed);
    return elements[name];
  };
  return new Proxy(elements, {
    get: (_, name) => element(String(name)),
    has: (_, name) => Object.hasOwn(elements, name) || scan.find(String(name)) !== undefined,
    getOwnPropertyDescriptor(_, name) {
      element(String(name));
      return Reflect.getOwnPropertyDescriptor(elements, name);
    },
    ownKeys() {
      for (const name of scan.names()) element(name);
      return Reflect.ownKeys(elements);
    },
  }) as Resource;
}

function valueOf(text: string, parsed: Map<string, Json> | undefined): Json {
  const known = parsed?.get(text);
  if (known !== undefined) return known;
  // The marks around a value are what its digits are recognized by.
  const [value] = parseStored<[Json]>(`[${text}]`);
  parsed?.set(text, value);
  return value;
}

/** Finds where the values of the outermost object's elements stand, and reads no further than it must. */
function elementScan(text: string) {
  const places = new Map<string, Place>();
  let at = 1;
  const next = (): string | undefined => {
    if (text.charCodeAt(at) !== QUOTE) return undefined;
    const end = text.indexOf('"', at + 1);
    const name = text.slice(at + 1, end);
    const start = end + '":'.length;
    const stop = endOfValue(text, start);
    places.set(name, [start, stop]);
    at = stop + 1;
    return name;
  };
  return {
    find(name: string): Place | undefined {
      const known = places.get(name);
      if (known) return known;
      for (let found = next(); found !== undefined; found = next()) if (found === name) return places.get(name);
      return undefined;
    },
    names(): Iterable<string> {
      while (next() !== undefined);
      return places.keys();
    },
  };
}

/** Index behind the value that begins at `start`. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at = endOfString(text, at);
      if (depth === 0) return at + 1;
    } else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      depth++;
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (char === COMMA && depth === 0) return at;
  }
  return text.length;
}
