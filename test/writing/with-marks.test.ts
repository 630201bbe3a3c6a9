/** A message and its marks, written at the same time. */
import assert from 'node:assert/strict';
import { markPostings } from '../../src/access/boxes.js';
import { marksDocument } from '../../src/portal/marks.js';
import type { ChangeSet, Store } from '../../src/store/port.js';
import { delegating } from '../../src/store/views/delegating.js';
import { withMarks } from '../../src/writing/with-marks.js';
import { index, keyOf, message, NOW, PARTITION, portal, put, type Portal } from '../access/fixture.js';
import { isFault } from '../contract/faults.js';

const marks = { documents: [marksDocument('m', { 'Person/1': { read: NOW, who: 'Patient/1' } }, 0)] };
const next = { puts: [put(message('m', '1'), 2)] };

describe('marks of a message that gets its next version', () => {
  let from: Portal;
  beforeEach(async () => {
    from = await portal(put(message('m', '1')));
  });

  /** The store, in which somebody else commits this just before the first commit. */
  function racing(first: ChangeSet): Store {
    const parts = {
      ...{ records: from.records, now: () => NOW, partition: PARTITION, postings: markPostings },
      entries: () => Promise.resolve({ index: index(message('m', '1'), NOW), relies: {} }),
    };
    let over = false;
    const store: Store = {
      ...delegating(from.store),
      async commit(changes) {
        if (!over) {
          over = true;
          await withMarks(from.store, parts).commit(first);
        }
        return from.store.commit(changes);
      },
    };
    return withMarks(store, parts);
  }

  for (const [what, first, then] of [
    ['a mark made meanwhile is not lost by the version', marks, next],
    ['a version written meanwhile is not lost by the mark', next, marks],
  ] as const)
    it(`[RN-25] ${what}`, async () => {
      const store = racing(first);
      await assert.rejects(store.commit(then), isFault('conflict'));
      await store.commit(then);
      const read = { kind: 'posting', key: markPostings('read', 'Person/1')[0] ?? '' } as const;
      const [found] = await from.store.read([keyOf('Communication/m')], () => read);
      assert.equal(found?.version, 2);
    });
});
