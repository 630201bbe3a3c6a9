/** A worker thread that hangs or dies: whoever waits is told, and the next request is answered by another. */
import assert from 'node:assert/strict';
import { Fault } from '../../../src/fhir/fault.js';
import { Thread } from '../../../src/store/sqlite/thread.js';
import { isFault } from '../../contract/faults.js';

const start = () => new Thread<string>(new URL('../../fixtures/odd-thread.js', import.meta.url), undefined);

describe('sqlite: a thread', () => {
  it('answers each request, in whatever turn it was asked', async () => {
    const thread = start();
    const asked = ['a', 'b', 'c'].map(text => thread.ask(text));
    await Promise.resolve();
    assert.deepEqual(await Promise.all([...asked, thread.ask('d')]), ['a', 'b', 'c', 'd']);
    assert.equal(thread.load, 0);
    await thread.close();
    await assert.rejects(thread.ask('late'), isFault('unavailable'));
  });

  it('has its answers given out in several turns of the event loop', async () => {
    const thread = start();
    let given = 0;
    const most: number[] = [];
    const asked = Array.from({ length: 40 }, () => thread.ask('together').then(() => given++));
    for (let before = 0; given < asked.length; before = given) {
      await new Promise(resolve => setImmediate(resolve));
      most.push(given - before);
    }
    assert(Math.max(...most) <= 16, `${Math.max(...most)} in one turn`);
    await thread.close();
  });

  it('gives out what had been answered before it ended', async () => {
    const thread = start();
    const asked = Array.from({ length: 40 }, () => thread.ask('together'));
    await asked[0];
    thread.abandon(new Fault('timeout', 'given up'));
    assert.deepEqual(new Set(await Promise.all(asked)), new Set(['together']));
  });

  it('is replaced when it is abandoned amid its work', async () => {
    const thread = start();
    assert.equal(await thread.ask('a'), 'a');
    const stuck = thread.ask('hang');
    const behind = thread.ask('b');
    await new Promise(resolve => setTimeout(resolve, 20));
    thread.abandon(new Fault('timeout', 'given up'));
    await assert.rejects(stuck, isFault('timeout'));
    await assert.rejects(behind, isFault('timeout'));
    assert.equal(await thread.ask('c'), 'c');
    await thread.close();
  });

  it('is replaced when it dies', async () => {
    const thread = start();
    await assert.rejects(thread.ask('die'), isFault('unavailable'));
    assert.equal(await thread.ask('a'), 'a');
    await thread.close();
  });
});
