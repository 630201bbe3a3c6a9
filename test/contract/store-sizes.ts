/** Pages that end early, since their rows are large: nothing is lost behind them. */
import assert from 'node:assert/strict';
import type { Filter } from '../../src/search/query.js';
import { LARGEST_PAGE } from '../../src/search/page-end.js';
import type { Page } from '../../src/store/port.js';
import { ids, NOW, pages, type Scene } from '../fixtures/storage-samples.js';
import type { NewScene } from './store-contract.js';

const all: Filter = { kind: 'all' };
const json = (length: number): string => JSON.stringify('x'.repeat(length - 2));

/** Resources a, b, c … of these lengths, newest first, of one type or by turns of two. */
async function filled(s: Scene, lengths: readonly number[], types: readonly string[] = ['Patient']): Promise<void> {
  const puts = lengths.map((length, i) =>
    s.put(`${types[i % types.length]!}/${String.fromCharCode(97 + i)}`, {
      ...{ main: NOW - i, at: NOW - i },
      json: json(length),
    }),
  );
  for (const put of puts) await s.save(put);
}

const listed = (list: readonly Page[]): string => list.map(page => ids(page).join('')).join(' ');

export function sizesContract(scene: NewScene): void {
  describe('[F13] pages of large rows', () => {
    const lengths = [10, 10, 50, 10, 90, 10, 10];
    const types = [['Patient'], ['Patient', 'Task'], ['Patient', 'Task', 'Group']];

    it('search: end before the texts are longer than asked, and go on behind', async () => {
      for (const of of types) {
        const s = scene();
        await filled(s, lengths, of);
        const search = (characters: number, limit: number) =>
          pages(after =>
            s.store.search(
              s.query('', all, {
                ...{ of: of.map(type => ({ type, where: all })), characters, limit },
                ...(after && { after }),
              }),
            ),
          );
        assert.equal(listed(await search(70, 100)), 'abc d e fg', of.join());
        assert.equal(listed(await search(70, 2)), 'ab cd e fg', of.join());
        assert.equal(listed(await search(1, 100)), 'a b c d e f g', of.join());
        assert.equal(listed(await search(190, 100)), 'abcdefg', of.join());
      }
    });

    it('history: of the current versions and of those before', async () => {
      for (const of of types) {
        const s = scene();
        await filled(s, lengths, of);
        await s.save(s.put('Patient/a', { version: 2, at: NOW + 1, json: json(60) }));
        const history = (characters: number) =>
          pages(after =>
            s.store.history(
              s.historyQuery({
                ...{ of: of.map(type => ({ type, where: all })), characters },
                ...{ past: Object.fromEntries(of.map(type => [type, all])), ...(after && { after }) },
              }),
            ),
          );
        assert.equal(listed(await history(70)), 'aa bcd e fg', of.join());
        assert.equal(listed(await history(1000)), 'aabcdefg', of.join());
      }
    });

    it('all end by a size of their own, unless asked for less', async () => {
      const s = scene();
      const most = Array.from({ length: 3 }, () => 0.4 * LARGEST_PAGE);
      await filled(s, most);
      assert.equal(listed(await pages(after => s.store.scan(s.partition, 'Patient', 100, after))), 'ab c');
      const search = pages(after => s.store.search(s.query('Patient', all, after && { after })));
      assert.equal(listed(await search), 'ab c');
    });
  });
}
