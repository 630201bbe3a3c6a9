/** Rows of `resource` and `history` as versions. */
import type { Version } from '../port.js';
import type { Row } from './connection.js';
import { Sql } from './sql.js';

const NAMES = ['rid', 'partition', 'type', 'id', 'version', 'at', 'deleted', 'method', 'json'];

/** The columns `versionOf` reads, of the table with this alias. */
export const columns = (alias: string): Sql => new Sql(NAMES.map(name => `${alias}.${name}`).join(', '));

/** Where `json` stands among them. */
export const JSON_COLUMN = 8;

/** How many columns that makes; what a query selects besides comes behind. */
export const COLUMNS = 9;

/** What a page ends by. */
export const textLengthOf = (row: Row): number => (row[JSON_COLUMN] as string).length;

export function versionOf(row: Row): Version {
  const [, partition, type, id, version, at, deleted, method, json] = row;
  return {
    key: { partition: partition as string, type: type as string, id: id as string },
    version: version as number,
    at: at as number,
    deleted: deleted === 1,
    method: method as Version['method'],
    json: json as string,
  };
}
