/** "Begins with" as a range of the binary order that SQLite keeps texts in (UTF-8 bytes, that is code points). */
import { sql, TRUE, type Sql } from './sql.js';

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

/** Whether the column's text begins with `prefix`. */
export function startsWith(column: Sql, prefix: string): Sql {
  if (prefix === '') return TRUE;
  const end = successor(prefix);
  return end === undefined ? sql`${column} >= ${prefix}` : sql`(${column} >= ${prefix} AND ${column} < ${end})`;
}
