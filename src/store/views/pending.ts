/**
 * A store as it will be once the puts of a request are in, for rules that judge them together: reads by key and searches see them.
 * What the judgement rests on holds at the commit, for `reliedOn` goes with it.
 */
import { matches } from '../../search/match.js';
import type { Search } from '../../search/query.js';
import type { ChangeSet, Criterion, Key, Page, Put, Store, Version } from '../port.js';
import { firstRows } from './first-rows.js';

export interface PendingStore extends Pick<Store, 'read' | 'search'> {
  /** Conditions under which everything that was read so far is still so. */
  reliedOn(): Pick<ChangeSet, 'criteria' | 'unchanged'>;
}

const nameOf = ({ type, id }: Key): string => `${type}/${id}`;

/** Searches are of one type, in no order, without chains, and page by page never: they give the first matches. */
export function pending(store: Pick<Store, 'read' | 'search'>, puts: readonly Put[]): PendingStore {
  const written = new Map(puts.map(put => [nameOf(put.key), put]));
  const unchanged = new Map<string, { key: Key; version: number }>();
  const criteria: Criterion[] = [];
  return {
    reliedOn: () => ({ criteria, unchanged: [...unchanged.values()] }),
    async read(keys, where) {
      const there = await store.read(keys, where);
      return keys.map((key, at) => {
        const put = written.get(nameOf(key));
        if (!put) unchanged.set(nameOf(key), { key, version: there[at]?.version ?? 0 });
        return put ?? there[at];
      });
    },
    async search(search): Promise<Page> {
      const { rows, next } = await firstRows(store, { ...search, limit: search.limit + written.size });
      for (const { type, where } of search.of) {
        const ids = rows.flatMap(({ key }) => (key.type === type ? [key.id] : []));
        criteria.push({ partition: search.partition, type, where, ids });
      }
      const kept: Version[] = rows.filter(({ key }) => !written.has(nameOf(key)));
      const all = [...kept, ...puts.filter(put => !put.deleted && isMatch(put, search))];
      return { rows: all.slice(0, search.limit), ...(next || all.length > search.limit ? { next: [] } : {}) };
    },
  };
}

const isMatch = ({ key: { type, id }, at: updated, index }: Put, { of }: Search): boolean =>
  of.some(one => one.type === type && matches(one.where, { type, id, updated, index }, { live: () => [] }));
