/** Searches of the audit trail find what the reference interpreter finds in the same events, wherever the entries are. */
import assert from 'node:assert/strict';
import { auditEvent } from '../../../src/observe/audit/audit-event.js';
import type { OpenAudit } from '../../../src/observe/audit/audit.js';
import { matches } from '../../../src/search/match.js';
import type { Resource } from '../../../src/fhir/resource.js';
import type { Filter, Position, Sort } from '../../../src/search/query.js';
import type { AuditEntry } from '../../../src/service.js';
import { eachStorage } from '../../fixtures/storages.js';
import { entry, eventsOf, Machine, MINUTE, NOW } from './process.js';
import { filterOf, index, numbers, sampleEntry, SEARCHES } from './sample.js';

const PARTITION = 'portal';
const PAGE = 40;
const searchOf = (where: Filter, sort: readonly Sort[], limit: number, after?: Position) => ({
  partition: PARTITION,
  of: [{ type: 'AuditEvent', where }],
  sort,
  limit,
  deadline: Infinity,
  ...(after ? { after } : {}),
});

/** All matches, page by page. */
async function found({ store }: OpenAudit, where: Filter, sort: readonly Sort[] = []): Promise<Resource[]> {
  const events: Resource[] = [];
  for (let after: Position | undefined; ;) {
    const page = await store.search(searchOf(where, sort, PAGE, after));
    events.push(...page.rows.map(({ json }) => JSON.parse(json) as Resource));
    if (!page.next) return events;
    assert.equal(page.rows.length, PAGE);
    after = page.next;
  }
}

eachStorage((_name, open) => {
  describe('audit trail', () => {
    let machine: Machine;
    let audit: OpenAudit;
    let written: AuditEntry[];

    /** 150 entries over two hours: stored ones, single ones, and those in files. */
    before(async () => {
      machine = new Machine(await open());
      const [other, left] = [machine.open(), machine.open()];
      audit = machine.open();
      const number = numbers(7);
      written = [];
      for (let at = 0; at < 150; at++) {
        machine.now += number(100_000);
        const one = sampleEntry(number, machine.now);
        written.push(one);
        const by = [audit, other, left][number(3)]!;
        if (number(3) === 0) await machine.storage.store.commit({ documents: [by.document(one)] });
        else await by.append(one);
        if (number(6) === 0) await [audit, other][number(2)]!.persist();
      }
    });
    after(() => machine.close());

    it('[D17] holds every entry once, newest first', async () => {
      const events = await eventsOf(audit);
      const bare = ({ id: _id, ...rest }: Resource) => JSON.stringify(rest);
      const wanted = written.map(one => bare(auditEvent('', one)));
      assert.deepEqual(events.map(bare).sort(), wanted.sort());
      const times = events.map(event => String(event['recorded']));
      assert.deepEqual(times, times.toSorted().reverse());
      assert.equal(new Set(events.map(({ id }) => id)).size, written.length);
    });

    it('finds what the interpreter of the query tree finds, in pages of any sort', async () => {
      const events = await eventsOf(audit);
      const subjects = events.map(event => {
        const updated = Date.parse(String(event['recorded']));
        return { type: 'AuditEvent', id: event.id!, updated, index: index(event, updated) };
      });
      for (const search of SEARCHES) {
        const where = filterOf(search, NOW);
        const wanted = subjects.filter(subject => matches(where, subject, { live: () => [] })).map(({ id }) => id);
        assert.deepEqual(
          (await found(audit, where)).map(({ id }) => id),
          wanted,
          search,
        );
        const ascending = await found(audit, where, [{ by: 'main', descending: false }]);
        assert.deepEqual(
          ascending.map(({ id }) => id),
          wanted.toReversed(),
          search,
        );
        assert.equal(await audit.store.count(searchOf(where, [], 1), Infinity), wanted.length, search);
        assert.equal(await audit.store.count(searchOf(where, [], 1), 3), Math.min(3, wanted.length), search);
      }
    });

    it('sorts by other values, those without one last', async () => {
      const all: Filter = { kind: 'all' };
      const codes = await found(audit, all, [{ by: 'posting', key: 'AuditEvent|action|=', descending: false }]);
      const letters = codes.map(event => String(event['action']));
      assert.deepEqual(letters, letters.toSorted());
      assert.equal(letters.length, written.length);
      const names = await found(audit, all, [
        { by: 'text', key: 'AuditEvent|agent-name', descending: true },
        { by: 'updated', descending: true },
      ]);
      assert.equal(new Set(names.map(({ id }) => id)).size, written.length);
    });

    it('reads each event by its id, under the conditions given, and nothing else', async () => {
      const events = await eventsOf(audit);
      const keys = events.slice(0, 25).map(({ id }) => ({ partition: PARTITION, type: 'AuditEvent', id: id! }));
      const read = await audit.store.read(keys);
      assert.deepEqual(
        read.map(version => JSON.parse(version?.json ?? '') as Resource),
        events.slice(0, 25),
      );
      const action = String(events[0]!['action']);
      const [seen] = await audit.store.read(keys.slice(0, 1), () => filterOf(`action=${action}`, NOW));
      const [hidden] = await audit.store.read(keys.slice(0, 1), () => filterOf(`action:not=${action}`, NOW));
      assert.deepEqual([seen?.key.id, hidden], [keys[0]!.id, undefined]);
      for (const id of ['x', 'nothing', `${keys[0]!.id.slice(0, 10)}x`, '', 'zzzzzzzzz-1']) {
        assert.deepEqual(await audit.store.read([{ ...keys[0]!, id }]), [undefined], id);
      }
      assert.equal((await audit.store.version(keys[0]!, 1))?.key.id, keys[0]!.id);
      assert.equal(await audit.store.version(keys[0]!, 2), undefined);
    });

    it('a segment that cannot be read hides its own entries alone', async () => {
      const all = (await eventsOf(audit)).length;
      const [segment] = await machine.storage.records.find('audit-segment', 'list', '', machine.now, 1);
      const { id, count, first } = segment!.value as { id: string; count: number; first: number };
      const lines = (await machine.storage.records.get('audit-lines', id, machine.now))!;
      await machine.storage.records.write({ op: 'put', document: { ...lines, value: { compressed: 'nonsense' } } });
      assert.equal((await eventsOf(audit)).length, all - count);
      assert.ok(machine.unreadable.includes(id));
      const { warnings } = await audit.store.search(searchOf({ kind: 'all' }, [{ by: 'main', descending: false }], 1));
      assert.equal(warnings?.length, 1);
      const later = filterOf(`date=gt${new Date(first + 10 * MINUTE).toISOString()}`, NOW);
      assert.equal((await audit.store.search(searchOf(later, [], 1))).warnings, undefined);
      await machine.storage.records.write({ op: 'put', document: lines });
      assert.equal((await eventsOf(audit)).length, all);
    });

    it('ends at the deadline', async () => {
      const search = { ...searchOf(filterOf('entity=Task/none', NOW), [], 5), deadline: machine.now - 1 };
      await assert.rejects(audit.store.search(search), { kind: 'timeout' });
    });
  });

  describe('audit retention', () => {
    it('drops whole segments once their last entry is older, with all their records', async () => {
      const machine = new Machine(await open());
      const audit = machine.open({ retention: 60 * MINUTE });
      for (const request of ['1', '2', '3']) {
        await audit.append(entry(request, { at: machine.now }));
        machine.now += 20 * MINUTE;
        await audit.persist();
      }
      assert.equal(await audit.expire(), 0);
      machine.now += 1;
      assert.equal(await audit.expire(), 1);
      assert.equal((await eventsOf(audit)).length, 2);
      machine.now += 60 * MINUTE;
      assert.equal(await audit.expire(), 2);
      for (const kind of ['audit-segment', 'audit-index', 'audit-lines']) {
        for (const key of ['list', 'patient|Patient/1']) {
          assert.deepEqual(await machine.storage.records.find(kind, key, '', machine.now, 10), []);
        }
      }
      await machine.close();
    });
  });
});
