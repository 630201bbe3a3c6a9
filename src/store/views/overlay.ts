/** A store as it will be once the pending puts of a transaction are in: reads by key see them, searches see what was before. */
import type { Put, Store } from '../port.js';
import { delegating } from './delegating.js';

export function overlay(store: Store, puts: ReadonlyMap<string, Put>): Store {
  if (puts.size === 0) return store;
  return {
    ...delegating(store),
    async version(key, version, past) {
      const put = puts.get(`${key.type}/${key.id}`);
      return put?.version === version ? put : store.version(key, version, past);
    },
    async read(keys, where) {
      const there = await store.read(keys, where);
      return keys.map((key, index) => puts.get(`${key.type}/${key.id}`) ?? there[index]);
    },
  };
}
