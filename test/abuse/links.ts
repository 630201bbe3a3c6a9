/** Page links. The last of them lets a day pass. */
import assert from 'node:assert/strict';
import type { Journey } from '../portal/journey.js';
import { entriesOf, first, linkOf, second, system } from './ward.js';

export function pageLinks(journey: () => Journey): void {
  describe('page links', () => {
    it('[B15] [B16] a page link shows nothing, belongs to one person as they are, and ends', async () => {
      const page = await journey().expect(200, first, 'GET', `Observation?_count=1&code:text=Measured ZQCANARYZQONE`);
      const next = linkOf(page, 'next') ?? assert.fail('no next link');
      assert.doesNotMatch(next, /ZQCANARY|zqone|Measured/);
      assert.match(linkOf(page, 'self') ?? '', /code:text|code%3Atext/);
      const path = next.slice(`${journey().server.portal}/`.length);
      assert.equal(entriesOf(await journey().expect(200, first, 'GET', path)).length, 1);
      await journey().expect(404, second, 'GET', path);
      await journey().expect(404, system, 'GET', path);
      const at = path.length - 20;
      const edited = path.slice(0, at) + (path[at] === 'A' ? 'B' : 'A') + path.slice(at + 1);
      await journey().expect(404, first, 'GET', edited);
      await journey().expect(404, first, 'GET', path.replace('Observation', 'Communication'));

      journey().pass(25 * 3600 * 1000);
      const { text } = await journey().expect(410, first, 'GET', path);
      assert.match(text, /"expired"/);
    });
  });
}
