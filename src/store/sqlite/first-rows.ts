/** One page out of the rows of several statements, each in the page's order. */
import { countOnPage, LARGEST_PAGE, type PageBounds } from '../../search/page-end.js';
import type { Row } from './connection.js';
import { JSON_COLUMN, textLengthOf } from './row.js';

/** @param parts each gives its first rows: all, or as many as make a page and one more */
export function firstRows(
  parts: readonly (() => Row[])[],
  compare: (a: Row, b: Row) => number,
  bounds: PageBounds,
): { rows: Row[]; more: boolean } {
  let found: Row[] = [];
  for (const part of parts) {
    found.push(...part());
    // Large rows of many types must not pile up.
    if (lengthOf(found) > LARGEST_PAGE) found = found.sort(compare).slice(0, countOf(found, bounds) + 1);
  }
  const rows = found.sort(compare).slice(0, countOf(found, bounds));
  return { rows, more: rows.length < found.length };
}

const lengthOf = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + textLengthOf(row), 0);

const countOf = (rows: readonly Row[], bounds: PageBounds): number =>
  countOnPage(
    rows.map(row => ({ json: row[JSON_COLUMN] as string })),
    bounds,
  );
