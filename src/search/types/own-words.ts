/**
 * Words that people look for among what is their own: each may stand anywhere in a text, as part of a word too. Blind to case and
 * accents as string search is, and to the ways of writing Arabic that people do not tell apart when they type.
 */
import type { Json } from '../../fhir/resource.js';
import { unescape } from '../escape.js';
import { and } from '../filters.js';
import { badValue, checkPart, tooCostly } from '../limits.js';
import type { Filter } from '../query.js';
import { normalize } from './string.js';
import type { Sink } from './type.js';

/** A text is found by its first characters, this many. */
const LONGEST = 10_000;

const MOST_WORDS = 10;

/** Stretched letters; forms of one letter; digits of Arabic and Persian, in the order of their values. */
const STRETCH = /\u0640/g;
const FORMS: Readonly<Record<string, string>> = { ى: 'ي', ی: 'ي', ة: 'ه', ک: 'ك' };
const DIGITS = '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹';

/** The text as words are compared. */
export const folded = (text: string): string =>
  normalize(text)
    .replace(STRETCH, '')
    .replace(/[ىیةک]/g, letter => FORMS[letter] ?? letter)
    .replace(/[٠-٩۰-۹]/g, digit => String(DIGITS.indexOf(digit) % 10));

/** Indexes one text. */
export function extractOwnWords(value: Json, sink: Sink): void {
  if (typeof value === 'string') sink.text('', folded(value.slice(0, LONGEST)));
}

/** All of these words occur. Faults: `invalid` for no word, `too-costly` for too many. @param key of the parameter */
export function ownWordsFilter(name: string, key: string, value: string): Filter {
  const words = [...new Set(folded(unescape(value)).split(' '))].filter(word => word !== '');
  if (words.length === 0) throw badValue(name, 'there is nothing to search for in this value.');
  if (words.length > MOST_WORDS) throw tooCostly(`The parameter '${name}' takes ${MOST_WORDS} words at most.`);
  return and(
    words.map(word => {
      checkPart(word);
      return { kind: 'text', key, match: 'contains', value: word };
    }),
  );
}
