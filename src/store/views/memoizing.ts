/** A store that answers a search once: entries of a transaction ask the same when their ids are settled and when they run. */
import type { Search } from '../../search/query.js';
import type { Page, Store } from '../port.js';
import { delegating } from './delegating.js';

/** For a short while: what others write meanwhile is not seen, and fails the commit. */
export function memoizing(store: Store): Store {
  const pages = new Map<string, Promise<Page>>();
  return {
    ...delegating(store),
    search(search) {
      const name = nameOf(search);
      const page = pages.get(name) ?? store.search(search);
      pages.set(name, page);
      return page;
    },
  };
}

/** JSON knows no infinite numbers. */
const nameOf = ({ deadline: _deadline, ...search }: Search): string =>
  JSON.stringify(search, (_name, value: unknown) => (typeof value === 'number' ? String(value) : value));
