/** Sealed page links. */
import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { createCursors } from '../../src/search/cursor.js';
import { isFault } from '../contract/faults.js';

const HOUR = 3600_000;

describe('search/cursor', () => {
  let now = 0;
  const world = { clock: { now: () => now }, random: { bytes: (count: number) => randomBytes(count) } };
  const cursors = createCursors(createSecretKey(randomBytes(32)), world);
  const page = { path: ['Communication'], starts: [null, [5, 'x']] };

  beforeEach(() => {
    now = Date.UTC(2026, 0, 1);
  });

  it('opens for its own actor alone, and shows nothing', () => {
    const cursor = cursors.seal(page, 'Person/1');
    assert.deepEqual(cursors.open(cursor, 'Person/1'), page);
    assert.throws(() => cursors.open(cursor, 'Person/2'), isFault('not-found'));
    assert.ok(!Buffer.from(cursor, 'base64url').includes('Communication'));
  });

  it('no two are sealed alike: under one nonce their texts would show', () => {
    const nonces = Array.from({ length: 100 }, (_, at) => cursors.seal({ ...page, at }, 'Person/1').slice(0, 16));
    assert.equal(new Set(nonces).size, 100);
  });

  it('are the same for who asks again, others for other actors and other pages', () => {
    const cursor = cursors.seal(page, 'Person/1');
    assert.equal(cursors.seal({ ...page }, 'Person/1'), cursor);
    const other = cursors.seal(page, 'Person/2');
    assert.deepEqual(cursors.open(other, 'Person/2'), page);
    const next = cursors.seal({ ...page, starts: [null] }, 'Person/1');
    assert.deepEqual(cursors.open(next, 'Person/1'), { ...page, starts: [null] });
  });

  it('end after a day, and live for most of it whenever they are given out', () => {
    const first = cursors.seal(page, 'Person/1');
    now += HOUR;
    const second = cursors.seal(page, 'Person/1');
    now += 23 * HOUR;
    assert.deepEqual(cursors.open(first, 'Person/1'), page);
    now += 1;
    assert.throws(() => cursors.open(first, 'Person/1'), isFault('gone'));
    assert.deepEqual(cursors.open(second, 'Person/1'), page);
  });
});
