/** Rows of `resource` and `history` as versions. */
import type { Version } from '../port.js';
import type { Row } from './connection.js';
import { intact } from './checksum.js';
import { Sql } from './sql.js';

/** A column costs 95 ns: neither the partition, which each query names, nor `deleted`, which `json` tells. */
const NAMES = ['rid', 'type', 'id', 'version', 'at', 'method', 'checksum', 'json'];

/** The columns `versionOf` reads, of the table with this alias. */
export const columns = (alias: string): Sql => new Sql(NAMES.map(name => `${alias}.${name}`).join(', '));

/** The same, `json` being NULL where it takes more bytes than that: no byte of it is read then. */
export const smallColumns = (alias: string, bytes: number): Sql =>
  new Sql(
    `${NAMES.slice(0, JSON_COLUMN)
      .map(name => `${alias}.${name}`)
      .join(', ')}, CASE WHEN octet_length(${alias}.json) <= ${bytes} THEN ${alias}.json END`,
  );

/** Where `json` stands among them. */
export const JSON_COLUMN = 7;

/** How many columns that makes; what a query selects besides comes behind. */
export const COLUMNS = 8;

/** What a page ends by. */
export const textLengthOf = (row: Row): number => (row[JSON_COLUMN] as string).length;

/** Fault `exception` where the text is damaged. */
export function versionOf(partition: string, [, type, id, version, at, method, checksum, json]: Row): Version {
  return {
    key: { partition, type: type as string, id: id as string },
    version: version as number,
    at: at as number,
    deleted: json === '',
    method: method as Version['method'],
    json: intact(json as string, checksum as number | null),
  };
}
