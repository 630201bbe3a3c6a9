/** Answers that would take more memory than anybody has: pages end early, batches read no more, the rest is refused. */
import assert from 'node:assert/strict';
import { bundleText } from '../../src/fhir/bundle.js';
import { boundedPage } from '../../src/content/bounded-page.js';
import type { Page, Version } from '../../src/store/port.js';
import { isFault } from '../contract/faults.js';
import { asBundle, eachRest, observation, statuses, unique } from './rest.js';

const MEGABYTE = 1024 * 1024;

const versions = (count: number, size: number): Version[] =>
  Array.from({ length: count }, (_, at) => ({ key: { id: String(at) }, json: ' '.repeat(size) }) as Version);

/** Pages through rows as a store does; tells how many came with each page. */
async function sizes(rows: readonly Version[]): Promise<number[]> {
  const found: number[] = [];
  for (let from = 0; from < rows.length;) {
    const ask = ({ limit }: { limit: number }): Promise<Page> =>
      Promise.resolve({ rows: rows.slice(from, from + limit), ...(from + limit < rows.length && { next: [from] }) });
    const page = await boundedPage(ask, { limit: 1000 }, {});
    assert.equal(page.next !== undefined, from + page.rows.length < rows.length);
    found.push(page.rows.length);
    from += page.rows.length;
  }
  return found;
}

describe('large answers', () => {
  it('a page ends early where its resources are large, and nothing is lost', async () => {
    assert.deepEqual(await sizes(versions(8, 2.5 * MEGABYTE)), [3, 3, 2]);
    assert.deepEqual(await sizes(versions(3, 100 * MEGABYTE)), [1, 1, 1]);
    assert.deepEqual(await sizes(versions(900, 1000)), [900]);
  });

  it('a Bundle beyond what a text can hold is refused', () => {
    const json = ' '.repeat(300 * MEGABYTE);
    assert.throws(() => bundleText({ type: 'searchset' }, [{ json }, { json }]), isFault('too-costly'));
  });

  eachRest(
    rest => {
      it('a batch reads no more once its answer is large, and a transaction that would be is refused', async () => {
        if (rest().slow) return; // what is large takes minutes there
        const { id } = await rest().create(observation({ note: [{ text: 'x'.repeat(900_000) }] }));
        const read = { request: { method: 'GET', url: `Observation/${id}` } };
        const made = {
          resource: observation({ code: { text: unique() } }),
          request: { method: 'POST', url: 'Observation' },
        };
        const answer = await rest().bundle('batch', [...Array.from({ length: 20 }, () => read), made]);
        const found = statuses(answer);
        assert.deepEqual(new Set(found.slice(0, 9)), new Set(['200']));
        assert.deepEqual(found.slice(-3), ['400', '400', '201']);
        const refused = asBundle(answer.body).entry?.at(-2)?.response?.outcome;
        assert.match(JSON.stringify(refused), /too-costly/);
        const before = await rest().count('Observation', '');
        await rest().bundle('transaction', [...Array.from({ length: 20 }, () => read), made], 400);
        assert.equal(await rest().count('Observation', ''), before);
        // What searches is answered once all is written: it fails alone.
        const search = { request: { method: 'GET', url: `Observation?_id=${id}` } };
        const whole = await rest().bundle('transaction', [...Array.from({ length: 20 }, () => search), made]);
        const answers = statuses(whole);
        assert.deepEqual(new Set(answers.slice(0, 9)), new Set(['200']));
        assert.deepEqual(answers.slice(-3), ['400', '400', '201']);
        assert.equal(await rest().count('Observation', ''), before + 1);
      });
    },
    { only: 'customer' },
  );
});
