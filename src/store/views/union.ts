/**
 * Several partitions of a store read as one. Pages merge the partitions' own, by sort keys and then by the order in which the
 * partitions are named, so that each is read in its own order and no match is passed over or comes twice. References lead
 * to resources of the same partition: chains are followed within it. Ids must be distinct over all of them; of equal ones
 * `read` finds the first.
 */
import { defined } from '../../fhir/defined.js';
import { compareLists, newestFirst } from '../../search/order.js';
import { countOnPage, type PageBounds } from '../../search/page-end.js';
import type { Position, Search } from '../../search/query.js';
import type { Key, Page, Store, Version } from '../port.js';
import { delegating } from './delegating.js';
import { readOnly } from './read-only.js';

/** The page of one partition: its first `limit` rows behind a position, each with its own. */
type PageOf = (partition: string, window: { limit: number; after?: Position; positions: true }) => Promise<Page>;

interface Row {
  version: Version;
  position: Position;
  /** Which partition it is of. */
  member: number;
}

const newestVersionFirst = [true, true];

/**
 * The union, read-only.
 * @param name stands for all its partitions, in what it is asked for and in the keys of what it gives
 */
export function union(store: Store, name: string, partitions: readonly string[]): Store {
  const named = <V extends Version | undefined>(version: V): V =>
    version && { ...version, key: { ...version.key, partition: name } };
  const each = <T>(ask: (partition: string) => Promise<T>): Promise<T[]> => Promise.all(partitions.map(ask));
  const inMembers = ({ type, id }: Key): Key[] => partitions.map(partition => ({ partition, type, id }));

  async function merged(
    pageOf: PageOf,
    descending: readonly boolean[],
    { limit, characters, after }: Pick<Search, 'limit' | 'characters' | 'after'>,
  ): Promise<Page> {
    const starts = partitions.map((_, member) => startOf(after, member));
    const pages = await Promise.all(
      partitions.map((partition, member) => {
        const start = starts[member];
        return pageOf(partition, { limit, positions: true, ...(start && { after: start }) });
      }),
    );
    const { rows, more } = firstRows(pages, descending, { limit, ...defined({ characters }) });
    const warnings = pages.flatMap(page => page.warnings ?? []);
    return {
      rows: rows.map(({ version }) => named(version)),
      ...(more && { next: positionBehind(rows, starts) }),
      ...(warnings.length > 0 && { warnings }),
    };
  }

  return {
    ...delegating(readOnly(store)),
    async read(keys, where) {
      const found = await each(partition =>
        store.read(
          keys.map(key => ({ ...key, partition })),
          where,
        ),
      );
      return keys.map((_, at) => named(firstOf(found.map(versions => versions[at]))));
    },
    async version(key, version, past) {
      const member = firstOf(await store.read(inMembers(key)));
      return member && named(await store.version(member.key, version, past));
    },
    search({ after, limit, ...search }) {
      const descending = (search.sort.length > 0 ? search.sort : newestFirst).map(sort => sort.descending);
      const pageOf: PageOf = (partition, window) => store.search({ ...search, partition, ...window });
      return merged(pageOf, descending, { limit, ...defined({ characters: search.characters, after }) });
    },
    async count(search, limit) {
      return sum(await each(partition => store.count({ ...search, partition }, limit)), limit);
    },
    async tally(query) {
      return together(await each(partition => store.tally({ ...query, partition })));
    },
    history({ after, limit, ...query }) {
      const pageOf: PageOf = (partition, window) => store.history({ ...query, partition, ...window });
      return merged(pageOf, newestVersionFirst, { limit, ...defined({ characters: query.characters, after }) });
    },
    async countHistory(query, limit) {
      return sum(await each(partition => store.countHistory({ ...query, partition }, limit)), limit);
    },
    async scan(_name, type, limit, after) {
      const [member, ...start] = after ?? [0];
      const at = Number(member);
      const partition = partitions[at];
      if (partition === undefined) return { rows: [] };
      const page = await store.scan(partition, type, limit, start.length > 0 ? start : undefined);
      const next = page.next ? [at, ...page.next] : at + 1 < partitions.length ? [at + 1] : undefined;
      return { rows: page.rows.map(named), ...(next && { next }) };
    },
  };
}

/** A union's position holds that of each partition as text; none where nothing of it has been read. */
function startOf(after: Position | undefined, member: number): Position | undefined {
  const text = after?.[member];
  return typeof text === 'string' ? (JSON.parse(text) as Position) : undefined;
}

function positionBehind(rows: readonly Row[], starts: readonly (Position | undefined)[]): Position {
  return starts.map((start, member) => {
    const position = rows.findLast(row => row.member === member)?.position ?? start;
    return position === undefined ? null : JSON.stringify(position);
  });
}

/** The rows of one page of the union, out of a page of each partition. */
function firstRows(pages: readonly Page[], descending: readonly boolean[], bounds: PageBounds) {
  const all = pages
    .flatMap((page, member) => rowsOf(page, member))
    .sort((a, b) => compareLists(a.position, b.position, descending) || a.member - b.member);
  // Behind the last row of a partition that has more nothing can be merged.
  const ends = pages.map(({ next }, member) => (next ? all.findLastIndex(row => row.member === member) + 1 : Infinity));
  const mergeable = all.slice(0, Math.min(...ends));
  const texts = mergeable.map(({ version }) => version);
  const rows = mergeable.slice(0, countOnPage(texts, bounds));
  return { rows, more: all.length > rows.length || pages.some(({ next }) => next !== undefined) };
}

const rowsOf = ({ rows, positions }: Page, member: number): Row[] =>
  rows.map((version, at) => {
    const position = positions?.[at];
    if (!position) throw new Error('a store that gives no positions cannot be part of a union');
    return { version, position, member };
  });

/** One that is there before one that was deleted. */
const firstOf = (versions: readonly (Version | undefined)[]): Version | undefined =>
  versions.find(version => version?.deleted === false) ?? versions.find(version => version !== undefined);

/** The numbers of several tallies, added up. */
const together = (tallies: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> => {
  const keys = new Set(tallies.flatMap(one => [...one.keys()]));
  const total = (key: string): number =>
    sum(
      tallies.map(one => one.get(key) ?? 0),
      Infinity,
    );
  return new Map([...keys].map(key => [key, total(key)]));
};

const sum = (counts: readonly number[], limit: number): number =>
  Math.min(
    counts.reduce((total, count) => total + count, 0),
    limit,
  );
