/** The audit log of a process: chained, grouped, failing closed; and how it moves into the store, each entry once. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { START, verifyChain } from '../../../src/observe/audit/chain.js';
import { openLogFile } from '../../../src/observe/audit/log-file.js';
import { Fault } from '../../../src/fhir/fault.js';
import { openMemory } from '../../../src/store/memory/open.js';
import { systemClock } from '../../../src/fhir/clock.js';
import { entry, eventsOf, Machine, MINUTE, requestsOf } from './process.js';

describe('audit log', () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine(openMemory(systemClock));
  });
  afterEach(() => machine.close());

  it('appends before it resolves, all of one turn together', async () => {
    const audit = machine.open();
    const first = audit.append(entry('1'));
    assert.equal(audit.append(entry('2')), first);
    await first;
    const [file = '', ...more] = machine.files();
    assert.deepEqual(more, []);
    assert.equal(machine.linesOf(file).length, 2);
    await audit.append(entry('3'));
    assert.equal(machine.linesOf(file).length, 3);
  });

  it('writes what waits when it closes, once', async () => {
    const audit = machine.open();
    const waiting = audit.append(entry('1'));
    audit.close();
    await waiting;
    await new Promise(resolve => setImmediate(resolve));
    const [file = '', ...more] = machine.files();
    assert.deepEqual(more, []);
    assert.equal(machine.linesOf(file).length, 1);
  });

  it('[H05] the chain names the first line that was edited, taken out or moved', async () => {
    const audit = machine.open();
    for (const request of ['1', '2', '3', '4']) await audit.append(entry(request));
    const lines = machine.linesOf(machine.files()[0] ?? '');
    const [one = '', two = '', three = '', four = ''] = lines;
    const report = (...changed: string[]) => verifyChain(changed, START);
    const whole = report(...lines);
    assert.deepEqual([whole.lines, whole.brokenAt], [4, undefined]);
    assert.ok(four.includes(whole.link));
    assert.equal(report(one, two.replace('"2"', '"9"'), three, four).brokenAt, 2);
    assert.equal(report(one, three, four).brokenAt, 2);
    assert.equal(report(one, two, four, three).brokenAt, 3);
    assert.equal(report(two, three, four).brokenAt, 1);
    assert.equal(report(one, two, 'x', three).brokenAt, 3);
    const cut = report(one, two, three);
    assert.equal(cut.brokenAt, undefined);
    assert.notEqual(cut.link, whole.link);
    assert.deepEqual(report(), { lines: 0, link: START });
  });

  it('[H05] one chain goes through all files of a process', async () => {
    const audit = machine.open();
    await audit.append(entry('1'));
    machine.now += MINUTE;
    await audit.append(entry('2'));
    const files = machine.files();
    assert.equal(files.length, 2);
    const lines = files.flatMap(file => machine.linesOf(file));
    assert.deepEqual(verifyChain(lines, START).brokenAt, undefined);
    assert.equal(verifyChain(lines.slice(1), lines[0]!.slice(0, 64)).lines, 1);
  });

  it('begins a new file after a minute, or 2,000 lines', async () => {
    const audit = machine.open();
    await Promise.all(Array.from({ length: 4100 }, (_, at) => audit.append(entry(`r${at}`))));
    assert.deepEqual(
      machine
        .files()
        .map(file => machine.linesOf(file).length)
        .sort(),
      [100, 2000, 2000],
    );
    assert.deepEqual(
      machine
        .files()
        .map(file => file.split('.').at(-1))
        .sort(),
      ['log', 'log', 'open'],
    );
    machine.now += MINUTE - 1;
    await audit.persist();
    assert.equal(machine.files().length, 1);
    machine.now += 1;
    await audit.persist();
    assert.deepEqual(machine.files(), []);
    assert.equal((await requestsOf(audit)).length, 4100);
  });

  it('is searched at once, and stored once: of dead and of other processes too', async () => {
    const [dead, other, own] = [machine.open(), machine.open(), machine.open()];
    await Promise.all([dead.append(entry('a1')), dead.append(entry('a2')), other.append(entry('b1'))]);
    dead.close();
    assert.deepEqual(await requestsOf(own), ['a1', 'a2', 'b1']);
    await Promise.all([own.persist(), other.persist(), own.persist()]);
    assert.deepEqual(await requestsOf(own), ['a1', 'a2', 'b1']);
    await other.append(entry('b2'));
    await own.append(entry('c1'));
    machine.now += MINUTE;
    await Promise.all([own.persist(), other.persist(), machine.open().persist()]);
    assert.deepEqual(machine.files(), []);
    assert.deepEqual(await requestsOf(machine.open()), ['a1', 'a2', 'b1', 'b2', 'c1']);
  });

  it('an event keeps its id wherever its entry is', async () => {
    const audit = machine.open();
    await audit.append(entry('1'));
    await machine.storage.store.commit({ documents: [audit.document(entry('2'))] });
    const before = await eventsOf(audit);
    await machine.persistAll(audit);
    assert.deepEqual(machine.files(), []);
    assert.deepEqual(await machine.storage.records.due('audit', machine.now, 10), []);
    assert.deepEqual(await eventsOf(audit), before);
  });

  it('a file of a process that was killed is stored once nobody can be writing to it', async () => {
    const audit = machine.open();
    await audit.append(entry('1'));
    machine.now += 9 * MINUTE;
    await machine.open().persist();
    assert.equal(machine.files().length, 1);
    machine.now += MINUTE;
    await machine.open().persist();
    assert.deepEqual(machine.files(), []);
    await audit.append(entry('2'));
    assert.deepEqual(await requestsOf(audit), ['1', '2']);
  });

  it('[R32 fault] the end of the process does not wait until all is stored', async () => {
    let commits = 0;
    const audit = machine.open({
      commit(changes) {
        commits++;
        audit.close();
        return machine.storage.store.commit(changes);
      },
    });
    await Promise.all(Array.from({ length: 6500 }, (_, at) => audit.append(entry(String(at)))));
    await audit.persist();
    assert.equal(commits, 1);
    await machine.open().persist();
    assert.equal(new Set(await requestsOf(machine.open())).size, 6500);
    assert.deepEqual(machine.files(), []);
  });

  it('leaves a line half written alone', async () => {
    const audit = machine.open();
    await audit.append(entry('1'));
    const file = machine.files()[0] ?? '';
    appendFileSync(join(machine.folder, file), (machine.linesOf(file)[0] ?? '').slice(0, 90));
    assert.deepEqual(await requestsOf(audit), ['1']);
    machine.now += 10 * MINUTE;
    await machine.open().persist();
    assert.deepEqual(machine.files(), []);
    assert.deepEqual(await requestsOf(machine.open()), ['1']);
    assert.deepEqual(machine.unreadable, []);
  });

  it('[H04] rejects where it cannot write, and goes on in a new file when it can', async () => {
    const blocked = join(machine.folder, 'blocked');
    writeFileSync(blocked, '');
    const audit = machine.open({ folder: blocked });
    await assert.rejects(() => audit.append(entry('lost')));
    rmSync(blocked);
    await audit.append(entry('kept'));
    assert.deepEqual(await requestsOf(audit), ['kept']);
  });

  it('a commit that fails leaves all to be stored later', async () => {
    let broken = true;
    const audit = machine.open({
      commit: changes =>
        broken ? Promise.reject(new Fault('unavailable', 'down')) : machine.storage.store.commit(changes),
    });
    await audit.append(entry('1'));
    await machine.storage.store.commit({ documents: [audit.document(entry('2'))] });
    machine.now += MINUTE;
    await assert.rejects(() => audit.persist());
    assert.deepEqual(await requestsOf(audit), ['1', '2']);
    broken = false;
    await audit.persist();
    assert.deepEqual(machine.files(), []);
    assert.deepEqual(await requestsOf(audit), ['1', '2']);
  });

  it('a commit whose end is not known is not made twice', async () => {
    const audit = machine.open({
      async commit(changes) {
        await machine.storage.store.commit(changes);
        throw new Fault('unavailable', 'the answer was lost');
      },
    });
    await audit.append(entry('1'));
    await machine.storage.store.commit({ documents: [audit.document(entry('2'))] });
    machine.now += MINUTE;
    for (let round = 0; round < 3; round++) await audit.persist().catch(() => undefined);
    const other = machine.open();
    await machine.persistAll(other);
    assert.deepEqual(machine.files(), []);
    assert.deepEqual(await requestsOf(other), ['1', '2']);
  });

  it('keeps a file that cannot be read, names it in the log, and serves the rest', async () => {
    const [bad, good] = [machine.open(), machine.open()];
    await bad.append(entry('1'));
    bad.close();
    const file = machine.files()[0] ?? '';
    writeFileSync(join(machine.folder, file), `${readFileSync(join(machine.folder, file), 'utf8')}x\n`);
    await good.append(entry('2'));
    await machine.persistAll(good);
    assert.deepEqual(machine.files(), [file]);
    assert.deepEqual(machine.unreadable, [file]);
    assert.deepEqual(await requestsOf(good), ['2']);
  });

  it('keeps its files from other users', async () => {
    await machine.open().append(entry('1'));
    const [file = ''] = machine.files();
    assert.equal(statSync(join(machine.folder, file)).mode & 0o777, 0o600);
    const folder = join(machine.folder, 'new');
    const log = openLogFile(
      folder,
      () => 'chain',
      () => machine.now,
    );
    await log.append('{}');
    log.close();
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.match(file, /^2026-01-02T030405\.000Z-[\w.-]+-\d+-id-1\.0\.[0-9a-z]{9}\.open$/);
  });
});
