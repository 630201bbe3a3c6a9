/** Date search. */
import assert from 'node:assert/strict';
import { before } from '../../../src/search/types/decimal.js';
import { dateInterval } from '../../../src/search/types/date.js';
import { find, refused, table } from '../searching.js';

const at = (id: string, effective: object) => ({ resourceType: 'Observation', id, ...effective });
const observations = [
  at('year', { effectiveDateTime: '2020' }),
  at('day', { effectiveDateTime: '2020-05-01' }),
  at('noon', { effectiveDateTime: '2020-05-01T12:00:00Z' }),
  at('east', { effectiveDateTime: '2020-05-01T01:00:00+03:00' }),
  at('instant', { effectiveInstant: '2020-05-01T12:00:00.500Z' }),
  at('period', { effectivePeriod: { start: '2020-04-30', end: '2020-05-02' } }),
  at('open', { effectivePeriod: { start: '2020-05-01' } }),
  at('timing', { effectiveTiming: { event: ['2020-05-01', '2020-05-03'] } }),
  at('none', {}),
];
const day = ['day', 'noon', 'instant'];

const births = ['1974-12-25', '1974-12', '1975'].map(birthDate => ({
  resourceType: 'Patient',
  id: birthDate,
  birthDate,
}));

describe('search/types/date', () => {
  table(observations, 'Observation', [
    ['[R83] equal contains', 'date=2020-05-01', ...day],
    ['[R83] eq', 'date=eq2020-05-01', ...day],
    ['[R83] equal year', 'date=2020', 'year', ...day.slice(0, 2), 'east', 'instant', 'period', 'timing'],
    ['[R83] equal minute', 'date=2020-05-01T12:00Z', 'noon', 'instant'],
    ['[R83] equal second has milliseconds', 'date=2020-05-01T12:00:00Z', 'noon', 'instant'],
    ['[R83] zone', 'date=2020-04-30T22:00:00Z', 'east'],
    ['[R83] zone in the search', 'date=2020-05-01T14:00:00%2B02:00', 'noon', 'instant'],
    ['[R83] a plus sign lost on the way', 'date=2020-05-01T14:00:00 02:00', 'noon', 'instant'],
    ['[R83] ne', 'date=ne2020', 'open'],
    ['[R83] gt reaches beyond', 'date=gt2020-05-01', 'year', 'period', 'open', 'timing'],
    [
      '[R83] gt an instant within a day',
      'date=gt2020-05-01T00:00:00+00:00',
      'year',
      ...day,
      'period',
      'open',
      'timing',
    ],
    ['[R83] lt', 'date=lt2020-05-01', 'year', 'east', 'period'],
    ['[R83] ge', 'date=ge2020-05-01', 'year', ...day, 'period', 'open', 'timing'],
    ['[R83] le', 'date=le2020-05-01', 'year', 'day', 'noon', 'east', 'instant', 'period'],
    ['[R83] sa', 'date=sa2020-04-29', 'day', 'noon', 'east', 'instant', 'period', 'open', 'timing'],
    ['[R83] eb', 'date=eb2020-05-03', 'day', 'noon', 'east', 'instant', 'period'],
    ['[R83] ap', 'date=ap2019-11-01', 'year', ...day.slice(0, 2), 'east', 'instant', 'period', 'open', 'timing'],
    ['[R83] range of two', 'date=ge2020-05-01&date=le2020-05-01T23:59:59Z&date=eb2020-05-02', ...day],
    ['[R71] missing', 'date:missing=true', 'none'],
  ]);

  table(births, 'Patient', [
    ['[R83] a partial date is no day', 'birthdate=1974-12-25', '1974-12-25'],
    ['[R83] a day lies in its month', 'birthdate=1974-12', '1974-12-25', '1974-12'],
    ['[R83] le', 'birthdate=le1974-12-25', '1974-12-25', '1974-12'],
    ['[R70] or', 'birthdate=1975,1974-12-25', '1974-12-25', '1975'],
  ]);

  const slot = (id: string, start: string) => ({ resourceType: 'Slot', id, start });
  const slots = [
    slot('second', '2020-05-01T12:00:00Z'),
    slot('milliseconds', '2020-05-01T12:00:00.500Z'),
    slot('microseconds', '2020-05-01T14:00:00.500123+02:00'),
    slot('kiritimati', '2020-05-02T02:00:01+14:00'),
  ];
  table(slots, 'Slot', [
    ['[R83] an instant of a second is a point', 'start=2020-05-01T12:00:00.000Z', 'second'],
    ['[R83] an instant at the start', 'start=le2020-05-01T12:00:00.000Z', 'second'],
    [
      '[R83] an instant is not after itself',
      'start=gt2020-05-01T12:00:00.000Z',
      ...['milliseconds', 'microseconds', 'kiritimati'],
    ],
    ['[R83] an instant before the end of its second', 'start=eb2020-05-01T12:00:00.0001Z', 'second'],
    ['[R83] an instant in a second', 'start=2020-05-01T12:00:00Z', 'second', 'milliseconds', 'microseconds'],
    ['[R83] an instant in a millisecond', 'start=2020-05-01T12:00:00.500Z', 'milliseconds', 'microseconds'],
    ['[R83] an instant in a tenth', 'start=2020-05-01T12:00:00.5Z', 'milliseconds', 'microseconds'],
    ['[R83] more digits than milliseconds', 'start=2020-05-01T12:00:00.5000Z', 'milliseconds'],
    ['[R83] zeros behind milliseconds', 'start=gt2020-05-01T12:00:00.500000Z', 'microseconds', 'kiritimati'],
    ['[R83] nine digits', 'start=lt2020-05-01T12:00:00.500100000Z', 'second', 'milliseconds'],
    ['[R83] twelve digits', 'start=sa2020-05-01T12:00:00.500122000000Z', 'microseconds', 'kiritimati'],
    ['[R83] the last zone', 'start=2020-05-01T12:00:01Z', 'kiritimati'],
    ['[R83] the last zone in the search', 'start=2020-05-02T02:00:01%2B14:00', 'kiritimati'],
    ['[R83] an instant on a day', 'start=ne2020-05-01'],
  ]);

  const moments = [
    at('instant', { effectiveInstant: '2020-05-01T12:00:00Z' }),
    at('second', { effectiveDateTime: '2020-05-01T12:00:00Z' }),
    at('millisecond', { effectiveDateTime: '2020-05-01T12:00:00.000Z' }),
  ];
  table(moments, 'Observation', [
    ['[R83] a dateTime of a second lasts it', 'date=2020-05-01T12:00:00.000Z', 'instant', 'millisecond'],
    ['[R83] a second ends behind each of its moments', 'date=gt2020-05-01T12:00:00.9998Z', 'second'],
    [
      '[R83] a day contains what lies in it',
      '_filter=date co 2020-05-01T12:00:00.000Z',
      'instant',
      'second',
      'millisecond',
    ],
  ]);

  it('[R65] what is no date is refused', () => {
    const values = [
      '05',
      '***',
      '1973-02-30',
      '2021-02-29',
      '2020-13',
      '2020-05-01T',
      '2020-05-01T25:00',
      '2020-05-01T10',
      'gt',
      'xx2020',
      '20200501',
    ];
    for (const value of [...values, '2020-05-01T10:00:00+15:00'])
      refused('Observation', `date=${value}`, 'invalid', 'value');
  });

  it('[R83] leap years and early ones', () => {
    assert.ok(dateInterval('2024-02-29'));
    assert.equal(dateInterval('1900-02-29'), undefined);
    assert.equal(dateInterval('0050')?.lo, Date.parse('0050-01-01T00:00:00Z'));
    assert.deepEqual(dateInterval('2020-05-01T10:00:00.25Z'), {
      lo: Date.UTC(2020, 4, 1, 10, 0, 0, 250),
      hi: before(Date.UTC(2020, 4, 1, 10, 0, 0, 260)),
    });
  });

  it('[R83] zones reach from -14:00 to +14:00', () => {
    for (const zone of ['+14:00', '-14:00', '+13:45']) assert.ok(dateInterval(`2020-05-01T10:00:00${zone}`), zone);
    for (const zone of ['+14:01', '+14:30', '-14:59', '+15:00'])
      assert.equal(dateInterval(`2020-05-01T10:00:00${zone}`), undefined, zone);
  });

  it('[R71] _lastUpdated goes by the version', () => {
    const resource = { resourceType: 'Basic', id: 'a', meta: { lastUpdated: '2026-03-01T10:00:00.000Z' } };
    assert.deepEqual(find([resource], 'Basic', '_lastUpdated=ge2026-03-01'), ['a']);
    assert.deepEqual(find([resource], 'Basic', '_lastUpdated=lt2026-03-01'), []);
    assert.deepEqual(find([resource], 'Basic', '_lastUpdated:missing=true'), []);
    for (const prefix of ['', 'eq', 'ge', 'le', 'ap'])
      assert.deepEqual(find([resource], 'Basic', `_lastUpdated=${prefix}2026-03-01T10:00:00.0000Z`), ['a']);
    assert.deepEqual(find([resource], 'Basic', '_lastUpdated=lt2026-03-01T10:00:00.0001Z'), ['a']);
    assert.deepEqual(find([resource], 'Basic', '_lastUpdated=2026-03-02T00:00:00%2B14:00'), ['a']);
  });
});
