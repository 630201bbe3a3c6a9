/**
 * Index keys as numbers: the text of each stands once, in the table `key`, and the index rows carry its number (`kid`). Numbers are
 * never changed or given again, so one that was committed may be kept in memory for good. The last four bits of a number are a digest
 * of the parameter, so that of a row's entries most of other parameters are passed over without looking up their texts.
 */
import type { Filter } from '../../search/query.js';
import type { Connection } from './connection.js';
import { startsWith } from './prefix-sql.js';
import { every, Sql, sql, TRUE } from './sql.js';

/** The number of a key; NULL where nothing ever had it. */
export const keyNumber = (partition: string, key: Sql | string): Sql =>
  sql`(SELECT kid FROM key WHERE partition = ${partition} AND text = ${key})`;

/** The numbers of these keys, as a list for IN. */
export const keyNumbers = (partition: string, keys: readonly string[]): Sql =>
  sql`(SELECT k.kid FROM json_each(${JSON.stringify(keys)}) j CROSS JOIN key k ON k.partition = ${partition} AND k.text = j.value)`;

/** The end of `{Type}|{code}|`; 0 where the text does not begin so. */
const parameterEnd = (text: string): number => text.indexOf('|', text.indexOf('|') + 1) + 1;

/** Four bits made of the parameter that a key is of. */
export function digest(key: string): number {
  const end = parameterEnd(key);
  let sum = 0;
  for (let i = 0; i < end; i++) sum = (Math.imul(sum, 31) + key.charCodeAt(i)) >>> 0;
  return (sum >>> 7) & 15;
}

/** A key with its number joined to entry `e` of a row: the key `k` begins with `prefix`. */
export const keyBegins = (prefix: string): Sql =>
  every([
    parameterEnd(prefix) > 0 ? sql`e.value & 15 = ${digest(prefix)}` : TRUE,
    startsWith(new Sql('k.text'), prefix),
  ]);

/** Whether the keys without which nothing matches the filter were ever given. */
export const mayMatch = (connection: Connection, partition: string, where: Filter): boolean =>
  requiredKeys(where).every(key => connection.get(sql`SELECT ${keyNumber(partition, key)}`)![0] !== null);

function requiredKeys(where: Filter): string[] {
  switch (where.kind) {
    case 'and':
      return where.of.flatMap(requiredKeys);
    case 'posting':
    case 'range':
    case 'text':
      return [where.key];
    case 'refers':
    case 'referred':
      return requiredKeys(where.where);
    default:
      return [];
  }
}

type Known = Map<string, number>;

/** Keys of each partition whose numbers stay in memory; up to twice as many at times. */
const KEPT = 20_000;

/** Gives keys their numbers, inside a transaction. */
export class Keys {
  private readonly connection: Connection;
  private readonly partitions = new Map<string, { recent: Known; older: Known }>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The number of a key, a new one where it has none. */
  numberOf(partition: string, key: string): number {
    const known = this.knownOf(partition);
    const recent = known.recent.get(key);
    if (recent !== undefined) return recent;
    const kid = known.older.get(key) ?? this.stored(partition, key);
    if (known.recent.size >= KEPT) [known.older, known.recent] = [known.recent, new Map<string, number>()];
    known.recent.set(key, kid);
    return kid;
  }

  /** After a rollback: what was given since then is not in the table. */
  forget(): void {
    this.partitions.clear();
  }

  private knownOf(partition: string): { recent: Known; older: Known } {
    const known = this.partitions.get(partition) ?? { recent: new Map(), older: new Map() };
    this.partitions.set(partition, known);
    return known;
  }

  private stored(partition: string, key: string): number {
    const [known] = this.connection.get(sql`SELECT ${keyNumber(partition, key)}`)!;
    if (typeof known === 'number') return known;
    return this.connection.run(sql`INSERT INTO key (kid, partition, text) SELECT
      (ifnull(max(kid), 0) >> 4) + 1 << 4 | ${digest(key)}, ${partition}, ${key} FROM key`).rid;
  }
}
