/** A store that answers a search once: entries of a transaction ask the same when their ids are settled and when they run. */
import type { Search } from '../search/query.js';
import type { Page, Store } from '../store/port.js';

/** For a short while: what others write meanwhile is not seen, and fails the commit. */
export function remembered(store: Store): Store {
  const pages = new Map<string, Promise<Page>>();
  return {
    features: store.features,
    read: (keys, where) => store.read(keys, where),
    version: (key, version) => store.version(key, version),
    search(search) {
      const name = nameOf(search);
      const page = pages.get(name) ?? store.search(search);
      pages.set(name, page);
      return page;
    },
    count: (search, limit) => store.count(search, limit),
    history: query => store.history(query),
    countHistory: (query, limit) => store.countHistory(query, limit),
    scan: (partition, type, limit, after) => store.scan(partition, type, limit, after),
    commit: changes => store.commit(changes),
    close: () => store.close(),
  };
}

/** JSON knows no infinite numbers. */
const nameOf = ({ deadline: _deadline, ...search }: Search): string =>
  JSON.stringify(search, (_name, value: unknown) => (typeof value === 'number' ? String(value) : value));
