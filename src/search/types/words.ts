/**
 * `_text` and `_content`: every word asked for must occur. https://hl7.org/fhir/R4/search.html#content
 */
import type { Json, JsonObject } from '../../fhir/resource.js';
import { anyForm } from '../keys.js';
import { badValue } from '../limits.js';
import { normalize } from './string.js';
import { isObject, type Sink } from './type.js';

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

/** What a narrative says: its XHTML without tags, and the characters its entities stand for. */
function readable(div: string): string {
  return div.replace(/<[^<>]*>/g, ' ').replace(/&(amp|lt|gt|quot|#39|nbsp);/g, ' ');
}

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

/** The suffixes that must all be there. Faults: `invalid` if the value has no word. */
export function wordSuffixes(name: string, value: string): string[] {
  const words = [...wordsOf(value)];
  if (words.length === 0) throw badValue(name, 'there is no word in this value.');
  return words.map(anyForm);
}
