/** A long loop lets the event loop turn now and then. */
import assert from 'node:assert/strict';
import { yieldTurn } from '../../src/runtime/yield-turn.js';

describe('yieldTurn', () => {
  it('lets others run amid a long Bundle, and costs a short one nothing', async () => {
    let others = 0;
    const beat = (): void => {
      others++;
      timer = setImmediate(beat);
    };
    let timer = setImmediate(beat);
    for (let at = 0; at < 15; at++) assert.equal(yieldTurn(at), undefined);
    assert.equal(others, 0);
    for (let at = 15; at < 100; at++) await yieldTurn(at);
    clearImmediate(timer);
    assert.ok(others >= 5, `${others} turns`);
  });
});
