/** A worker thread that hangs or dies: whoever waits is told, and the next request is answered by another. */
import assert from 'node:assert/strict';
import { Fault, isBreakdown } from '../../../src/fhir/fault.js';
import { describeError } from '../../../src/observe/error-fields.js';
import { faultMessage, faultOf } from '../../../src/store/sqlite/storage-fault.js';
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

  it('[R06] tells the log why it ended, also where it threw nothing', async () => {
    const thread = start();
    const error = (await thread.ask('leave').catch((reason: unknown) => reason)) as Fault;
    assert.equal(error.kind, 'unavailable');
    assert.ok(isBreakdown(error));
    assert.match(String(error.cause), /ended with code 3/);
    assert.equal(await thread.ask('a'), 'a');
    await thread.close();
  });

  it('[R06] does not do later what it has told as failed', async () => {
    const thread = start();
    assert.equal(await thread.ask('a'), 'a');
    const unsent = thread.ask('die');
    thread.abandon(new Fault('timeout', 'given up'));
    const next = thread.ask('b');
    await assert.rejects(unsent, isFault('timeout'));
    assert.equal(await next, 'b');
    await thread.close();
  });

  it('[R06] that cannot be started is told to its callers alone', async () => {
    const thread = new Thread<string>(new URL('https://nowhere.test/thread.js'), undefined);
    await assert.rejects(thread.ask('a'), isFault('unavailable'));
    await assert.rejects(thread.ask('b'), isFault('unavailable'));
  });

  it('[R06] keeps the code of an error of the disk', () => {
    const failed = Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 522 });
    const fault = faultOf(faultMessage(failed));
    assert.equal(fault.kind, 'unavailable');
    const { cause } = describeError(fault);
    assert.equal(cause?.code, 522);
    assert.notDeepEqual(cause.at ?? [], []);
  });
});
