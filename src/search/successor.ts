/** "Begins with" as a range of texts ordered by code point, as databases keep them. */

const LAST = 0x10ffff;
const SURROGATES = { first: 0xd800, after: 0xe000 };

/** The least text greater than every text that begins with `prefix`; undefined where there is none. */
export function successor(prefix: string): string | undefined {
  const points = Array.from(prefix, character => character.codePointAt(0)!);
  while (points.at(-1) === LAST) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  const next = last + 1 === SURROGATES.first ? SURROGATES.after : last + 1;
  return String.fromCodePoint(...points, next);
}
