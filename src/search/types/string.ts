/**
 * String search: starts-with, blind to case, accents, and the marks names and addresses are spelled with or without.
 * https://hl7.org/fhir/R4/search.html#string
 */
import { isObject, type Json } from '../../fhir/resource.js';
import { VERBATIM, WORD } from '../keys.js';
import { badValue, checkPart } from '../limits.js';
import { unescape } from '../escape.js';
import { itemsOf, type ExtractContext, type Sink, type Term, type TermContext, type ValueType } from './type.js';

/** Letters that Unicode does not decompose. */
const plain: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  // Σ at the end of a word
  ς: 'σ',
};

/** Single characters that stand for whole phrases, and the length of a text in which they are spaces. */
const LIGATURES = /[\ufdfa\ufdfb]/g;
const LONG = 10_000;
const NOTHING = /(?!)/;

/**
 * Lower case without accents; apostrophes dropped; hyphens, points, commas and the like become spaces; runs of space
 * become one. Other characters (`%`, `_`, `*`) stand for themselves.
 */
export function normalize(text: string): string {
  // Marks go first: reordering a long run of them would take quadratic time.
  const letters = /^[ -~]*$/.test(text)
    ? text.toLowerCase()
    : text
        .toWellFormed()
        .replace(/\p{Mn}+/gu, '')
        .replace(text.length > LONG ? LIGATURES : NOTHING, ' ')
        .normalize('NFKD')
        // Three letters for each of the text's are more than any language takes; one character can stand for eighteen.
        .slice(0, 3 * text.length)
        .replace(/\p{Mn}+/gu, '')
        .toLowerCase()
        .replace(/[ßæœøđðłıþħŧς]/g, letter => plain[letter] ?? letter);
  return /[^a-z0-9 ]| {2}|^ | $/.test(letters) ? stripped(letters) : letters;
}

const stripped = (letters: string): string =>
  letters
    .replace(/['’ʼ`´]/g, '')
    .replace(/[\s.,;:()"“”\-‐‑–—]+/g, ' ')
    .trim();

/** Parts of HumanName and Address, and where other data types keep what people read. */
const parts = [
  ...['text', 'family', 'given', 'prefix', 'suffix'],
  ...['line', 'city', 'district', 'state', 'postalCode', 'country', 'display'],
];

function add(text: string, sink: Sink): void {
  sink.text('', normalize(text));
  sink.text(VERBATIM, text);
}

/** Words of a family name that can be searched by. */
const MOST_WORDS = 8;

/** A family name of several words is found by each: "Carreño Quiñones" by `quinones`, "van den Berg" by `berg`. */
function addWords(family: string, sink: Sink): void {
  const words = normalize(family).split(' ', MOST_WORDS);
  for (let at = 1; at < words.length; at++) sink.text(WORD, words.slice(at).join(' '));
}

function extract(value: Json, sink: Sink, { facts }: Pick<ExtractContext, 'facts'>): void {
  if (typeof value === 'string') {
    if (facts.personName) addWords(value, sink);
    return add(value, sink);
  }
  if (!isObject(value)) return;
  for (const part of parts) {
    for (const text of itemsOf(value[part])) if (typeof text === 'string') add(text, sink);
  }
  const { given, family, text, coding } = value;
  if (facts.personName && typeof family === 'string') addWords(family, sink);
  // A whole name, so that "Peter James Chalmers" finds it.
  if (text === undefined && given && family) sink.text('', normalize([...itemsOf(given), family].join(' ')));
  for (const one of itemsOf(coding)) if (isObject(one)) extract({ display: one['display'] }, sink, { facts });
}

function terms(value: string, modifier: string | undefined, { name, facts }: TermContext): Term[] {
  const text = unescape(value);
  if (modifier === 'exact') return [{ kind: 'text', suffix: VERBATIM, match: 'equals', value: text }];
  const normal = normalize(text);
  if (normal === '') throw badValue(name, 'there is nothing to search for in this value.');
  if (modifier !== 'contains')
    return (facts.personName ? ['', WORD] : ['']).map(suffix => ({
      kind: 'text',
      suffix,
      match: 'prefix',
      value: normal,
    }));
  checkPart(normal);
  return [{ kind: 'text', suffix: '', match: 'contains', value: normal }];
}

export const string: ValueType = {
  modifiers: ['exact', 'contains'],
  dataTypes: ['string', 'markdown', 'HumanName', 'Address', 'CodeableConcept', 'Annotation'],
  extract,
  terms,
};
