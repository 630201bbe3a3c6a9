/** A store that does what another does: views of it change single methods. */
import type { Store } from '../port.js';

export function delegating(store: Store): Store {
  return {
    read: (keys, where) => store.read(keys, where),
    version: (key, version, past) => store.version(key, version, past),
    search: search => store.search(search),
    count: (search, limit) => store.count(search, limit),
    history: query => store.history(query),
    countHistory: (query, limit) => store.countHistory(query, limit),
    scan: (partition, type, limit, after) => store.scan(partition, type, limit, after),
    commit: changes => store.commit(changes),
    close: () => store.close(),
  };
}
