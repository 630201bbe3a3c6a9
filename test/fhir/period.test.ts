/** Periods against the clock. */
import assert from 'node:assert/strict';
import { boundsOf, holds, notAfter } from '../../src/fhir/period.js';

const at = (text: string) => Date.parse(text);

describe('periods', () => {
  it('[D07] an end without a time is the whole of its day, month or year', () => {
    const ends = {
      '2026-02-28': '2026-03-01T00:00:00Z',
      '2024-02-29': '2024-03-01T00:00:00Z',
      '2026-12': '2027-01-01T00:00:00Z',
      '2026': '2027-01-01T00:00:00Z',
      '2026-06-01T12:00:00+02:00': '2026-06-01T10:00:00Z',
    };
    for (const [end, until] of Object.entries(ends)) {
      assert.equal(boundsOf({ end }).until, at(until), end);
      assert.equal(holds(boundsOf({ end }), at(until) - 1), true);
      assert.equal(holds(boundsOf({ end }), at(until)), false);
    }
  });

  it('a start is the first moment of what it names', () => {
    for (const start of ['2026-05-01', '2026-05']) assert.equal(boundsOf({ start }).from, at('2026-05-01T00:00:00Z'));
    assert.equal(boundsOf({ start: '2026' }).from, at('2026-01-01T00:00:00Z'));
  });

  it('open bounds always hold, unreadable ones never', () => {
    assert.equal(holds(boundsOf(undefined), 0), true);
    assert.equal(holds(boundsOf({}), 0), true);
    for (const bad of [{ start: 'soon' }, { end: 'later' }, { start: 5 }, { end: null }]) {
      assert.equal(holds(boundsOf(bad), at('2026-01-01')), false, JSON.stringify(bad));
    }
  });

  it('[per-1] one date is after another only where no reading puts it before', () => {
    for (const [first, second] of [
      ['2026', '2026-01'],
      ['2026-03-01', '2026-03-01T00:00:00Z'],
      ['2026-12-31T23:59:60Z', '2027'],
    ])
      assert.equal(notAfter(first!, second!), true, `${first} ${second}`);
    assert.equal(notAfter('2026-03-02', '2026-03'), true);
    assert.equal(notAfter('2026-04', '2026-03'), false);
    assert.equal(notAfter('2026-03-01T12:00:01Z', '2026-03-01T12:00:00Z'), false);
    assert.equal(notAfter('2026-03-01T12:00:00.1234Z', '2026-03-01T12:00:00.12341Z'), true);
    assert.equal(notAfter('2026-03-01T12:00:00.12342Z', '2026-03-01T12:00:00.12341Z'), false);
    assert.equal(notAfter('2026-03-01T14:00:00+14:00', '2026-03-01T00:00:00Z'), true);
  });
});
