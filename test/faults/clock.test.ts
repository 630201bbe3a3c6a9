/** The machine's clock is set while the server runs. */
import assert from 'node:assert/strict';
import { steadyClock } from '../../src/fhir/clock.js';

const MINUTE = 60_000;

describe('faults: clock', () => {
  /** A machine whose clock can be set, and the server's clock on it. */
  function machine() {
    let running = 0;
    let ahead = 1_800_000_000_000;
    const clock = steadyClock(
      () => running + ahead,
      () => running,
    );
    const { now } = clock;
    return {
      now,
      wall: () => running + ahead,
      pass: (ms: number) => (running += ms),
      set: (ms: number) => (ahead += ms),
    };
  }

  it('[R31 fault] set back by ten minutes, time goes on slowly until the machine has caught up', () => {
    const { now, wall, pass, set } = machine();
    const before = now();
    set(-10 * MINUTE);
    assert.equal(now(), before);
    let last = before;
    for (let minute = 1; minute <= 20; minute++) {
      pass(MINUTE);
      assert.equal(now() - last, MINUTE / 2);
      last = now();
    }
    pass(MINUTE);
    assert.equal(now(), wall());
    pass(MINUTE);
    assert.equal(now(), wall());
  });

  it('[R31 fault] a step forward, and a long one back, are followed at once', () => {
    const { now, wall, set } = machine();
    set(400 * 24 * 60 * MINUTE);
    assert.equal(now(), wall());
    set(-400 * 24 * 60 * MINUTE);
    assert.equal(now(), wall());
  });
});
