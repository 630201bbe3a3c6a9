/**
 * Names of persons as they are compared. What is one name is for CLDR's search collation to say: case, accents, ß and ss,
 * ø and o, Arabic letters' forms, apostrophes, hyphens and spaces make no difference.
 * https://www.unicode.org/reports/tr35/tr35-collation.html#Search_Collation
 */
import type { HumanName } from 'fhir/r4.js';

const collator = new Intl.Collator('en', { usage: 'search', sensitivity: 'base', ignorePunctuation: true });

/** Letters of names that the collation tells apart although people and keyboards do not. */
const variants: Readonly<Record<string, string>> = { ı: 'i', þ: 'th', ŧ: 't', ک: 'ك', ی: 'ي', ہ: 'ه', ھ: 'ه' };

/** Marks that stand for an apostrophe and are no punctuation to Unicode. */
const APOSTROPHES = /[`´\u02b9-\u02bf\u02c8]/g;

const prepared = (text: string): string =>
  text
    .toLowerCase()
    .replace(APOSTROPHES, '')
    .replace(/[ıþŧکیہھ]/g, letter => variants[letter] ?? letter);

/** Whether two texts are one name. An equivalence. */
export const sameName = (a: string, b: string): boolean => collator.compare(prepared(a), prepared(b)) === 0;

/** Whether a text names anybody: punctuation alone does not. */
export const namesSomebody = (text: string): boolean => !sameName(text, '');

/** How the given names of two descriptions of a person relate; `compatible` where one leaves some out or abbreviates them. */
export type Likeness = 'same' | 'compatible' | 'different' | 'unknown';

/** The parts of a name; a hyphen parts them as a space does. */
const partsOf = (given: readonly string[]): string[] =>
  given.flatMap(name => name.split(/[\s\p{Pd}]+/u)).filter(namesSomebody);

/** Compares given names in whatever order, joined or apart. Symmetric. */
export function givenLikeness(a: readonly string[], b: readonly string[]): Likeness {
  const [some, others] = [partsOf(a), partsOf(b)];
  if (some.length === 0 || others.length === 0) return 'unknown';
  if (sameName(some.join(''), others.join(''))) return 'same';
  const [mine, yours] = unpaired(some, others, sameName);
  if (mine.length + yours.length === 0) return 'same';
  return unpaired(mine, yours, hasInitial).some(left => left.length === 0) ? 'compatible' : 'different';
}

/** The names of both lists that have no counterpart in the other: `[of the first, of the second]`. */
function unpaired(a: readonly string[], b: readonly string[], alike: typeof sameName): [string[], string[]] {
  const others = [...b];
  const alone = a.filter(name => {
    const at = others.findIndex(other => alike(name, other));
    if (at >= 0) others.splice(at, 1);
    return at < 0;
  });
  return [alone, others];
}

const letters = (name: string): string[] => Array.from(name.normalize('NFC').replace(/[^\p{L}]/gu, ''));

/** Whether one is the initial of the other. */
function hasInitial(a: string, b: string): boolean {
  const [[first = '', ...rest], [other = '', ...more]] = [letters(a), letters(b)];
  return (rest.length === 0 || more.length === 0) && sameName(first, other);
}

/** A name as far as it is compared. */
export type PersonName = Pick<HumanName, 'family' | 'given' | 'text'>;

/**
 * Compares the given names where the family names are one; `different` where they are not. A name that is a text alone is
 * compared with the whole of the other.
 */
export function nameLikeness(a: PersonName, b: PersonName): Likeness {
  if (a.family !== undefined && b.family !== undefined) return familyFirst(a, b);
  const [whole, other] = a.family === undefined ? [a, b] : [b, a];
  const text = whole.text ?? '';
  if (other.family === undefined) return namesSomebody(text) && sameName(text, other.text ?? '') ? 'same' : 'different';
  const given = (other.given ?? []).join(' ');
  if (!namesSomebody(given)) return 'different';
  return [`${given} ${other.family}`, `${other.family} ${given}`].some(name => sameName(text, name))
    ? 'same'
    : 'different';
}

function familyFirst(a: PersonName, b: PersonName): Likeness {
  const family = a.family ?? '';
  if (!namesSomebody(family) || !sameName(family, b.family ?? '')) return 'different';
  return givenLikeness(a.given ?? [], b.given ?? []);
}
