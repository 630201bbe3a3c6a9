/** Writes that arrive together are begun a few at a time. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { fairTurn } from '../../src/runtime/fair-turn.js';

describe('turns', () => {
  it('begins a few in each turn of the event loop, in the order they came', async () => {
    const begun: number[] = [];
    const all = Array.from({ length: 10 }, async (_, i) => {
      await fairTurn();
      begun.push(i);
    });
    const counts: number[] = [];
    for (let i = 0; i < 3; i++) {
      await Promise.resolve();
      counts.push(begun.length);
      await setImmediate();
    }
    await Promise.all(all);
    assert.deepEqual(counts, [4, 8, 10]);
    assert.deepEqual(
      begun,
      Array.from({ length: 10 }, (_, i) => i),
    );
  });

  it('lets who comes alone begin at once, each time', async () => {
    for (let i = 0; i < 6; i++) {
      const [first] = await Promise.all([
        Promise.race([fairTurn().then(() => 'begun'), setImmediate('late')]),
        setImmediate(),
      ]);
      assert.equal(first, 'begun');
    }
  });
});
