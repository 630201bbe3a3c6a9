/** Where a page of large resources ends: the texts of all that a caller asks for at once may be more than memory holds. */
import type { Search } from './query.js';

/** Characters of the rows of one page, where the query names no fewer. */
export const LARGEST_PAGE = 16 * 1024 * 1024;

export type PageBounds = Pick<Search, 'limit' | 'characters'>;

/** Rows of so many characters each, and one more of them than the page has, never end it early. */
export const fairShare = ({ limit, characters = LARGEST_PAGE }: PageBounds): number =>
  Math.trunc(characters / (limit + 1));

/** Takes rows in their order, and tells when the page and the row behind it are there. */
export class PageEnd {
  private readonly most: number;
  private readonly limit: number;
  private rows = 0;
  private length = 0;

  constructor({ limit, characters = LARGEST_PAGE }: PageBounds) {
    this.limit = limit;
    this.most = characters;
  }

  /** Whether the page needs no row behind this one, whose text is so long. */
  reached(length: number): boolean {
    this.rows += 1;
    this.length += length;
    return this.rows > this.limit || (this.length > this.most && this.rows > 1);
  }
}

/** How many of these rows, in their order, are on the page: one at least, if the limit allows. */
export function countOnPage(rows: readonly { readonly json?: string }[], bounds: PageBounds): number {
  const end = new PageEnd(bounds);
  const beyond = rows.findIndex(({ json = '' }) => end.reached(json.length));
  return beyond < 0 ? rows.length : beyond;
}
