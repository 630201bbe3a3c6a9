/** One page out of the rows of several statements, each in the page's order. */
import { countOnPage, LARGEST_PAGE, type PageBounds } from '../../search/page-end.js';
import type { Row } from './connection.js';
import { JSON_COLUMN, textLengthOf } from './row.js';

export class FirstRows {
  private readonly compare: (a: Row, b: Row) => number;
  private readonly bounds: PageBounds;
  private found: Row[] = [];

  constructor(compare: (a: Row, b: Row) => number, bounds: PageBounds) {
    this.compare = compare;
    this.bounds = bounds;
  }

  /** @param rows the first of a statement: all, or as many as make a page and one more */
  add(rows: readonly Row[]): void {
    this.found.push(...rows);
    // Large rows of many types must not pile up.
    if (lengthOf(this.found) > LARGEST_PAGE) this.found = this.sorted().slice(0, this.count() + 1);
  }

  page(): { rows: Row[]; more: boolean } {
    const rows = this.sorted().slice(0, this.count());
    return { rows, more: rows.length < this.found.length };
  }

  private sorted(): Row[] {
    return this.found.sort(this.compare);
  }

  private count(): number {
    return countOnPage(
      this.found.map(row => ({ json: row[JSON_COLUMN] as string })),
      this.bounds,
    );
  }
}

const lengthOf = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + textLengthOf(row), 0);
