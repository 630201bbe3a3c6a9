/** Large answers in another form than the stored one: written in slices, they are the same text. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { textOf } from '../../src/http/body-text.js';

const shape = { format: 'json' as const, pretty: true };
const noXml = () => [];

describe('http/body-text', () => {
  it('[F13] JSON for people is indented as if it were written at once', async () => {
    const value = fc.dictionary(
      fc.string().filter(name => !/^\d+$/.test(name)),
      fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())),
      { maxKeys: 6 },
    );
    await fc.assert(
      fc.asyncProperty(value, async object => {
        const resource = { ...object, resourceType: 'Bundle' };
        const text = `${JSON.stringify(resource, null, 2)}\n`;
        assert.equal(await textOf({ kind: 'resource', resource }, shape, noXml), text);
        const long = { ...resource, padding: 'x'.repeat(200_000) };
        const stored = await textOf({ kind: 'json', text: JSON.stringify(long) }, shape, noXml);
        assert.equal(stored, `${JSON.stringify(long, null, 2)}\n`);
      }),
      { numRuns: 30 },
    );
  });
});
