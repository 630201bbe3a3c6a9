/**
 * The three ports to storage. Adapters: memory (the reference), sqlite, mongo. One contract suite runs on each. An adapter
 * is opened with the clock that deadlines and expiries are measured by.
 * Resources travel as JSON text; their meta is set above. All methods are atomic and reject with Fault only:
 * `unavailable` when the storage cannot be reached or written, `timeout` past a deadline, and what each one states.
 */
import type { Filter, IndexEntries, Position, Search } from '../search/query.js';

export interface Key {
  /** `[a-z0-9]{1,16}` */
  partition: string;
  type: string;
  id: string;
}

/** One version of one resource. */
export interface Version {
  key: Key;
  /** 1, 2, 3 … without gaps; meta.versionId is its decimal text. */
  version: number;
  /** Instant of the write, as in meta.lastUpdated: milliseconds since the epoch. Never goes back within a resource. */
  at: number;
  /** A deletion: `json` is ''. */
  deleted: boolean;
  /** How it was written, for history. */
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The whole resource, meta included. */
  json: string;
}

/**
 * A version to write; the one before it (0: the resource must never have existed) must be current. Its index entries stay
 * with it for good: searches find it by them while it is current, `past` conditions judge it by them afterwards.
 */
export interface Put extends Version {
  index: IndexEntries;
}

/** A search whose result must (still) be this when the change set commits: conditional interactions. */
export interface Criterion {
  partition: string;
  type: string;
  where: Filter;
  /** Exactly these ids match (before the puts of this change set are applied). [] = no match. */
  ids: readonly string[];
}

/** A private document that is no FHIR resource: a code's hash, a token, a lease, an outbox row. */
export interface Document {
  kind: string;
  id: string;
  /** 1, 2, 3 …; raised by each write. */
  version: number;
  value: Readonly<Record<string, unknown>>;
  /** Secondary keys to find it by: name → value. */
  keys: Readonly<Record<string, string>>;
  /** When it wants to be worked on; milliseconds since the epoch. Absent: never listed as due. */
  due?: number;
  /** When it may be dropped; milliseconds since the epoch. An expired document reads as absent at once. */
  expires?: number;
}

/** `expect`: the version that must be there, 0 = none (or an expired one), undefined = whatever is there. */
export type DocumentChange =
  | { op: 'put'; document: Omit<Document, 'version'>; expect?: number }
  | { op: 'delete'; kind: string; id: string; expect?: number };

/** All or nothing. An empty part is left out. */
export interface ChangeSet {
  puts?: readonly Put[];
  /** New index entries for the current version, without a new version; skipped where `version` is no longer current. */
  reindex?: readonly { key: Key; version: number; index: IndexEntries }[];
  /** Versions that must be current when the change set commits, though it writes none of them; 0 = there must be none. */
  unchanged?: readonly { key: Key; version: number }[];
  criteria?: readonly Criterion[];
  documents?: readonly DocumentChange[];
}

/** Up to `limit` rows; fewer where their texts are longer together than the query, or search/page-end.ts, allows. */
export interface Page {
  rows: Version[];
  /** Present exactly when there are more. */
  next?: Position;
  /** What the page lacks that should be on it (a part of the store cannot be read), in words for the caller. */
  warnings?: readonly string[];
  /**
   * Where asked for: to continue behind each row. The position of a match begins with the values of its sort keys, which
   * compare as search/order.ts states.
   */
  positions?: readonly Position[];
}

/**
 * A condition on versions that are no longer current. It holds no chains: what a version referred to is not kept as it was
 * then. Versions that were written before stores kept entries satisfy only `all`.
 */
export type Past = Filter;

export interface HistoryQuery {
  partition: string;
  /** Types and, of each, the resources whose *current* index entries (or tombstones) satisfy `where`. */
  of: readonly { type: string; where: Filter; id?: string }[];
  /** By type: what versions that are no longer current must satisfy by their own entries; by default nothing. */
  past?: Readonly<Record<string, Past>>;
  /** Versions written at or after this instant (ms). */
  since?: number;
  /** Versions that were current at some time within [from, to] (`_at`). */
  during?: { from: number; to: number };
  limit: number;
  /** As in a search. */
  characters?: number;
  after?: Position;
  /** The page is to say the position of each of its rows. */
  positions?: true;
  deadline: number;
  /** As in a search. */
  caller?: string;
}

/** What is counted by posting. */
export interface Tally {
  partition: string;
  type: string;
  /** What the postings begin with, the type first: `Communication|~counted|`. */
  prefix: string;
  /** Main dates from here to before `until`; milliseconds since the epoch. */
  since: number;
  until: number;
  /** As in a search. */
  deadline: number;
  caller?: string;
}

export interface Store {
  /**
   * The current versions of these resources, in the order asked; undefined where there is none or `where` (by type of
   * the key) excludes it. Deletions are versions too: they carry only the entries their Put gave them (tombstones).
   */
  read(keys: readonly Key[], where?: (type: string) => Filter): Promise<(Version | undefined)[]>;
  /**
   * One version of a resource; undefined if unknown, or no longer current and excluded by `past`. Callers check with `read`
   * first that the resource is visible.
   */
  version(key: Key, version: number, past?: Past): Promise<Version | undefined>;
  /**
   * Live resources that match; never a deletion. What they contain is found as rows of types of its own (search/contained-rows.ts),
   * with version, instant and method of its container. Every match that does not change while paging appears exactly once.
   */
  search(search: Search): Promise<Page>;
  /** The number of matches, counted no further than `limit` (a result of `limit` means "that many or more"; Infinity: all). */
  count(search: Pick<Search, 'partition' | 'of' | 'deadline' | 'caller'>, limit: number): Promise<number>;
  /** By posting that begins so, the number of live resources that carry it; those that none carries are left out. */
  tally(query: Tally): Promise<ReadonlyMap<string, number>>;
  /** Versions, newest first (by instant, then by version), deletions included. */
  history(query: HistoryQuery): Promise<Page>;
  /** The number of versions `history` would page through, counted no further than `limit`. */
  countHistory(query: Omit<HistoryQuery, 'limit' | 'after'>, limit: number): Promise<number>;
  /** Every live resource of a type, in a stable order of keys, for export and re-indexing. */
  scan(partition: string, type: string, limit: number, after?: Position): Promise<Page>;
  /**
   * Writes all of it or nothing, durably, and resolves once it is so. Rejects with Fault `conflict` if a put's
   * predecessor or an `unchanged` version is not current, a criterion no longer holds, a document's `expect` fails, or
   * index entries are of a generation that is not their partition's (search/generation.ts); and with `too-costly` if criteria take longer than other writers may be kept waiting: nothing has changed then.
   * Parallel commits behave as if they ran one after the other.
   */
  commit(changes: ChangeSet): Promise<void>;
  /** Ends threads and connections; later calls reject. */
  close(): Promise<void>;
}

/** Where a page of a list by id begins, and its direction. */
export interface DocumentPage {
  /** Continue behind this id, whether or not there is such a document. */
  after?: string;
  /** Greatest id first. */
  descending?: boolean;
}

export interface Records {
  /** The document, unless absent or expired at `now`. */
  get(kind: string, id: string, now: number): Promise<Document | undefined>;
  /** Those whose secondary key `name` has this value, unexpired, ordered by id; the whole list page by page. */
  find(kind: string, name: string, value: string, now: number, limit: number, page?: DocumentPage): Promise<Document[]>;
  /** Those due at `now`, the most overdue first. */
  due(kind: string, now: number, limit: number): Promise<Document[]>;
  /** One change on its own; rejects with Fault `conflict` where `expect` fails. Resolves with the new version (0 after a delete). */
  write(change: DocumentChange): Promise<number>;
  /** Takes a document away: of any number of parallel callers exactly one gets it, the others undefined. */
  take(kind: string, id: string, now: number): Promise<Document | undefined>;
  /** Leases up to `limit` due documents: moves their `due` to `until` in one step with choosing them. No two callers get the same. */
  lease(kind: string, now: number, until: number, limit: number): Promise<Document[]>;
  /** Drops up to `limit` documents that expired before `now`, so that writers need not wait for all; resolves with how many. */
  expire(now: number, limit: number): Promise<number>;
}

export interface BlobInfo {
  id: string;
  size: number;
  /** When its writing ended; milliseconds since the epoch. */
  at: number;
}

/** Bytes outside the JSON text: written first, named by a commit afterwards. */
export interface Blobs {
  /**
   * Stores the stream under a new id. Until it has resolved nobody can open the blob. Rejects with the stream's own error,
   * and nothing stays then; what a process leaves that ends on the way, `delete` takes away.
   */
  put(id: string, bytes: AsyncIterable<Uint8Array>, at: number): Promise<BlobInfo>;
  /**
   * The bytes from `start` to before `end` (whole by default), read while they are iterated; undefined for an unknown or
   * unfinished blob. Iterating rejects with Fault `unavailable` where the blob is deleted meanwhile: it never ends early.
   */
  open(
    id: string,
    start?: number,
    end?: number,
  ): Promise<{ info: BlobInfo; bytes: AsyncIterable<Uint8Array> } | undefined>;
  /** Takes the blob away, finished or not. */
  delete(id: string): Promise<void>;
}

/** What an adapter's `open` gives. */
export interface Storage {
  store: Store;
  records: Records;
  blobs: Blobs;
}
