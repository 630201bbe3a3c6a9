/**
 * Messages stay found by their marks: a commit that changes the marks of a message, or writes a next version of it, gives the
 * message index entries for them. Marks make no version of the message.
 */
import { MARKS, marksIn, statesOf, type Marks, type MarkState } from '../portal/marks.js';
import type { IndexEntries } from '../search/query.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { ChangeSet, DocumentChange, Key, Put, Records, Store, Version } from '../store/port.js';
import { delegating } from '../store/views/delegating.js';

export interface MarksParts {
  readonly records: Pick<Records, 'get'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where messages with marks live. */
  readonly partition: string;
  /** The postings of a message in this state of this person. */
  readonly postings: (state: MarkState, person: string) => string[];
  /** All index entries of a stored message but those of its marks, and what must still be so when they are committed. */
  readonly entries: (version: Version, store: Store) => Promise<{ index: IndexEntries; relies: ChangeSet }>;
}

/** The store with every commit keeping messages in step with their marks. All writes go through it. */
export function withMarks(store: Store, parts: MarksParts): Store {
  const isMessage = ({ type, partition }: Key): boolean => type === 'Communication' && partition === parts.partition;
  return {
    ...delegating(store),
    async commit(changes) {
      const { puts = [], reindex = [], documents = [] } = changes;
      const marked = documents.flatMap(marksWritten);
      const ids = new Set(marked.map(([id]) => id));
      const isNext = ({ key, version, deleted }: Put): boolean => !deleted && (version > 1 || ids.has(key.id));
      const messages = [...puts.filter(isNext), ...reindex].filter(({ key }) => isMessage(key));
      if (messages.length === 0 && marked.length === 0) return store.commit(changes);
      const kept = await withKept(changes, messages, new Map(marked), parts);
      const written = new Set(messages.map(({ key }) => key.id));
      const others = marked.filter(([id]) => !written.has(id));
      return store.commit(mergeChangeSets(kept, await reindexed(store, others, parts)));
    },
  };
}

function marksWritten(change: DocumentChange): [id: string, marks: Marks][] {
  return change.op === 'put' && change.document.kind === MARKS ? [[change.document.id, marksIn(change.document)]] : [];
}

type Indexed = Pick<Put, 'key' | 'index'>;

/** Next versions of messages with the marks they have, provided that nobody changes these meanwhile. */
async function withKept(
  changes: ChangeSet,
  messages: readonly Indexed[],
  written: ReadonlyMap<string, Marks>,
  parts: MarksParts,
): Promise<ChangeSet> {
  const ids = [...new Set(messages.map(({ key }) => key.id))].filter(id => !written.has(id));
  const found = await Promise.all(ids.map(id => parts.records.get(MARKS, id, parts.now())));
  const marks = new Map([...written, ...ids.map((id, at): [string, Marks] => [id, marksIn(found[at])])]);
  const unchanged = ids.map((id, at): DocumentChange => {
    const document = found[at];
    if (!document) return { op: 'delete', kind: MARKS, id, expect: 0 };
    const { version, ...same } = document;
    return { op: 'put', document: same, expect: version };
  });
  const concerned = new Set<Indexed>(messages);
  const withTheirs = <T extends Indexed>(one: T): T =>
    concerned.has(one) ? { ...one, index: added(one.index, marks.get(one.key.id) ?? {}, parts) } : one;
  const { puts = [], reindex = [], documents = [] } = changes;
  return {
    ...changes,
    puts: puts.map(withTheirs),
    reindex: reindex.map(withTheirs),
    documents: [...documents, ...unchanged],
  };
}

/** Messages that are marked, at their current version. */
async function reindexed(
  store: Store,
  marked: readonly (readonly [id: string, marks: Marks])[],
  parts: MarksParts,
): Promise<ChangeSet> {
  const { partition } = parts;
  const current = await store.read(marked.map(([id]) => ({ partition, type: 'Communication', id })));
  const found = marked.flatMap(([, marks], at) => {
    const version = current[at];
    return version && !version.deleted ? [{ version, marks }] : [];
  });
  const changes = await Promise.all(
    found.map(async ({ version, marks }): Promise<ChangeSet> => {
      const { key, version: number } = version;
      const { index, relies } = await parts.entries(version, store);
      const reindex = [{ key, version: number, index: added(index, marks, parts) }];
      return mergeChangeSets({ reindex, unchanged: [{ key, version: number }] }, relies);
    }),
  );
  return mergeChangeSets(...changes);
}

const added = (index: IndexEntries, marks: Marks, { postings }: MarksParts): IndexEntries => ({
  ...index,
  postings: [...new Set([...index.postings, ...statesOf(marks).flatMap(([state, person]) => postings(state, person))])],
});
