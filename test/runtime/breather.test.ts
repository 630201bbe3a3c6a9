/** A long loop lets the event loop turn now and then. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { createBreather } from '../../src/runtime/breather.js';

describe('createBreather', () => {
  let at = 0;
  before(() => mock.method(performance, 'now', () => at));
  after(() => mock.restoreAll());

  it('lets others run amid long work, and costs short work nothing', async () => {
    let turns = 0;
    const beat = (): void => {
      turns += 1;
      timer = setImmediate(beat);
    };
    let timer = setImmediate(beat);
    const [short, counted] = [createBreather(), createBreather(16)];
    await short();
    for (let i = 0; i < 15; i++) await counted();
    assert.equal(turns, 0);
    await counted();
    assert.equal(turns, 1, 'sixteen parts are a turn');
    turns = 0;
    const breathe = createBreather();
    for (let i = 0; i < 10; i++) {
      at += 6;
      await breathe();
    }
    clearImmediate(timer);
    assert.equal(turns, 5, 'ten milliseconds are a turn');
  });
});
