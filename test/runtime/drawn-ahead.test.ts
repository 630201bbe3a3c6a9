/** Random bytes, drawn ahead. */
import assert from 'node:assert/strict';
import { drawnAhead } from '../../src/runtime/drawn-ahead.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('drawnAhead', () => {
  it('gives as many bytes as asked for, more than a block too', () => {
    const draw = drawnAhead(16);
    assert.deepEqual(
      [0, 1, 15, 16, 17, 100].map(count => draw(count).length),
      [0, 1, 15, 16, 17, 100],
    );
  });

  it('never gives the same bytes twice', () => {
    const draw = drawnAhead(64);
    const all = Array.from({ length: 1000 }, () => hex(draw(12)));
    assert.equal(new Set(all).size, all.length);
  });

  it('does not change what it gave', () => {
    const draw = drawnAhead(16);
    const first = draw(8);
    const before = hex(first);
    for (let i = 0; i < 10; i++) draw(8).fill(0);
    assert.equal(hex(first), before);
  });
});
