/** Live resources counted by posting: walks the postings of these keys within the dates, and no resource. */
import type { Tally } from '../port.js';
import type { Connection } from './connection.js';
import { startsWith } from './prefix-sql.js';
import { Sql, sql } from './sql.js';

export function tallied(
  connection: Connection,
  { partition, prefix, since, until }: Tally,
): ReadonlyMap<string, number> {
  const rows = connection.all(sql`SELECT k.text, count(*) FROM key k CROSS JOIN posting p ON p.kid = k.kid
    WHERE k.partition = ${partition} AND ${startsWith(new Sql('k.text'), prefix)}
    AND p.t >= ${since} AND p.t < ${until} AND tick(p.rid) GROUP BY k.kid`);
  return new Map(rows.map(([key, count]) => [String(key), Number(count)]));
}
