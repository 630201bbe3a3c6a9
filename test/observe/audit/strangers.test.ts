/** Refusals of strangers: the first few are audited one by one, the rest by their number. */
import assert from 'node:assert/strict';
import { countStrangers, isStranger } from '../../../src/observe/audit/strangers.js';
import { systemClock } from '../../../src/fhir/clock.js';
import type { OpenAudit } from '../../../src/observe/audit/audit.js';
import type { AuditEntry } from '../../../src/service.js';
import { openMemory } from '../../../src/store/memory/open.js';
import { eventsOf, Machine } from './process.js';

const MINUTE = 60_000;

const refusal = (at: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ at, request: `r${at}`, actor: '', client: '', action: 'read', target: 'Patient/1', patients: [], status: 401 },
  ...more,
});

function trail() {
  const logged: AuditEntry[] = [];
  const strangers = countStrangers(entry => Promise.resolve(void logged.push(entry)));
  return { logged, strangers };
}

describe('audit: strangers', () => {
  it('[F13] eight thousand refusals in a minute are eleven entries, and their number is told', async () => {
    const { logged, strangers } = trail();
    for (let i = 0; i < 8000; i++) await strangers.append(refusal(i, { target: `Patient/${i}` }));
    assert.equal(logged.length, 10);
    await strangers.flush(MINUTE - 1);
    assert.equal(logged.length, 10, 'the minute is not over');
    await strangers.flush(MINUTE);
    assert.deepEqual(logged.at(-1)?.reasons, ['7990 refusals like this one within a minute']);
    await strangers.flush(Infinity);
    assert.equal(logged.length, 11);
  });

  it('[F13] each interaction and type is counted on its own, and each minute', async () => {
    const { logged, strangers } = trail();
    for (const target of ['Patient/1', 'Task/1']) {
      for (const action of ['read', 'delete']) {
        for (let i = 0; i < 12; i++) await strangers.append(refusal(i, { target, action }));
      }
    }
    assert.equal(logged.length, 40);
    await strangers.append(refusal(MINUTE));
    assert.deepEqual(logged.at(-2)?.reasons, ['2 refusals like this one within a minute']);
    assert.equal(logged.at(-1)?.at, MINUTE);
    await strangers.flush(Infinity);
    assert.equal(logged.length, 45);
  });

  it('[F13] is bounded however many kinds there are', async () => {
    const { logged, strangers } = trail();
    for (let i = 0; i < 5000; i++) await strangers.append(refusal(i, { target: `T${i}` }));
    assert.equal(logged.length, 510);
    await strangers.flush(Infinity);
    assert.equal(logged.length, 511);
  });

  it('[R29] none is only counted while the log takes nothing: each is refused', async () => {
    const strangers = countStrangers(() => Promise.reject(new Error('full')));
    for (let i = 0; i < 30; i++) await assert.rejects(strangers.append(refusal(i)), /full/);
  });

  for (const [when, go] of [
    ['at the end of the process', (audit: OpenAudit) => Promise.resolve(audit.close())],
    ['once the minute is over', (audit: OpenAudit, machine: Machine) => machine.persistAll(audit)],
  ] as const)
    it(`[H06] those that were only counted are in the trail ${when}`, async () => {
      const machine = new Machine(openMemory(systemClock));
      const audit = machine.open();
      for (let i = 0; i < 15; i++) await audit.append(refusal(machine.now));
      assert.equal((await eventsOf(machine.open())).length, 10);
      await go(audit, machine);
      await machine.persistAll(machine.open());
      const events = await eventsOf(machine.open());
      assert.equal(events.length, 11);
      assert.match(JSON.stringify(events), /5 refusals like this one within a minute/);
      await machine.close();
    });

  it('known callers are no strangers, and only a missing or bad token makes one', () => {
    assert.ok(isStranger(refusal(0)));
    for (const more of [{ actor: 'a' }, { client: 'c' }, { status: 200 }, { status: 403 }]) {
      assert.ok(!isStranger(refusal(0, more)), JSON.stringify(more));
    }
  });
});
