/** Sort keys in SQL, in the order that search/order.ts states, and "after this position" (keyset paging). */
import type { Position, Sort } from '../../search/query.js';
import { newestFirst } from '../../search/order.js';
import { keyBegins, keyNumber } from './keys.js';
import { every, join, some, Sql, sql, type SqlValue } from './sql.js';

/** The sort of a search; none means newest first. */
export const sortOf = (sort: readonly Sort[]): readonly Sort[] => (sort.length === 0 ? newestFirst : sort);

/** Ties are broken by rid, in the direction of the first key. */
export const tieDescends = (sort: readonly Sort[]): boolean => sort[0]!.descending;

/** The value of a sort key of the row `r` of this partition; NULL where it has none. */
export function sortSql(sort: Sort, partition: string): Sql {
  const best = new Sql(sort.descending ? 'max' : 'min');
  switch (sort.by) {
    case 'main':
      return new Sql('r.main');
    case 'updated':
      return new Sql('r.at');
    case 'id':
      return new Sql('r.id');
    case 'range':
      return sql`(SELECT ${best}(CAST(value ->> 1 AS REAL)) FROM json_each(r.entries, '$[1]') WHERE value ->> 0 = ${keyNumber(partition, sort.key)})`;
    case 'text':
      return sql`(SELECT ${best}(value ->> 1) FROM json_each(r.entries, '$[2]') WHERE value ->> 0 = ${keyNumber(partition, sort.key)})`;
    case 'posting':
      return sql`(SELECT ${best}(k.text) FROM json_each(r.entries, '$[0]') e CROSS JOIN key k ON k.kid = e.value
        WHERE ${keyBegins(sort.key)})`;
    case 'carries':
      return sql`EXISTS (SELECT 1 FROM json_each(r.entries, '$[0]') WHERE value = ${keyNumber(partition, sort.key)})`;
  }
}

const columnOf = (index: number, sort: readonly Sort[]): Sql => new Sql(index === sort.length ? 'rid' : `k${index}`);

/** ORDER BY over columns k0, k1, … and rid; missing values last. */
export function orderSql(sort: readonly Sort[]): Sql {
  const parts = sort.map(({ descending }, i) => new Sql(`k${i} ${descending ? 'DESC' : 'ASC'} NULLS LAST`));
  return join([...parts, new Sql(tieDescends(sort) ? 'rid DESC' : 'rid ASC')], ', ');
}

function beyond(column: Sql, value: SqlValue, descending: boolean): Sql {
  if (value === null) return new Sql('0');
  return descending
    ? sql`(${column} < ${value} OR ${column} IS NULL)`
    : sql`(${column} > ${value} OR ${column} IS NULL)`;
}

/**
 * Rows after a position `[k0, k1, …, rid]` in that order.
 * @param column of each sort key and, last, of the rid
 */
export function afterSql(
  sort: readonly Sort[],
  position: Position,
  column: (index: number) => Sql = index => columnOf(index, sort),
): Sql {
  const descends = [...sort.map(({ descending }) => descending), tieDescends(sort)];
  return some(
    descends.map((descending, i) =>
      every([
        ...descends.slice(0, i).map((_, j) => sql`${column(j)} IS ${position[j] ?? null}`),
        beyond(column(i), position[i] ?? null, descending),
      ]),
    ),
  );
}
