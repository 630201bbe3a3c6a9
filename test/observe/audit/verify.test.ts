/** Verifying the audit trail: what was changed, moved, taken out or lost is named; what was dropped in time is not. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress } from 'node:zlib';
import type { OpenAudit } from '../../../src/observe/audit/audit.js';
import type { SegmentInfo } from '../../../src/observe/audit/segment.js';
import { verifyTrail } from '../../../src/observe/audit/verify.js';
import type { DocumentChange } from '../../../src/store/port.js';
import { eachStorage } from '../../fixtures/storages.js';
import { entry, Machine, MINUTE } from './process.js';

eachStorage((_name, open) => {
  describe('verifying the audit trail', () => {
    let machine: Machine;
    let audit: OpenAudit;

    /** A chain of three segments of two entries, one of writes, a file, and a write in no chain yet: nine entries. */
    beforeEach(async () => {
      machine = new Machine(await open());
      audit = machine.open({ retention: 60 * MINUTE });
      for (const round of [1, 2, 3]) {
        for (const one of [1, 2]) await audit.append(entry(`r${round}-${one}`, { at: machine.now }));
        await machine.persistAll(audit);
      }
      await write('w1');
      await machine.persistAll(audit);
      await audit.append(entry('last', { at: machine.now }));
      await write('w2');
    });
    afterEach(() => machine.close());

    const write = (request: string) =>
      machine.storage.store.commit({ documents: [audit.document(entry(request, { at: machine.now }))] });
    const verify = () =>
      verifyTrail({ folder: machine.folder, records: machine.storage.records, now: () => machine.now });
    const problems = async () => (await verify()).problems;
    const segments = async () => {
      const found = await machine.storage.records.find('audit-segment', 'list', '', machine.now, 10);
      return found
        .map(({ value }) => value as unknown as SegmentInfo)
        .filter(({ chain }) => !chain.endsWith('-writes'));
    };
    const change = (documents: DocumentChange[]) => machine.storage.store.commit({ documents });

    async function rewrite(id: string, edit: (lines: string[]) => string[]): Promise<void> {
      const document = (await machine.storage.records.get('audit-lines', id, machine.now))!;
      const text = await promisify(brotliDecompress)(Buffer.from(String(document.value['compressed']), 'base64'));
      const edited = edit(text.toString().split('\n')).join('\n');
      const compressed = (await promisify(brotliCompress)(edited)).toString('base64');
      await change([{ op: 'put', document: { kind: 'audit-lines', id, value: { compressed }, keys: {} } }]);
    }

    it('[H05] counts what is in order', async () => {
      assert.deepEqual(await verify(), { chains: 2, segments: 4, files: 1, entries: 9, problems: [] });
    });

    it('[H05] follows a chain over a leap of the clock, which parts its file into segments', async () => {
      const before = await verify();
      for (const [at, minutes] of [0, 0, 6, 6, 13, 1].entries()) {
        await audit.append(entry(`leap${at}`, { at: machine.now + minutes * MINUTE }));
      }
      await machine.persistAll(audit);
      const { segments: parts, entries, files, problems: found } = await verify();
      assert.deepEqual(found, []);
      assert.deepEqual([entries, files], [before.entries + 6, 0]);
      assert.ok(parts >= before.segments + 4, String(parts));
    });

    it('[H05] names the first line of a segment that was changed or moved', async () => {
      const [one, two] = await segments();
      await rewrite(one!.id, ([first = '', second = '']) => [first, second.replace('r1-2', 'r9-9')]);
      await rewrite(two!.id, lines => lines.toReversed());
      assert.deepEqual(await problems(), [
        `segment ${one!.id}: line 2 is not as it was written`,
        `segment ${two!.id}: line 1 is not as it was written`,
      ]);
    });

    it('[H05] names a segment whose lines are lost, and goes on', async () => {
      const [one, two] = await segments();
      await rewrite(one!.id, lines => lines.slice(0, 1));
      await change([{ op: 'delete', kind: 'audit-lines', id: two!.id }]);
      const [first = '', second = '', ...more] = await problems();
      assert.ok(first.startsWith(`segment ${one!.id} cannot be read`), first);
      assert.ok(second.startsWith(`segment ${two!.id} cannot be read`), second);
      assert.deepEqual(more, []);
    });

    it('[H05] tells where a segment is missing', async () => {
      const [, two, three] = await segments();
      await change([{ op: 'delete', kind: 'audit-segment', id: two!.id }]);
      assert.deepEqual(await problems(), [`segment ${three!.id}: lines 3 to 4 of its chain are missing`]);
    });

    it('[H05] tells where the beginning of a chain is missing', async () => {
      const [one, two] = await segments();
      await change([{ op: 'delete', kind: 'audit-segment', id: one!.id }]);
      assert.deepEqual(await problems(), [`segment ${two!.id}: lines 1 to 2 of its chain are missing`]);
    });

    it('[H05] tells where a segment was put in the place of another', async () => {
      const [one, two] = await segments();
      const forged = { ...two!, start: one!.start };
      const document = { kind: 'audit-segment', id: two!.id, value: { ...forged }, keys: { list: '' } };
      await change([{ op: 'put', document }]);
      assert.ok((await problems()).includes(`segment ${two!.id}: it does not continue its chain`));
    });

    it('[H05] names a file that was changed, and one whose lines before it are gone', async () => {
      const [name = ''] = machine.files();
      const [line = ''] = machine.linesOf(name);
      const { end } = (await segments()).at(-1)!;
      writeFileSync(join(machine.folder, name), `${end}\n${line.replace('last', 'less')}\n`);
      assert.deepEqual(await problems(), [`file ${name}: line 1 is not as it was written`]);
      const other = machine.open();
      await other.append(entry('x', { at: machine.now }));
      const added = machine.files().find(file => file !== name)!;
      machine.now += MINUTE;
      await other.append(entry('y', { at: machine.now }));
      rmSync(join(machine.folder, added.replace('.open', '.log')));
      assert.ok((await problems()).some(problem => problem.includes('lines 1 to 1 of its chain are missing')));
    });

    it('takes what was dropped in time for no loss, and what else is gone for one', async () => {
      machine.now += 58 * MINUTE;
      assert.equal(await audit.expire(), 2);
      assert.deepEqual((await verify()).problems, []);
      const [three] = await segments();
      await change([{ op: 'delete', kind: 'audit-segment', id: three!.id }]);
      assert.equal((await problems()).length, 1);
    });
  });
});
