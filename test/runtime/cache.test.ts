/** The cache: what it keeps, and what it drops. */
import assert from 'node:assert/strict';
import { Cache } from '../../src/runtime/cache.js';

describe('cache', () => {
  it('makes a value once', () => {
    const cache = new Cache<number>(10);
    let made = 0;
    assert.deepEqual([cache.getOrMake('a', () => ++made), cache.getOrMake('a', () => ++made)], [1, 1]);
  });

  it('keeps what is used again and again, whatever else passes through', () => {
    const cache = new Cache<number>(10);
    cache.set('used', 1);
    for (let i = 0; i < 100; i++) {
      cache.set(`other ${i}`, i);
      assert.equal(cache.get('used'), 1);
    }
  });

  it('holds at most its size, and at least the half of it used last', () => {
    for (let count = 1; count < 100; count++) {
      const cache = new Cache<number>(10);
      for (let i = 0; i < count; i++) cache.set(String(i), i);
      const newestFirst = Array.from({ length: count }, (_, i) => count - 1 - i);
      const kept = newestFirst.filter(i => cache.get(String(i)) !== undefined);
      assert.ok(kept.length <= 10, `${kept.length} of ${count}`);
      assert.deepEqual(kept.slice(0, 5), newestFirst.slice(0, 5));
    }
  });

  it('does not keep undefined, and keeps false', () => {
    const cache = new Cache<boolean | undefined>(10);
    assert.deepEqual([cache.getOrMake('a', () => undefined), cache.getOrMake('a', () => false)], [undefined, false]);
    assert.equal(
      cache.getOrMake('a', () => true),
      false,
    );
  });

  it('forgets a deleted value in both generations', () => {
    const cache = new Cache<number>(4);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('c', 3);
    cache.set('a', 4);
    cache.delete('a');
    cache.delete('c');
    assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [undefined, 2, undefined]);
  });
});
