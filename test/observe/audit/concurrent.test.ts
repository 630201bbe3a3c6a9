/** While processes append, write, store and end, every search finds each entry acknowledged before it, once. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { OpenAudit } from '../../../src/observe/audit/audit.js';
import { verifyTrail } from '../../../src/observe/audit/verify.js';
import { interleaved } from '../../fixtures/interleaved.js';
import { eachStorage } from '../../fixtures/storages.js';
import { entry, Machine, MINUTE, requestsOf } from './process.js';
import { numbers } from './sample.js';

const ROUNDS = 60;

const countOf = ({ store }: OpenAudit): Promise<number> => {
  const of = [{ type: 'AuditEvent', where: { kind: 'all' as const } }];
  return store.count({ partition: 'portal', of, deadline: Infinity }, Infinity);
};

eachStorage((_name, open) => {
  describe('audit of several processes', () => {
    it('[H06] each entry is found once at any moment', async () => {
      const machine = new Machine(interleaved(await open()));
      const number = numbers(3);
      const acknowledged = new Set<string>();
      let processes = [machine.open(), machine.open(), machine.open()];
      let begun = 0;
      let done = false;

      async function serve(which: number): Promise<void> {
        for (let round = 0; round < ROUNDS; round++) {
          const audit = processes[which]!;
          const request = `p${which}-${round}`;
          begun++;
          const one = entry(request, { at: machine.now });
          if (number(3) === 0) await machine.storage.store.commit({ documents: [audit.document(one)] });
          else await audit.append(one);
          acknowledged.add(request);
          machine.now += number(20_000);
          if (number(4) === 0) await audit.persist();
          if (number(20) === 0) {
            audit.close();
            processes = processes.with(which, machine.open());
          }
          await setImmediate();
        }
      }

      async function look(): Promise<void> {
        while (!done) {
          const before = [...acknowledged].sort();
          const found = await requestsOf(processes[number(3)]!);
          assert.equal(new Set(found).size, found.length, 'none twice');
          assert.deepEqual(
            before.filter(request => !found.includes(request)),
            [],
            'none missing',
          );
          const least = acknowledged.size;
          const count = await countOf(processes[number(3)]!);
          assert.ok(least <= count && count <= begun, `counts ${count} of ${least} to ${begun}`);
          await setImmediate();
        }
      }

      const looking = Promise.all([look(), look()]);
      await Promise.all([serve(0), serve(1), serve(2)]);
      done = true;
      await looking;
      machine.now += 10 * MINUTE;
      for (const audit of processes) await audit.persist();
      assert.deepEqual(machine.files(), []);
      assert.deepEqual(await requestsOf(processes[0]!), [...acknowledged].sort());
      const { records } = machine.storage;
      const { problems } = await verifyTrail({ folder: machine.folder, records, now: () => machine.now });
      assert.deepEqual(problems, []);
      assert.deepEqual(machine.unreadable, []);
      await machine.close();
    });
  });
});
