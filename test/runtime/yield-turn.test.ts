/** A long loop lets the event loop turn now and then. */
import assert from 'node:assert/strict';
import { yieldTurn } from '../../src/runtime/yield-turn.js';

describe('yieldTurn', () => {
  it('lets others run amid a long Bundle, and costs a short one nothing', async () => {
    const turns: number[] = [];
    const beat = (): void => {
      turns.push(turns.length);
      timer = setImmediate(beat);
    };
    let timer = setImmediate(beat);
    for (let at = 0; at < 15; at++) assert.equal(yieldTurn(at), undefined);
    assert.deepEqual(turns, []);
    for (let at = 15; at < 100; at++) await yieldTurn(at);
    clearImmediate(timer);
    assert.ok(turns.length >= 5, `${turns.length} turns`);
  });
});
