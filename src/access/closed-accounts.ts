/** An account that is closed, by whom and in what way ever, loses in the same commit what is signed in to it and what it granted. */
import type { Resource } from '../fhir/resource.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { DocumentChange, Put, Store } from '../store/port.js';
import { delegating } from '../store/views/delegating.js';

const ACCOUNTS: ReadonlySet<string> = new Set(['Person', 'Practitioner']);

/** The changes that end what an account is signed in with. @param account `Person/1`, `Practitioner/2` */
export type Ending = (account: string) => Promise<DocumentChange[]>;

/** The store with every commit ending what is signed in to the accounts that it closes. @param portal its partition */
export function withClosedAccounts(store: Store, portal: string, ending: Ending): Store {
  const mayClose = ({ key: { type, partition }, version, json }: Put): boolean =>
    partition === portal && ACCOUNTS.has(type) && version > 1 && !isOpen(json);
  return {
    ...delegating(store),
    async commit(changes) {
      const puts = (changes.puts ?? []).filter(mayClose);
      if (puts.length === 0) return store.commit(changes);
      const before = await store.read(puts.map(({ key }) => key));
      const closed = puts.filter((_, at) => isOpen(before[at]?.json ?? ''));
      const ended = await Promise.all(closed.map(({ key }) => ending(`${key.type}/${key.id}`)));
      return store.commit(mergeChangeSets(changes, { documents: ended.flat() }));
    },
  };
}

/** @param json '' for a deletion */
const isOpen = (json: string): boolean =>
  json !== '' && (JSON.parse(json) as Resource & { active?: boolean }).active !== false;
