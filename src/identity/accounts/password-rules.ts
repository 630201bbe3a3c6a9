/**
 * Whether a password may be chosen: by length and by how easily it is guessed, not by kinds of characters.
 * https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../project-root.js';

export type PasswordFault = 'too-short' | 'too-long' | 'unreadable' | 'common' | 'personal';

const SHORTEST = 12;
const LONGEST = 128;

/** Characters that are left of a password without the words that others know. */
const OWN = 8;

/** As it is hashed: the same however a keyboard composes it. Nothing is cut off. */
export const preparedPassword = (password: string): string => password.normalize('NFKC');

/**
 * What is wrong with a password; undefined for a good one.
 * @param known words that others connect with the person or the place: user name, addresses, the organization's name
 */
export function faultOfPassword(password: string, known: readonly string[]): PasswordFault | undefined {
  const prepared = preparedPassword(password);
  const length = lengthOf(prepared);
  if (length < SHORTEST) return 'too-short';
  if (length > LONGEST) return 'too-long';
  if (/\p{Cc}|\p{Cs}/u.test(prepared)) return 'unreadable';
  const folded = prepared.toLowerCase();
  if (isGuessable(folded)) return 'common';
  return lengthOf(withoutWords(folded, known)) < OWN ? 'personal' : undefined;
}

/** In characters of Unicode. */
const lengthOf = (text: string): number => Array.from(text).length;

function isGuessable(folded: string): boolean {
  const plain = unmasked(folded);
  const core = plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return [folded, plain, core].some(isCommon) || isMonotonous(folded) || isCommon(periodOf(folded));
}

/** Letters in place of the signs that stand for them. */
const MASKS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Signs at the end are an ending and stand for no letters. */
const unmasked = (folded: string): string => {
  const [, start = '', ending = ''] = /^(.*?)([^\p{L}]*)$/su.exec(folded) ?? [];
  return start.replace(/[013457@$!]/g, sign => MASKS[sign] ?? sign).replace(/[\s._-]/g, '') + ending;
};

/** A few characters over and over, or the neighbours of an alphabet or a row of digits. */
function isMonotonous(folded: string): boolean {
  const points = Array.from(folded, char => char.codePointAt(0) ?? 0);
  const steps = points.slice(1).map((point, at) => point - (points[at] ?? 0));
  const even = steps.filter(step => Math.abs(step) <= 1 || Math.abs(step) === 9).length;
  return new Set(points).size < 5 || even >= steps.length * 0.8 || lengthOf(periodOf(folded)) <= 4;
}

/** The text that a password repeats from end to end; the whole where it repeats none. */
const periodOf = (folded: string): string => /^(.+?)\1+$/su.exec(folded)?.[1] ?? folded;

function withoutWords(folded: string, known: readonly string[]): string {
  const words = known
    .flatMap(one => [one, ...one.split(/[\s@._+-]+/)])
    .map(word => word.normalize('NFKC').toLowerCase());
  const telling = [...new Set(words)].filter(word => lengthOf(word) >= 4).sort((a, b) => b.length - a.length);
  return telling.reduce((rest, word) => rest.replaceAll(word, ''), folded);
}

let common: ReadonlySet<string> | undefined;

/** Read when the first password is chosen. */
function isCommon(folded: string): boolean {
  common ??= new Set(linesOf(readFileSync(join(projectRoot(), 'definitions', 'common-passwords.txt'), 'utf8')));
  return common.has(folded);
}

const linesOf = (text: string): string[] => text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
