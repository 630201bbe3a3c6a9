import assert from 'node:assert/strict';
import { lines } from '../../src/formats/ndjson.js';

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text, 'latin1');
}

const all = async (stream: AsyncIterable<string>): Promise<string[]> => Array.fromAsync(stream);

describe('formats/ndjson', () => {
  it('joins lines across chunks and keeps empty ones, so that they can be counted', async () => {
    assert.deepEqual(await all(lines(chunks('{"a"', ':1}\r\n\n{"b":', '2}'), 100)), ['{"a":1}', '', '{"b":2}']);
  });

  it('keeps characters whose bytes are parted', async () => {
    assert.deepEqual(await all(lines(chunks('"\xc3', '\xa9"\n'), 100)), ['"é"']);
  });

  it('[F07] refuses lines beyond the limit, and bytes that are no UTF-8', async () => {
    await assert.rejects(all(lines(chunks('x'.repeat(50), 'x'.repeat(60)), 100)), RangeError);
    await assert.rejects(all(lines(chunks('\xff\n'), 100)), TypeError);
  });
});
