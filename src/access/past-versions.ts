/**
 * Past versions. A resource may have changed hands or kind: who sees it now sees of its past what they would have seen
 * then. Each version is judged on its own, since the store judges all of a resource's history by the current one.
 */
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { and, or } from '../search/filters.js';
import { matches } from '../search/match.js';
import type { Filter, IndexEntries } from '../search/query.js';
import type { HistoryQuery, Key, Page, Store, Version } from '../store/port.js';
import type { Visible } from './narrow.js';
import { internalPostings } from './compartment-paths.js';
import { defined } from '../fhir/defined.js';

/** Index entries of a resource, as they are made at write. */
export type IndexOf = (resource: Resource, updated: number) => IndexEntries;

export interface Past {
  /** Of these versions, of resources that the actor sees now, the ones they may see. */
  shown(versions: readonly Version[]): Promise<Version[]>;
  /** Store.history of a query that is narrowed already, without the versions that are not shown. */
  history(query: HistoryQuery): Promise<Page>;
  /** The number of versions that `history` pages through, counted no further than `limit`. */
  count(query: Omit<HistoryQuery, 'limit' | 'after'>, limit: number): Promise<number>;
}

/** Versions looked through at a time where only their number matters. */
const STRIDE = 200;

export function createPast(store: Store, visible: Visible, index: IndexOf): Past {
  const shown: Past['shown'] = async versions => {
    const doubtful = versions.filter(({ key }) => visible(key.type).kind !== 'all');
    if (doubtful.length === 0) return [...versions];
    const current = await currentOf(store, doubtful);
    const verdicts = versions.map(version => isShown(version, current.get(nameOf(version.key))));
    const all = await Promise.all(verdicts);
    return versions.filter((_version, at) => all[at]);
  };

  async function isShown(version: Version, current: Version | undefined): Promise<boolean> {
    if (!current || current.version === version.version) return true;
    if (!version.deleted) return passes(version, current, visible(version.key.type), index);
    // A deletion that was followed by a new beginning shows to those who saw what was deleted.
    const before = await store.version(version.key, version.version - 1);
    return before !== undefined && isShown(before, current);
  }

  async function* pages(query: HistoryQuery): AsyncGenerator<Page> {
    let after = query.after;
    do {
      const page = await store.history({ ...query, ...defined({ after }) });
      after = page.next;
      yield { ...page, rows: await shown(page.rows) };
    } while (after);
  }

  return {
    shown,
    async history(query) {
      const rows: Version[] = [];
      let at: HistoryQuery = query;
      for (;;) {
        const page = await store.history({ ...at, limit: query.limit - rows.length });
        rows.push(...(await shown(page.rows)));
        if (!page.next) return { rows };
        at = { ...query, after: page.next };
        if (rows.length === query.limit) break;
      }
      for await (const page of pages({ ...at, limit: STRIDE })) {
        if (page.rows.length > 0) return { rows, next: at.after! };
      }
      return { rows };
    },
    async count(query, limit) {
      let total = 0;
      for await (const page of pages({ ...query, limit: STRIDE })) {
        total += page.rows.length;
        if (total >= limit) return limit;
      }
      return total;
    },
  };
}

const nameOf = ({ type, id }: Key): string => `${type}/${id}`;

async function currentOf(store: Store, versions: readonly Version[]): Promise<Map<string, Version>> {
  const keys = new Map(versions.map(({ key }) => [nameOf(key), key]));
  const found = await store.read([...keys.values()]);
  return new Map(found.flatMap(version => (version ? [[nameOf(version.key), version]] : [])));
}

/** Whether the filter, which the current version satisfies, holds for this one as well. */
function passes(version: Version, current: Version, filter: Filter, index: IndexOf): boolean {
  const resource = parseStored<Resource>(version.json);
  const { type, id } = version.key;
  const subject = { type, id, updated: version.at, index: index(resource, version.at) };
  // A Binary follows its context, which cannot be looked up as it was: it is enough that it is the same still.
  const where = type === 'Binary' && sameHands(resource, current) ? withoutHops(filter) : filter;
  return matches(where, subject, { live: () => [] });
}

function sameHands(resource: Resource, current: Version): boolean {
  if (current.deleted) return false;
  const now = internalPostings(parseStored<Resource>(current.json)).sort();
  return internalPostings(resource).sort().join(' ') === now.join(' ');
}

function withoutHops(filter: Filter): Filter {
  switch (filter.kind) {
    case 'and':
      return and(filter.of.map(withoutHops));
    case 'or':
      return or(filter.of.map(withoutHops));
    case 'refers':
      return { kind: 'all' };
    default:
      return filter;
  }
}
