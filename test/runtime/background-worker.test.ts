/** Background rounds: one at a time, on at once while there is more, over errors, and to an orderly end. */
import assert from 'node:assert/strict';
import { createBackgroundWorker } from '../../src/runtime/background-worker.js';

/** A day: no second round comes by itself. */
const NEVER = 86_400_000;

const unreported = (error: unknown): void => assert.fail(String(error));

describe('rounds', () => {
  it('go on at once while each is full, and pause behind one that is not', async () => {
    const sizes = [3, 3, 1];
    let left = sizes.length;
    await new Promise<void>(resolve => {
      const rounds = createBackgroundWorker(
        () => {
          const size = sizes[sizes.length - left--] ?? assert.fail('a round too many');
          if (left === 0) resolve();
          return Promise.resolve(size);
        },
        { full: 3, interval: NEVER, report: unreported },
      );
      rounds.start();
    });
    assert.equal(left, 0);
  });

  it('never overlap, whoever asks for them', async () => {
    let running = 0;
    const work = async (): Promise<number> => {
      assert.equal(++running, 1);
      await new Promise(setImmediate);
      running--;
      return 0;
    };
    const rounds = createBackgroundWorker(work, { full: 1, interval: NEVER, report: unreported });
    rounds.start();
    assert.deepEqual(await Promise.all([rounds.next(), rounds.next(), rounds.idle()]), [0, 0, undefined]);
    await rounds.stop();
  });

  it('report what fails and go on; who asked for a round is told by its rejection', async () => {
    const reported: unknown[] = [];
    const fail = () => Promise.reject(new Error('no'));
    const rounds = createBackgroundWorker(fail, { full: 1, interval: NEVER, report: error => reported.push(error) });
    rounds.start();
    await assert.rejects(rounds.next(), /no/);
    await rounds.idle();
    await rounds.stop();
    assert.equal(reported.length, 2);
  });

  it('stop behind the round under way, and begin no other', async () => {
    let begun = 0;
    let end: () => void = () => undefined;
    const work = () => new Promise<number>(resolve => (begun++, (end = () => resolve(1))));
    const rounds = createBackgroundWorker(work, { full: 1, interval: 0, report: unreported });
    rounds.start();
    await new Promise(setImmediate);
    const stopping = rounds.stop();
    end();
    await stopping;
    await new Promise(resolve => setTimeout(resolve, 10));
    assert.equal(begun, 1);
  });
});
