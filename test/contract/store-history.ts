/** history and countHistory: https://hl7.org/fhir/R4/http.html#history */
import assert from 'node:assert/strict';
import type { Filter } from '../../src/search/query.js';
import type { HistoryQuery } from '../../src/store/port.js';
import { entries, NOW, pages, pathOf, type Scene } from '../fixtures/storage-samples.js';
import { isFault } from './faults.js';
import type { NewScene } from './store-contract.js';

const all: Filter = { kind: 'all' };
const g: Filter = { kind: 'posting', key: 'Patient|g|x' };

/** `Type/id/version` of every version in order; the pages and the count must tell the same. */
async function story(s: Scene, more: Partial<HistoryQuery> = {}): Promise<string[]> {
  const query = s.historyQuery(more);
  const tell = (limit: number) =>
    pages(after => s.store.history({ ...query, limit, ...(after && { after }) })).then(list =>
      list.flatMap(page => page.rows.map(row => `${pathOf(row.key)}/${row.version}`)),
    );
  const whole = await tell(100);
  assert.deepEqual(await tell(1), whole, 'pages of one');
  assert.deepEqual(await tell(2), whole, 'pages of two');
  assert.equal(await s.store.countHistory(query, 100), whole.length);
  return whole;
}

/** Three resources whose versions interleave in time. */
async function interleaved(s: Scene): Promise<void> {
  await s.save(s.put('Patient/a', { at: NOW + 10, postings: ['Patient|g|x'] }));
  await s.save(s.put('Patient/b', { at: NOW + 20 }));
  await s.save(s.put('Task/t', { at: NOW + 25 }));
  await s.save(s.put('Patient/a', { version: 2, at: NOW + 30, method: 'PATCH' }));
  await s.save(s.put('Patient/b', { version: 2, at: NOW + 40, postings: ['Patient|g|x'] }));
  await s.save(s.put('Patient/a', { version: 3, at: NOW + 50, deleted: true, postings: ['Patient|g|x'] }));
}

export function historyContract(scene: NewScene): void {
  describe('history', () => {
    it('of one resource: newest first, deletions included, as written', async () => {
      const s = scene();
      await interleaved(s);
      const of = [{ type: 'Patient', where: all, id: 'a' }];
      assert.deepEqual(await story(s, { of }), ['Patient/a/3', 'Patient/a/2', 'Patient/a/1']);
      const { rows } = await s.store.history(s.historyQuery({ of }));
      const { index: _, ...middle } = s.put('Patient/a', { version: 2, at: NOW + 30, method: 'PATCH' });
      assert.deepEqual(rows[1], middle);
      assert.deepEqual(
        rows.map(row => [row.method, row.deleted]),
        [['DELETE', true], ['PATCH', false], ['POST', false]], // prettier-ignore
      );
    });

    it('of a type, and of several types', async () => {
      const s = scene();
      await interleaved(s);
      const patients = ['Patient/a/3', 'Patient/b/2', 'Patient/a/2', 'Patient/b/1', 'Patient/a/1'];
      assert.deepEqual(await story(s), patients);
      const of = ['Patient', 'Task'].map(type => ({ type, where: all }));
      assert.deepEqual(await story(s, { of }), [...patients.slice(0, 3), 'Task/t/1', ...patients.slice(3)]);
      assert.deepEqual(await story(scene()), []);
    });

    it('of those whose current entries satisfy the condition, tombstones by theirs', async () => {
      const s = scene();
      await interleaved(s);
      const of = [{ type: 'Patient', where: g }];
      assert.deepEqual(await story(s, { of }), [
        'Patient/a/3',
        'Patient/b/2',
        'Patient/a/2',
        'Patient/b/1',
        'Patient/a/1',
      ]);
      await s.save(s.put('Patient/b', { version: 3, at: NOW + 60 }));
      assert.deepEqual(await story(s, { of }), ['Patient/a/3', 'Patient/a/2', 'Patient/a/1']);
      assert.deepEqual(await story(s, { of: [{ type: 'Patient', where: g, id: 'b' }] }), []);
      assert.deepEqual(await story(s, { of: [{ type: 'Patient', where: { kind: 'none' } }] }), []);
      const either = [...of, { type: 'Patient', where: all, id: 'a' }];
      assert.deepEqual(await story(s, { of: either }), ['Patient/a/3', 'Patient/a/2', 'Patient/a/1']);
    });

    it('of earlier versions only those that satisfy the condition by their own entries', async () => {
      const s = scene();
      await interleaved(s);
      const past = (where: Filter) => story(s, { past: { Patient: where } });
      assert.deepEqual(await past(all), ['Patient/a/3', 'Patient/b/2', 'Patient/a/2', 'Patient/b/1', 'Patient/a/1']);
      assert.deepEqual(await past(g), ['Patient/a/3', 'Patient/b/2', 'Patient/a/1']);
      assert.deepEqual(await past({ kind: 'not', of: g }), [
        'Patient/a/3',
        'Patient/b/2',
        'Patient/a/2',
        'Patient/b/1',
      ]);
      assert.deepEqual(await past({ kind: 'none' }), ['Patient/a/3', 'Patient/b/2']);
      assert.deepEqual(await past({ kind: 'id', ids: ['b'] }), ['Patient/a/3', 'Patient/b/2', 'Patient/b/1']);
      const of = ['Patient', 'Task'].map(type => ({ type, where: all }));
      await s.save(s.put('Task/t', { version: 2, at: NOW + 60 }));
      assert.deepEqual(await story(s, { of, past: { Patient: g } }), [
        ...['Task/t/2', 'Patient/a/3', 'Patient/b/2', 'Task/t/1', 'Patient/a/1'],
      ]);
    });

    it('by the entries that a version had when it was replaced, ranges, texts and tombstones among them', async () => {
      const s = scene();
      const draft = {
        ranges: [{ key: 'Patient|r', lo: 1, hi: 1 }],
        strings: [{ key: 'Patient|s', value: 'x' }],
      };
      await s.save(s.put('Patient/a', { postings: ['Patient|old|1'] }));
      const index = entries('Patient', { postings: ['Patient|g|x'], ...draft });
      await s.store.commit({ reindex: [{ key: s.key('Patient/a'), version: 1, index }] });
      await s.save(s.put('Patient/a', { version: 2, deleted: true, postings: ['Patient|gone'] }));
      await s.save(s.put('Patient/a', { version: 3 }));
      const told = async (past: Filter) =>
        (await story(s, { past: { Patient: past } })).map(path => path.slice('Patient/a/'.length)).join(' ');
      assert.equal(await told(g), '3 1');
      assert.equal(await told({ kind: 'posting', key: 'Patient|old|1' }), '3');
      assert.equal(await told({ kind: 'range', key: 'Patient|r', test: { op: 'eq', lo: 1, hi: 1 } }), '3 1');
      assert.equal(await told({ kind: 'text', key: 'Patient|s', match: 'equals', value: 'x' }), '3 1');
      assert.equal(await told({ kind: 'posting', key: 'Patient|gone' }), '3 2');
      const known = await Promise.all([1, 2, 3].map(version => s.store.version(s.key('Patient/a'), version, g)));
      assert.deepEqual(
        known.map(version => version?.version),
        [1, undefined, 3],
      );
    });

    it('since an instant, that instant included', async () => {
      const s = scene();
      await interleaved(s);
      assert.deepEqual(await story(s, { since: NOW + 40 }), ['Patient/a/3', 'Patient/b/2']);
      assert.deepEqual(await story(s, { since: NOW + 51 }), []);
    });

    it('during an interval: what was current at some time within it', async () => {
      const s = scene();
      await interleaved(s);
      const during = (from: number, to: number) => story(s, { during: { from: NOW + from, to: NOW + to } });
      assert.deepEqual(await during(35, 35), ['Patient/a/2', 'Patient/b/1']);
      assert.deepEqual(await during(30, 40), ['Patient/b/2', 'Patient/a/2', 'Patient/b/1']);
      assert.deepEqual(await during(29, 30), ['Patient/a/2', 'Patient/b/1', 'Patient/a/1']);
      assert.deepEqual(await during(0, 9), []);
      assert.deepEqual(await during(0, 10), ['Patient/a/1']);
      assert.deepEqual(await during(100, 200), ['Patient/a/3', 'Patient/b/2']);
    });

    it('orders versions of one instant by version, and pages through them', async () => {
      const s = scene();
      await s.save(...['a', 'b', 'c'].map(id => s.put(`Patient/${id}`)));
      for (const id of ['a', 'b', 'c']) await s.save(s.put(`Patient/${id}`, { version: 2 }));
      const told = await story(s);
      assert.deepEqual(
        told.map(path => path.at(-1)),
        ['2', '2', '2', '1', '1', '1'],
      );
      assert.equal(new Set(told).size, 6);
    });

    it('pages on over versions written in between', async () => {
      const s = scene();
      await interleaved(s);
      const query = s.historyQuery({ limit: 2 });
      const first = await s.store.history(query);
      await s.save(s.put('Patient/b', { version: 3, at: NOW + 60 }), s.put('Patient/n', { at: NOW + 60 }));
      const rest = await pages(after =>
        s.store.history({ ...query, ...((after ?? first.next) && { after: after ?? first.next! }) }),
      );
      const told = [first, ...rest].flatMap(page => page.rows.map(row => `${row.key.id}${row.version}`));
      assert.deepEqual(told, ['a3', 'b2', 'a2', 'b1', 'a1']);
    });

    it('counts no further than the limit, and heeds the deadline', async () => {
      const s = scene();
      await interleaved(s);
      assert.equal(await s.store.countHistory(s.historyQuery(), 3), 3);
      assert.equal(await s.store.countHistory(s.historyQuery(), Infinity), 5);
      await assert.rejects(s.store.countHistory(s.historyQuery({ deadline: NOW - 1 }), 3), isFault('timeout'));
    });
  });
}
