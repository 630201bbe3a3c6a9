/** Instants and HTTP dates. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { httpDate, instant, parseHttpDate, parseInstant } from '../../src/fhir/instant.js';

const times = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });

describe('fhir/instant', () => {
  it('reads what it writes, to the millisecond', () => {
    fc.assert(fc.property(times, ms => parseInstant(instant(ms)) === ms));
  });

  it('writes HTTP dates as RFC 9110 has them, on any day, in any order', () => {
    fc.assert(fc.property(times, ms => httpDate(ms) === new Date(ms).toUTCString()));
    const midnight = Date.UTC(2026, 2, 1);
    assert.equal(httpDate(midnight - 1), 'Sat, 28 Feb 2026 23:59:59 GMT');
    assert.equal(httpDate(midnight), 'Sun, 01 Mar 2026 00:00:00 GMT');
  });

  it('reads HTTP dates, and nothing else that JavaScript takes for a date', () => {
    assert.equal(parseHttpDate('Fri, 02 Jan 2026 03:04:05 GMT'), Date.UTC(2026, 0, 2, 3, 4, 5));
    for (const text of ['2026-01-02', '1', 'yesterday', '']) assert.equal(parseHttpDate(text), undefined, text);
  });

  it('reads offsets and fractions', () => {
    assert.equal(parseInstant('2026-01-02T03:04:05+02:00'), Date.UTC(2026, 0, 2, 1, 4, 5));
    assert.equal(parseInstant('2026-01-02T03:04:05.123456789Z'), Date.UTC(2026, 0, 2, 3, 4, 5, 123));
    assert.equal(parseInstant('2026-01-02T03:04:05.123456789012Z'), Date.UTC(2026, 0, 2, 3, 4, 5, 123));
    assert.equal(parseInstant('2026-01-02T03:04:05+14:00'), Date.UTC(2026, 0, 1, 13, 4, 5));
    assert.equal(parseInstant('2016-12-31T23:59:60Z'), Date.UTC(2017, 0, 1));
  });

  for (const text of [
    ...['2026-01-02', '2026-01-02T03:04:05', '2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z'],
    ...['2026-01-02T24:00:00Z', '2026-01-02T03:60:00Z', '2026-01-02T03:04:05+14:01', ' 2026-01-02T03:04:05Z'],
  ]) {
    it(`takes ${JSON.stringify(text)} for no instant`, () => assert.equal(parseInstant(text), undefined));
  }
});
