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

/** @param text compact JSON of our own making, as the store keeps it */
export function lazyResource(text: string): Resource {
  const places = elementPlaces(text);
  const parsed: JsonObject = {};
  const element = (name: string): Json | undefined => {
    const place = places.get(name);
    if (place) {
      places.delete(name);
      // The marks around a value are what its digits are recognized by.
      parsed[name] = parseStored<[Json]>(`[${text.slice(...place)}]`)[0];
    }
    return parsed[name];
  };
  return new Proxy(parsed, {
    get: (_, name) => element(String(name)),
    has: (_, name) => places.has(String(name)) || name in parsed,
    getOwnPropertyDescriptor(_, name) {
      element(String(name));
      return Reflect.getOwnPropertyDescriptor(parsed, name);
    },
    ownKeys() {
      for (const name of [...places.keys()]) element(name);
      return Reflect.ownKeys(parsed);
    },
  }) as Resource;
}

/** Where the value of each element of the outermost object stands. */
function elementPlaces(text: string): Map<string, Place> {
  const places = new Map<string, Place>();
  let at = 1;
  while (text.charCodeAt(at) === QUOTE) {
    const end = text.indexOf('"', at + 1);
    const start = end + '":'.length;
    const stop = endOfValue(text, start);
    places.set(text.slice(at + 1, end), [start, stop]);
    at = stop + 1;
  }
  return places;
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
