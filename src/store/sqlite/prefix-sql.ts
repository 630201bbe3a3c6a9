/** "Begins with" as a range of the binary order that SQLite keeps texts in (UTF-8 bytes, that is code points). */
import { successor } from '../../search/successor.js';
import { sql, TRUE, type Sql } from './sql.js';

/** Whether the column's text begins with `prefix`. */
export function startsWith(column: Sql, prefix: string): Sql {
  if (prefix === '') return TRUE;
  const end = successor(prefix);
  return end === undefined ? sql`${column} >= ${prefix}` : sql`(${column} >= ${prefix} AND ${column} < ${end})`;
}
