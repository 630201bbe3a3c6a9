/** A store that does what another does: views of it change single methods, and the others are the store's own. */
import type { Store } from '../port.js';

export const delegating = (store: Store): Store => ({
  read: store.read.bind(store),
  version: store.version.bind(store),
  search: store.search.bind(store),
  count: store.count.bind(store),
  tally: store.tally.bind(store),
  history: store.history.bind(store),
  countHistory: store.countHistory.bind(store),
  scan: store.scan.bind(store),
  commit: store.commit.bind(store),
  close: store.close.bind(store),
});
