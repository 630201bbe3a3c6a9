/** The changes of several writes as one commit: nothing of any of them is lost. */
import assert from 'node:assert/strict';
import type { Changes } from '../../src/service.js';
import { mergeChanges } from '../../src/writing/merge-changes.js';
import { newMessage } from '../delivery/parts.js';
import { NOW, putOf } from '../fixtures/storage-samples.js';

const key = (id: string) => ({ partition: 'p', type: 'Task', id });

/** One of everything, told apart by the id. */
const changes = (id: string): Changes => ({
  puts: [putOf('p', `Task/${id}`)],
  reindex: [{ key: key(id), version: 1, index: { postings: [], ranges: [], strings: [], main: NOW } }],
  unchanged: [{ key: key(id), version: 1 }],
  criteria: [{ partition: 'p', type: 'Task', where: { kind: 'all' }, ids: [id] }],
  documents: [{ op: 'delete', kind: 'k', id }],
  effects: [{ ...newMessage, about: id }],
  consequences: { puts: [putOf('p', `Task/${id}-more`)], documents: [{ op: 'delete', kind: 'k', id: `${id}-more` }] },
});

describe('merged changes', () => {
  it('hold all of each write, its effects and consequences too, in order', () => {
    const [one, two] = [changes('a'), changes('b')];
    const { consequences, ...merged } = mergeChanges([one, {}, two]);
    for (const name of ['puts', 'reindex', 'unchanged', 'criteria', 'documents', 'effects'] as const) {
      assert.deepEqual(merged[name], [...(one[name] ?? []), ...(two[name] ?? [])], name);
    }
    const both = [one.consequences!, two.consequences!];
    assert.deepEqual(
      consequences!.puts,
      both.flatMap(({ puts = [] }) => puts),
    );
    assert.deepEqual(
      consequences!.documents,
      both.flatMap(({ documents = [] }) => documents),
    );
  });
});
