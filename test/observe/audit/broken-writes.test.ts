/** Writes of the audit log that the disk takes in part. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';
import { verifyTrail } from '../../../src/observe/audit/verify.js';
import { openMemory } from '../../../src/store/memory/open.js';
import { systemClock } from '../../../src/fhir/clock.js';
import { entry, Machine, MINUTE, requestsOf } from './process.js';

type Write = (descriptor: number, bytes: Buffer, at: number, length?: number) => number;

describe('audit log: writes that break off', () => {
  const whole = fs.writeSync as Write;
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine(openMemory(systemClock));
  });
  afterEach(async () => {
    mock.restoreAll();
    syncBuiltinESMExports();
    await machine.close();
  });
  const writes = (by: Write): void => {
    mock.method(fs, 'writeSync', by);
    syncBuiltinESMExports();
  };
  const problems = async (): Promise<string[]> => {
    const { folder, storage } = machine;
    return (await verifyTrail({ folder, records: storage.records, now: () => machine.now })).problems;
  };

  it('[H04] where the disk takes a few bytes at a time, each line is whole', async () => {
    writes((descriptor, bytes, at) => whole(descriptor, bytes, at, Math.min(7, bytes.length - at)));
    const audit = machine.open();
    await Promise.all(['1', '2', '3'].map(request => audit.append(entry(request))));
    assert.deepEqual(await requestsOf(audit), ['1', '2', '3']);
    assert.deepEqual(await problems(), []);
  });

  it('[H05] a commit of the audit of writes whose end is not known is not made twice, and its chain ends', async () => {
    const { store } = machine.storage;
    let known = false;
    const audit = machine.open({
      async commit(changes) {
        await store.commit(changes);
        if (known) return;
        known = true;
        throw new Error('the line broke');
      },
    });
    const write = (request: string) =>
      store.commit({ documents: [audit.document(entry(request, { at: machine.now }))] });
    await write('w1');
    machine.now += MINUTE;
    await assert.rejects(audit.persist(), /the line broke/);
    await write('w2');
    await machine.persistAll(audit);
    assert.deepEqual(await requestsOf(audit), ['w1', 'w2']);
    assert.deepEqual(await machine.storage.records.due('audit', machine.now, 10), []);
    assert.deepEqual(await problems(), []);
  });

  it('[H04] [H05] a write that breaks off ends its chain: what follows is another, and both are in order', async () => {
    const audit = machine.open();
    await audit.append(entry('0'));
    let broken = false;
    writes((descriptor, bytes, at) => {
      if (broken) return whole(descriptor, bytes, at);
      broken = true;
      whole(descriptor, bytes, at, bytes.length - 20);
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    });
    const lost = await Promise.allSettled(['1', '2'].map(request => audit.append(entry(request))));
    assert.deepEqual(new Set(lost.map(({ status }) => status)), new Set(['rejected']));
    await audit.append(entry('3'));
    assert.deepEqual(await problems(), []);
    await machine.persistAll(audit);
    assert.deepEqual(await problems(), []);
    assert.deepEqual(await requestsOf(audit), ['0', '1', '3']);
  });
});
