/** The first matches of a search, where pages end early since their rows are large. */
import assert from 'node:assert/strict';
import type { Search } from '../../src/search/query.js';
import type { Page, Version } from '../../src/store/port.js';
import { firstRows } from '../../src/store/views/first-rows.js';
import { isFault } from '../contract/faults.js';

const PAGE = 2;

/** A store with so many rows of this text, two on a page at most. */
function storeOf(count: number, json: string) {
  const asked: number[] = [];
  const search = ({ limit, after }: Search): Promise<Page> => {
    asked.push(limit);
    const from = Number(after?.[0] ?? 0);
    const to = Math.min(from + Math.min(limit, PAGE), count);
    const rows = Array.from({ length: to - from }, (_, at) => ({ key: { id: String(from + at) }, json }) as Version);
    return Promise.resolve({ rows, ...(to < count && { next: [to] }) });
  };
  return { search, asked };
}
const query = (limit: number): Search => ({ partition: 'p', of: [], sort: [], limit, deadline: Infinity });

describe('the first rows of a search', () => {
  it('are joined over the pages that hold them, and say whether there are more', async () => {
    for (const [count, limit, expected, more] of [
      [5, 4, 4, true],
      [5, 5, 5, false],
      [3, 9, 3, false],
      [1, 9, 1, false],
    ] as const) {
      const { rows, next } = await firstRows(storeOf(count, '{}'), query(limit));
      assert.deepEqual(
        rows.map(({ key }) => key.id),
        Array.from({ length: expected }, (_, at) => String(at)),
      );
      assert.equal(next !== undefined, more, `${limit} of ${count}`);
    }
    const { search, asked } = storeOf(9, '{}');
    await firstRows({ search }, query(5));
    assert.deepEqual(asked, [5, 3, 1], 'each page is asked for what is left');
  });

  it('[F13] are refused where they are too large to be held together', async () => {
    const large = storeOf(100, ' '.repeat(20 * 1024 * 1024));
    await assert.rejects(firstRows(large, query(100)), isFault('too-costly'));
    assert.ok(large.asked.length < 4);
  });
});
