/**
 * The query tree: what a search means, in terms of index entries and of no database. parse.ts makes it from search
 * parameters; access/ adds the caller's policy to it; match.ts is its plain interpreter; each store compiles it.
 *
 * Index entries (extract.ts) are made once, at write:
 *  - postings: strings for exact-match values, `{Type}|{param}|{value form}`;
 *  - ranges: intervals for date, number, quantity;
 *  - strings: normalised text for prefix and contains.
 * Every entry key begins with the resource type, so one query may span types. Contained resources are of types of their own,
 * `#Medication`: nothing finds them unless it names these (contained.ts).
 */

/** An interval, both ends included. Open ends are FLOOR and CEILING. Dates are milliseconds since the epoch. */
export interface Range {
  key: string;
  lo: number;
  hi: number;
  /** A second interval of the same component, for composites of two ordered values. */
  lo2?: number;
  hi2?: number;
}

export interface Text {
  key: string;
  /** As normalised by search/types/string.ts, or verbatim where the key says so. */
  value: string;
}

export interface IndexEntries {
  /** Distinct. Every live resource carries the posting of its type alone (typePosting). */
  postings: string[];
  ranges: Range[];
  strings: Text[];
  /** Sort key of the type's main date (Communication.sent, …), else of lastUpdated; milliseconds since the epoch. */
  main: number;
  /** The contained resources, each with entries of its own. */
  contained?: readonly ContainedEntries[];
  /** The generation of the search parameters that made them, where a partition has its own (store/port.ts). */
  generation?: number;
}

/** A contained resource: what it is found by, and its text. */
export interface ContainedEntries {
  /** `#Medication` */
  type: string;
  /** As references in the container name it. */
  id: string;
  json: string;
  index: IndexEntries;
}

export const FLOOR = -8.64e15;
export const CEILING = 8.64e15;

/** The posting that every live resource of a type carries. */
export const typePosting = (type: string): string => type;

/**
 * How a stored interval [lo, hi] compares with a searched one [a, b]
 * (https://hl7.org/fhir/R4/search.html#prefix):
 * eq lo>=a && hi<=b · ne !(eq) · gt hi>b · lt lo<a · ge gt||eq · le lt||eq · sa lo>b · eb hi<a · ap lo<=b && hi>=a.
 */
export type RangeOp = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

export interface RangeTest {
  op: RangeOp;
  lo: number;
  hi: number;
}

/** How a stored text compares with a searched one; `before` and `after` in the order of Unicode code points. */
export type TextMatch = 'equals' | 'prefix' | 'contains' | 'suffix' | 'before' | 'after';

/**
 * A condition on one resource. What a chain is `within` is part of its `where` too: what the caller sees of the type. A store looks
 * there first where that is little, so that its time tells nothing of what the caller does not see.
 */
export type Filter =
  | { kind: 'all' }
  | { kind: 'none' }
  | { kind: 'and'; of: Filter[] }
  | { kind: 'or'; of: Filter[] }
  | { kind: 'not'; of: Filter }
  /** Logical id is one of these. */
  | { kind: 'id'; ids: string[] }
  /** Carries this posting. */
  | { kind: 'posting'; key: string }
  /** Has a range entry of this key that passes the test (and, for two-valued entries, the second test too). */
  | { kind: 'range'; key: string; test: RangeTest; second?: RangeTest }
  /** Has a string entry of this key; `value` normalised as the entries are. */
  | { kind: 'text'; key: string; match: TextMatch; value: string }
  /** meta.lastUpdated, a point in time. */
  | { kind: 'updated'; test: RangeTest }
  /**
   * Chain: carries a posting `{key}{type}/{id}` for the id of some live resource of `type` that satisfies `where`.
   * `key` ends in "|" (`Communication|subject|`); of contained resources in ">".
   */
  | { kind: 'refers'; key: string; type: string; where: Filter; within?: Filter }
  /**
   * Reverse chain (_has): some live resource of `type` that satisfies `where` carries a posting `{key}{own type}/{own id}`.
   * `own` is the type of the resource under test.
   */
  | { kind: 'referred'; type: string; key: string; own: string; where: Filter; within?: Filter };

/**
 * A sort key. `main` and `updated` are instants every resource has; the others may be missing, and resources without a
 * value come last in either direction. Of several values the least counts ascending, the greatest descending. A range
 * counts by its start (`lo`). Texts and postings compare by Unicode code point.
 */
export type Sort =
  | { by: 'main' | 'updated' | 'id'; descending: boolean }
  | { by: 'range' | 'text'; key: string; descending: boolean }
  /** By the least (greatest) posting that begins with `key`; `key` ends in "|" or "=". */
  | { by: 'posting'; key: string; descending: boolean }
  /** By whether this very posting is carried: those without it come first ascending. */
  | { by: 'carries'; key: string; descending: boolean };

/** Where a page ended: made by the store that answered, opaque to everybody else, JSON. */
export type Position = readonly (string | number | null)[];

export interface Search {
  partition: string;
  /** One element for a type search; several for a system search. A resource must be of the type and satisfy `where`. */
  of: readonly { type: string; where: Filter }[];
  /** Empty: main date, newest first. Ties are broken by a stable order of the store's own. */
  sort: readonly Sort[];
  /** 1 or more. */
  limit: number;
  /** Ends the page before `limit` where its rows' texts are longer together; the first row is always on it. */
  characters?: number;
  /** Continue behind this position. */
  after?: Position;
  /** The page is to say the position of each of its rows. */
  positions?: true;
  /** Milliseconds since the epoch; a store that cannot answer by then throws Fault `timeout`. */
  deadline: number;
  /** Whose search it is: each has a fair share of what searches cost. */
  caller?: string;
}
