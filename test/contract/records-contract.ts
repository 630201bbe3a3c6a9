/** The contract of the records port (src/store/port.ts), run by every adapter. */
import assert from 'node:assert/strict';
import type { Document, DocumentChange, DocumentPage, Records, Storage } from '../../src/store/port.js';
import { fixedClock, NOW, parallel, type Open } from '../fixtures/storage-samples.js';
import { isFault } from './faults.js';
import { defined } from '../../src/fhir/defined.js';

interface Bench {
  records(): Records;
  /** A kind no other test uses. */
  kind(): string;
}

type Draft = Omit<Document, 'version'>;

const documentOf = (kind: string, id: string, more: Partial<Draft> = {}): Draft => ({
  kind,
  id,
  value: {},
  keys: {},
  ...more,
});
const putting = (document: Draft, expect?: number): DocumentChange => ({ op: 'put', document, ...defined({ expect }) });
const idsOf = (documents: readonly Document[]): string[] => documents.map(document => document.id);

/** @param open opens a fresh, empty storage that measures time by the clock it is given. */
export function recordsContract(name: string, open: Open): void {
  describe(`${name}: records`, () => {
    let storage: Storage;
    let kinds = 0;
    before(async () => {
      storage = await open(fixedClock);
    });
    after(() => storage.store.close());

    const bench: Bench = { records: () => storage.records, kind: () => `kind${++kinds}` };
    writeContract(bench);
    findContract(bench);
    dueContract(bench);
    takeContract(bench);
  });
}

function writeContract({ records, kind }: Bench): void {
  describe('write and get', () => {
    it('gives a document back as written, with its version', async () => {
      const document = documentOf(kind(), 'a/b c', {
        value: { text: 'Zoë 😀', list: [1, null, { $set: 1, 'a.b': true }], number: 1.5 },
        keys: { user: 'u=1', '': 'x' },
        due: NOW + 5,
        expires: NOW + 10,
      });
      assert.equal(await records().write(putting(document)), 1);
      assert.deepEqual(await records().get(document.kind, document.id, NOW), { ...document, version: 1 });
      const plain = documentOf(document.kind, 'plain');
      await records().write(putting(plain));
      assert.deepEqual(await records().get(plain.kind, 'plain', NOW), { ...plain, version: 1 });
      assert.equal(await records().get(document.kind, 'absent', NOW), undefined);
    });

    it('raises the version with each write, and replaces the document whole', async () => {
      const document = documentOf(kind(), 'a', { keys: { k: 'v' }, due: NOW, expires: NOW + 1 });
      await records().write(putting(document, 0));
      assert.equal(await records().write(putting(document, 1)), 2);
      const bare = documentOf(document.kind, 'a', { value: { n: 3 } });
      assert.equal(await records().write(putting(bare)), 3);
      assert.deepEqual(await records().get(document.kind, 'a', NOW), { ...bare, version: 3 });
      assert.deepEqual(await records().find(document.kind, 'k', 'v', NOW, 5), []);
      assert.deepEqual(await records().due(document.kind, NOW, 5), []);
    });

    it('refuses a change that expects another version, and changes nothing', async () => {
      const document = documentOf(kind(), 'a', { value: { n: 1 } });
      await assert.rejects(records().write(putting(document, 1)), isFault('conflict'));
      await records().write(putting(document));
      for (const expect of [0, 2]) {
        await assert.rejects(records().write(putting(documentOf(document.kind, 'a'), expect)), isFault('conflict'));
        const deletion = { op: 'delete', kind: document.kind, id: 'a', expect } as const;
        await assert.rejects(records().write(deletion), isFault('conflict'));
      }
      assert.deepEqual(await records().get(document.kind, 'a', NOW), { ...document, version: 1 });
    });

    it('deletes, and counts from 1 again', async () => {
      const document = documentOf(kind(), 'a');
      await records().write(putting(document));
      await records().write(putting(document));
      assert.equal(await records().write({ op: 'delete', kind: document.kind, id: 'a', expect: 2 }), 0);
      assert.equal(await records().get(document.kind, 'a', NOW), undefined);
      assert.equal(await records().write({ op: 'delete', kind: document.kind, id: 'a' }), 0);
      assert.equal(await records().write(putting(document, 0)), 1);
    });

    it('of 20 parallel writes that expect one version makes one', async () => {
      const document = documentOf(kind(), 'a');
      for (const expect of [0, 1]) {
        const { done, failed } = await parallel(20, () => records().write(putting(document, expect)));
        assert.deepEqual(done, [expect + 1]);
        failed.forEach(error => isFault('conflict')(error));
      }
      const { done } = await parallel(20, () => records().write(putting(document)));
      assert.deepEqual(
        done.toSorted((a, b) => a - b),
        Array.from({ length: 20 }, (_, i) => i + 3),
      );
    });
  });
  expiryContract({ records, kind });
}

function expiryContract({ records, kind }: Bench): void {
  describe('expiry', () => {
    it('reads an expired document as absent at once', async () => {
      const document = documentOf(kind(), 'a', { keys: { k: 'v' }, due: NOW, expires: NOW + 10 });
      await records().write(putting(document));
      const seen = async (now: number) => [
        (await records().get(document.kind, 'a', now)) !== undefined,
        (await records().find(document.kind, 'k', 'v', now, 5)).length === 1,
        (await records().due(document.kind, now, 5)).length === 1,
      ];
      assert.deepEqual(await seen(NOW + 9), [true, true, true]);
      assert.deepEqual(await seen(NOW + 10), [false, false, false]);
      assert.deepEqual(await records().lease(document.kind, NOW + 10, NOW + 20, 5), []);
      assert.equal(await records().take(document.kind, 'a', NOW + 10), undefined);
    });

    it('takes an expired document for none when a version is expected', async () => {
      const old = documentOf(kind(), 'a', { value: { old: true }, expires: NOW });
      await records().write(putting(old));
      await assert.rejects(records().write(putting(old, 1)), isFault('conflict'));
      await assert.rejects(records().write({ op: 'delete', kind: old.kind, id: 'a', expect: 1 }), isFault('conflict'));
      assert.equal(await records().write(putting(documentOf(old.kind, 'a'), 0)), 1);
      await assert.rejects(records().write(putting(old, 0)), isFault('conflict'));
    });

    it('drops no more expired documents at once than it is asked to', async () => {
      while ((await records().expire(NOW, 100)) > 0);
      const name = kind();
      for (const id of ['a', 'b', 'c', 'd', 'e']) {
        await records().write(putting(documentOf(name, id, { keys: { name: 'x' }, expires: NOW - 1 })));
      }
      assert.equal(await records().expire(NOW, 2), 2);
      assert.equal((await records().find(name, 'name', 'x', NOW - 10, 10)).length, 3);
      assert.equal(await records().expire(NOW, 2), 2);
      assert.equal(await records().expire(NOW, 2), 1);
      assert.equal(await records().expire(NOW, 2), 0);
    });

    it('drops what has expired and tells how many', async () => {
      while ((await records().expire(NOW, 100)) > 0);
      const name = kind();
      const expiring: Record<string, number | undefined> = { a: NOW - 2, b: NOW - 1, c: NOW + 1, d: undefined };
      for (const [id, expires] of Object.entries(expiring)) {
        await records().write(putting(documentOf(name, id, expires === undefined ? {} : { expires })));
      }
      assert.equal(await records().expire(NOW, 100), 2);
      assert.equal(await records().expire(NOW, 100), 0);
      const left = await Promise.all(['a', 'b', 'c', 'd'].map(id => records().get(name, id, NOW - 10)));
      assert.deepEqual(
        left.map(document => document?.id),
        [undefined, undefined, 'c', 'd'],
      );
    });
  });
}

function findContract({ records, kind }: Bench): void {
  describe('find', () => {
    it('by secondary key, of its kind, ordered by id, up to the limit', async () => {
      const [name, other] = [kind(), kind()];
      for (const id of ['c', 'a', 'b'])
        await records().write(putting(documentOf(name, id, { keys: { user: 'u', s: id } })));
      await records().write(putting(documentOf(name, 'd', { keys: { user: 'v', other: 'u' } })));
      await records().write(putting(documentOf(other, 'e', { keys: { user: 'u' } })));
      const find = async (key: string, value: string, limit = 10) =>
        idsOf(await records().find(name, key, value, NOW, limit));
      assert.deepEqual(await find('user', 'u'), ['a', 'b', 'c']);
      assert.deepEqual(await find('user', 'u', 2), ['a', 'b']);
      assert.deepEqual(await find('s', 'b'), ['b']);
      assert.deepEqual(await find('user', 'w'), []);
      await records().write(putting(documentOf(name, 'b', { keys: { user: 'w' } })));
      assert.deepEqual(await find('user', 'u'), ['a', 'c']);
      await records().write({ op: 'delete', kind: name, id: 'a' });
      assert.deepEqual(await find('user', 'u'), ['c']);
    });

    it('page by page, in either direction, behind an id that need not be there', async () => {
      const name = kind();
      for (const id of ['a', 'b', 'c', 'd'])
        await records().write(putting(documentOf(name, id, { keys: { k: id === 'c' ? 'other' : 'v' } })));
      const find = async (page: DocumentPage, limit = 10) =>
        idsOf(await records().find(name, 'k', 'v', NOW, limit, page));
      assert.deepEqual(await find({ after: 'a' }), ['b', 'd']);
      assert.deepEqual(await find({ after: 'aa' }, 1), ['b']);
      assert.deepEqual(await find({ after: 'd' }), []);
      assert.deepEqual(await find({ descending: true }), ['d', 'b', 'a']);
      assert.deepEqual(await find({ descending: true, after: 'd' }, 1), ['b']);
      assert.deepEqual(await find({ descending: true, after: 'c' }), ['b', 'a']);
      assert.deepEqual(await find({ descending: true, after: 'a' }), []);
    });
  });
}

function dueContract({ records, kind }: Bench): void {
  const fill = async (name: string) => {
    const times: Record<string, number | undefined> = { a: 3, b: 1, c: 2, later: 9, never: undefined };
    for (const [id, ms] of Object.entries(times)) {
      await records().write(putting(documentOf(name, id, ms === undefined ? {} : { due: NOW + ms })));
    }
  };
  describe('due and lease', () => {
    it('lists what is due, the most overdue first', async () => {
      const name = kind();
      await fill(name);
      assert.deepEqual(idsOf(await records().due(name, NOW + 3, 10)), ['b', 'c', 'a']);
      assert.deepEqual(idsOf(await records().due(name, NOW + 3, 2)), ['b', 'c']);
      assert.deepEqual(idsOf(await records().due(name, NOW, 10)), []);
      assert.deepEqual(idsOf(await records().due(kind(), NOW + 3, 10)), []);
    });

    it('leases the most overdue until an instant; they are due again then', async () => {
      const name = kind();
      await fill(name);
      const leased = await records().lease(name, NOW + 3, NOW + 100, 2);
      assert.deepEqual(
        leased.map(({ id, due, version }) => [id, due, version]),
        [['b', NOW + 100, 2], ['c', NOW + 100, 2]], // prettier-ignore
      );
      assert.deepEqual(leased[0], await records().get(name, 'b', NOW));
      assert.deepEqual(idsOf(await records().due(name, NOW + 99, 10)), ['a', 'later']);
      assert.deepEqual(idsOf(await records().lease(name, NOW + 100, NOW + 200, 10)).toSorted(), [
        'a',
        'b',
        'c',
        'later',
      ]);
    });

    it('never leases one document to two of 20 parallel callers', async () => {
      const name = kind();
      for (let i = 0; i < 8; i++) await records().write(putting(documentOf(name, `d${i}`, { due: NOW + i })));
      const { done } = await parallel(20, () => records().lease(name, NOW + 100, NOW + 200, 2));
      const given = done.flatMap(idsOf);
      assert.equal(done.length, 20);
      assert.deepEqual(given.toSorted(), ['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7']);
    });
  });
}

function takeContract({ records, kind }: Bench): void {
  describe('take', () => {
    it('takes a document away', async () => {
      const document = documentOf(kind(), 'a', { value: { n: 1 } });
      await records().write(putting(document));
      assert.deepEqual(await records().take(document.kind, 'a', NOW), { ...document, version: 1 });
      assert.equal(await records().take(document.kind, 'a', NOW), undefined);
      assert.equal(await records().get(document.kind, 'a', NOW), undefined);
    });

    it('gives it to exactly one of 20 parallel callers', async () => {
      const name = kind();
      await records().write(putting(documentOf(name, 'a')));
      const { done } = await parallel(20, () => records().take(name, 'a', NOW));
      assert.equal(done.length, 20);
      assert.equal(done.filter(document => document !== undefined).length, 1);
    });
  });
}
