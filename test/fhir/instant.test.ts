/** HTTP dates and instants. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { httpDate, instant, parseHttpDate, parseInstant } from '../../src/fhir/instant.js';

describe('fhir/instant', () => {
  it('writes HTTP dates of any moment, whatever was written before', () => {
    const moments = fc.integer({ min: Date.parse('1960-01-01T00:00:00Z'), max: Date.parse('2120-01-01T00:00:00Z') });
    fc.assert(fc.property(moments, ms => assert.equal(httpDate(ms), new Date(ms).toUTCString())));
    for (const text of ['2026-01-02T23:59:59.999Z', '2026-01-03T00:00:00.000Z', '2024-02-29T12:00:00.500Z']) {
      assert.equal(httpDate(Date.parse(text)), new Date(text).toUTCString());
    }
  });

  it('reads what it writes, in whole seconds', () => {
    const ms = Date.parse('2026-01-02T03:04:05.678Z');
    assert.equal(parseHttpDate(httpDate(ms)), Math.floor(ms / 1000) * 1000);
    assert.equal(parseInstant(instant(ms)), ms);
    for (const text of ['yesterday', '2026-01-02', '1']) assert.equal(parseHttpDate(text), undefined, text);
    for (const text of ['2026-02-30T00:00:00Z', '2026-01-02T24:00:00Z', '2026-01-02T03:04:05'])
      assert.equal(parseInstant(text), undefined, text);
  });
});
