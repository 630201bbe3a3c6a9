/**
 * `_text` and `_content`: words, joined by AND (which may be left out), OR and parentheses. https://hl7.org/fhir/R4/search.html#content
 */
import { isObject, type Json, type JsonObject } from '../../fhir/resource.js';
import { anyForm } from '../keys.js';
import { and, or } from '../filters.js';
import { badValue, MAX_FILTER_DEPTH, MAX_VALUES, tooCostly } from '../limits.js';
import type { Filter } from '../query.js';
import { normalize } from './string.js';
import type { Sink } from './type.js';

/** Words are kept to this many characters. */
const LONGEST = 64;

/** The distinct words of a text, normalized. */
export function wordsOf(text: string): Set<string> {
  return new Set(
    normalize(text)
      .match(/[\p{L}\p{N}]+/gu)
      ?.map(word => word.slice(0, LONGEST)) ?? [],
  );
}

/** What a narrative says: its XHTML without tags, and the characters its entities stand for, as far as words have them. */
function readable(div: string): string {
  return div
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&#(\d{1,7}|x[\da-f]{1,6});/gi, (_, code: string) => character(Number(code.replace(/^x/i, '0x'))))
    .replace(ACCENTED, '$1')
    .replace(/&\w+;/g, ' ');
}

/** Names of letters with marks, which words are compared without. https://www.w3.org/TR/xhtml1/dtds.html#h-A2 */
const ACCENTED = /&([a-z])(?:acute|caron|cedil|circ|grave|ring|slash|tilde|uml);/gi;

const character = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : ' ');

/** Indexes the words of the narrative (`_text`). */
export function extractNarrative(resource: JsonObject, sink: Sink): void {
  const div = isObject(resource['text']) ? resource['text']['div'] : undefined;
  if (typeof div !== 'string') return;
  for (const word of wordsOf(readable(div))) sink.posting(anyForm(word));
}

/** Elements that hold addresses, data or housekeeping instead of words. */
const silent = new Set(['meta', 'id', 'resourceType', 'data', 'system', 'url', 'reference', 'contentType', 'language']);

function collect(value: Json | undefined, texts: string[]): void {
  if (typeof value === 'string') texts.push(value);
  else if (Array.isArray(value)) for (const item of value) collect(item, texts);
  else if (isObject(value)) {
    for (const name in value) {
      const child = value[name];
      if (name === 'div' && typeof child === 'string') texts.push(readable(child));
      else if (!silent.has(name)) collect(child, texts);
    }
  }
}

/** Indexes the words of the whole resource (`_content`). */
export function extractContent(resource: JsonObject, sink: Sink): void {
  const texts: string[] = [];
  collect(resource, texts);
  for (const word of wordsOf(texts.join(' '))) sink.posting(anyForm(word));
}

/** Words, parentheses, and the operators between them. */
const TOKEN = /[()]|[^\s()]+/g;

/** Reads `(bone OR liver) and metastases`: words side by side must all occur, and OR binds less than that. */
class WordsParser {
  private at = 0;
  private readonly tokens: readonly string[];
  private readonly key: string;
  private readonly name: string;

  constructor(name: string, key: string, value: string) {
    this.name = name;
    this.key = key;
    this.tokens = value.match(TOKEN) ?? [];
  }

  whole(): Filter {
    const filter = this.either(0);
    if (this.at < this.tokens.length) throw badValue(this.name, 'a parenthesis is closed that was not opened.');
    return filter;
  }

  private next(operator: string): boolean {
    const found = this.tokens[this.at]?.toUpperCase() === operator;
    if (found) this.at++;
    return found;
  }

  private either(depth: number): Filter {
    if (depth > MAX_FILTER_DEPTH) throw tooCostly(`Words may be nested ${MAX_FILTER_DEPTH} deep at most.`);
    const parts = [this.all(depth)];
    while (this.next('OR')) parts.push(this.all(depth));
    return or(parts);
  }

  private all(depth: number): Filter {
    const parts: Filter[] = [];
    for (let token = this.tokens[this.at]; token !== undefined; token = this.tokens[this.at]) {
      if (token === ')' || token.toUpperCase() === 'OR') break;
      if (!this.next('AND')) parts.push(this.one(depth));
    }
    if (parts.every(({ kind }) => kind === 'all')) throw badValue(this.name, 'there is no word in this value.');
    return and(parts);
  }

  private one(depth: number): Filter {
    if (this.next('(')) {
      const inner = this.either(depth + 1);
      if (!this.next(')')) throw badValue(this.name, 'a parenthesis is not closed.');
      return inner;
    }
    const words = [...wordsOf(this.tokens[this.at++]!)];
    return and(words.map(word => ({ kind: 'posting', key: this.key + anyForm(word) })));
  }
}

/** The condition on the words of a parameter: one of these values must hold. Faults: `invalid`, `too-costly`. */
export function wordsFilter(name: string, key: string, values: readonly string[]): Filter {
  const words = values.join(' ').match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length > MAX_VALUES) throw tooCostly(`A search may have ${MAX_VALUES} words at most.`);
  return or(values.map(value => new WordsParser(name, key, value).whole()));
}
