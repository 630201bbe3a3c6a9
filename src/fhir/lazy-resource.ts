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
/** Characters between a name and its value: `":`. */
const NAME_END = 2;

/**
 * Resources that share `parsed` have each value in common whose text is the same in them: the sender of a page of messages is
 * parsed once, and can be told by identity. None of it may be changed then.
 *
 * @param text compact JSON of our own making, as the store keeps it
 * @param type the resource's type, where it is known: then it need not be parsed
 * @param parsed values by their text
 */
export function lazyResource(text: string, type?: string, parsed?: Map<string, Json>): Resource {
  const elements: JsonObject = type === undefined ? {} : { resourceType: type };
  return new Proxy(elements, new Elements(text, parsed)) as Resource;
}

/** Reads an element's value out of the text when it is first asked for. */
class Elements implements ProxyHandler<JsonObject> {
  private readonly scan: ElementScan;
  private readonly text: string;
  private readonly parsed: Map<string, Json> | undefined;

  constructor(text: string, parsed: Map<string, Json> | undefined) {
    this.text = text;
    this.parsed = parsed;
    this.scan = new ElementScan(text);
  }

  get(elements: JsonObject, key: string | symbol): Json | undefined {
    const name = String(key);
    if (Object.hasOwn(elements, name)) return elements[name];
    const place = this.scan.find(name);
    if (place === undefined) return undefined;
    const value = valueOf(this.text.slice(this.scan.starts[place], this.scan.ends[place]), this.parsed);
    elements[name] = value;
    return value;
  }

  has(elements: JsonObject, key: string | symbol): boolean {
    return Object.hasOwn(elements, key) || this.scan.find(String(key)) !== undefined;
  }

  getOwnPropertyDescriptor(elements: JsonObject, key: string | symbol): PropertyDescriptor | undefined {
    this.get(elements, key);
    return Reflect.getOwnPropertyDescriptor(elements, key);
  }

  ownKeys(elements: JsonObject): (string | symbol)[] {
    for (const name of this.scan.all()) this.get(elements, name);
    return Reflect.ownKeys(elements);
  }
}

function valueOf(text: string, parsed: Map<string, Json> | undefined): Json {
  const known = parsed?.get(text);
  if (known !== undefined) return known;
  // The marks around a value are what its digits are recognized by.
  const [value] = parseStored<[Json]>(`[${text}]`);
  parsed?.set(text, value);
  return value;
}

/**
 * Finds where the values of the outermost object's elements stand, and reads no further than it must. Names are compared in
 * place: to cut them out takes longer than to pass over their values.
 */
class ElementScan {
  /** Where the values start and end, in the order of the text. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  private readonly names: number[] = [];
  private readonly text: string;
  private at = 1;

  constructor(text: string) {
    this.text = text;
  }

  /** The number of the value in that order. */
  find(name: string): number | undefined {
    for (let place = 0; place < this.names.length || this.next(); place++) if (this.isNamed(place, name)) return place;
    return undefined;
  }

  all(): string[] {
    while (this.next());
    return this.names.map((at, place) => this.text.slice(at, this.starts[place]! - NAME_END));
  }

  private isNamed(place: number, name: string): boolean {
    const at = this.names[place]!;
    return this.starts[place]! - NAME_END - at === name.length && this.text.startsWith(name, at);
  }

  private next(): boolean {
    const { text, at } = this;
    if (text.charCodeAt(at) !== QUOTE) return false;
    const start = text.indexOf('"', at + 1) + NAME_END;
    const end = endOfValue(text, start);
    this.names.push(at + 1);
    this.starts.push(start);
    this.ends.push(end);
    this.at = end + 1;
    return true;
  }
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
