/** The end of quiet hours, by the clock on the wall of a zone. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { endOfQuiet, minutesOf } from '../../src/portal/quiet-hours.js';

const endOf = (start: string, end: string, now: string, zone: string): string | undefined => {
  const at = endOfQuiet({ start: minutesOf(start), end: minutesOf(end), timeZone: zone }, Date.parse(now), 'UTC');
  return at === undefined ? undefined : new Date(at).toISOString();
};

describe('quiet hours', () => {
  const cases: [string, string, string, string, string | undefined][] = [
    ['22:00', '07:00', '2026-06-01T23:30:00Z', 'UTC', '2026-06-02T07:00:00.000Z'],
    ['22:00', '07:00', '2026-06-02T06:59:59Z', 'UTC', '2026-06-02T07:00:00.000Z'],
    ['22:00', '07:00', '2026-06-02T07:00:00Z', 'UTC', undefined],
    ['22:00', '07:00', '2026-06-02T21:59:59Z', 'UTC', undefined],
    ['22:00', '07:00', '2026-06-02T22:00:00Z', 'UTC', '2026-06-03T07:00:00.000Z'],
    ['09:00', '17:00', '2026-06-02T12:00:00Z', 'UTC', '2026-06-02T17:00:00.000Z'],
    ['00:00', '06:00', '2026-12-31T21:00:00Z', 'Asia/Riyadh', '2027-01-01T03:00:00.000Z'],
    // Summer time begins at 02:00 on 29 March 2026 and ends at 03:00 on 25 October.
    ['22:00', '07:00', '2026-03-28T23:00:00Z', 'Europe/Berlin', '2026-03-29T05:00:00.000Z'],
    ['22:00', '07:00', '2026-10-24T22:00:00Z', 'Europe/Berlin', '2026-10-25T06:00:00.000Z'],
    // In New York it begins at 02:00 on 8 March.
    ['22:00', '03:30', '2026-03-08T04:00:00Z', 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['22:00', '07:00', '2026-03-01T16:00:00Z', 'Asia/Kathmandu', undefined],
    ['22:00', '07:00', '2026-03-01T16:16:00Z', 'Asia/Kathmandu', '2026-03-02T01:15:00.000Z'],
  ];
  for (const [start, end, now, zone, expected] of cases)
    it(`[PC-7] ${start} to ${end} at ${now} in ${zone}: ${expected ?? 'none'}`, () => {
      assert.equal(endOf(start, end, now, zone), expected);
    });

  it('[PC-7] end after now and within a day and the hour of a change of the clock, for any hours in any zone', () => {
    const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia');
    const now = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-12-31') });
    fc.assert(
      fc.property(minute, minute, zone, now, (start, end, timeZone, at) => {
        fc.pre(start !== end);
        const until = endOfQuiet({ start, end, timeZone }, at, 'UTC');
        return until === undefined || (until > at && until - at <= 25 * 3600_000);
      }),
    );
  });
});
