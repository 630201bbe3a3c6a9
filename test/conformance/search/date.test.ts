/** Date search over HTTP, on dates, instants, periods and timings. https://hl7.org/fhir/R4/search.html#date */
import { eachCustomer, finds, refuses, resource, type Line } from './customer.js';

const observation = (id: string, effective: object) =>
  resource('Observation', id, { status: 'final', code: { text: 'x' }, ...effective });
const at = (id: string, effectiveDateTime: string) => observation(id, { effectiveDateTime });
const period = (id: string, start?: string, end?: string) => observation(id, { effectivePeriod: { start, end } });

const resources = [
  at('year', '2019'),
  at('month', '2019-05'),
  at('day', '2019-05-01'),
  at('noon', '2019-05-01T12:00:00Z'),
  at('offset', '2019-05-01T23:30:00-05:00'),
  at('fraction', '2019-05-01T12:00:00.123Z'),
  period('within', '2019-05-01T08:00:00Z', '2019-05-01T09:00:00Z'),
  period('across', '2019-04-20', '2019-05-10'),
  period('open', '2019-05-01'),
  period('until', undefined, '2019-05-01'),
  observation('instant', { effectiveInstant: '2018-01-01T00:00:00.000Z' }),
  observation('timing', { effectiveTiming: { event: ['2017-03-01', '2017-03-05'] } }),
  observation('none', {}),
  resource('Patient', 'leap', { birthDate: '2000-02-29' }),
  resource('Patient', 'partial', { birthDate: '1990' }),
];

const lines: readonly Line[] = [
  ['a day', 'Observation?date=2019-05-01', 'day', 'noon', 'fraction', 'within'],
  ['eq is the same', 'Observation?date=eq2019-05-01', 'day', 'noon', 'fraction', 'within'],
  ['a month', 'Observation?date=2019-05', 'month', 'day', 'noon', 'offset', 'fraction', 'within'],
  ['a year', 'Observation?date=2019', 'year', 'month', 'day', 'noon', 'offset', 'fraction', 'within', 'across'],
  ['a second', 'Observation?date=2019-05-01T12:00:00Z', 'noon', 'fraction'],
  ['a minute', 'Observation?date=2019-05-01T12:00Z', 'noon', 'fraction'],
  ['a millisecond', 'Observation?date=2019-05-01T12:00:00.123Z', 'fraction'],
  ['microseconds: none before', 'Observation?date=le2019-05-01T12:00:00.122999Z&_id=fraction,noon', 'noon'],
  ['microseconds: none after', 'Observation?date=ge2019-05-01T12:00:00.123001Z&_id=fraction,noon', 'noon'],
  [
    'microseconds: between',
    'Observation?date=gt2019-05-01T12:00:00.122999Z&date=lt2019-05-01T12:00:00.123001Z&_id=fraction',
    'fraction',
  ],
  ['another zone', 'Observation?date=2019-05-01T14:00:00%2B02:00', 'noon', 'fraction'],
  ['a plus sign decoded', 'Observation?date=2019-05-01T14:00:00+02:00', 'noon', 'fraction'],
  ['an offset into the next day', 'Observation?date=2019-05-02', 'offset'],
  ['ne: all else with a date', 'Observation?date=ne2019', 'open', 'until', 'instant', 'timing'],
  ['gt: reaches beyond it', 'Observation?date=gt2019-05-01', 'year', 'month', 'offset', 'across', 'open'],
  [
    'ge: beyond it or within',
    'Observation?date=ge2019-05-01',
    'year',
    'month',
    'day',
    'noon',
    'offset',
    'fraction',
    'within',
    'across',
    'open',
  ],
  ['lt: reaches before it', 'Observation?date=lt2019-05-01', 'year', 'across', 'until', 'instant', 'timing'],
  [
    'le: before it or within',
    'Observation?date=le2019-05-01',
    'year',
    'day',
    'noon',
    'fraction',
    'within',
    'across',
    'until',
    'instant',
    'timing',
  ],
  ['sa: wholly after', 'Observation?date=sa2019-05-01', 'offset'],
  ['eb: wholly before', 'Observation?date=eb2019-05-01', 'instant', 'timing'],
  [
    'eb: a month',
    'Observation?date=eb2019-06',
    'month',
    'day',
    'noon',
    'offset',
    'fraction',
    'within',
    'across',
    'until',
    'instant',
    'timing',
  ],
  [
    'a zone against a date without time',
    'Observation?date=gt2019-04-30T00:00:00%2B00:00&date=lt2019-05-02T00:00:00%2B00:00&date=ge2019-05-01',
    'year',
    'month',
    'day',
    'noon',
    'fraction',
    'within',
    'across',
    'open',
  ],
  [
    'a comparator with a time',
    'Observation?date=gt2019-05-01T11:59:59Z&date=lt2019-05-01T12:00:01Z&date=sa2019-05-01T11:59:59Z&date=eb2019-05-01T12:00:01Z',
    'noon',
    'fraction',
  ],
  ['an instant', 'Observation?date=2018-01-01', 'instant'],
  ['the outer limits of a timing', 'Observation?date=2017-03', 'timing'],
  ['ap: around it', 'Observation?date=ap2017-03-03', 'timing', 'instant', 'until'],
  ['either of two', 'Observation?date=2018-01-01,2017-03', 'instant', 'timing'],
  ['missing', 'Observation?date:missing=true', 'none'],
  ['a birth date', 'Patient?birthdate=2000-02-29', 'leap'],
  ['a partial birth date in a wider search', 'Patient?birthdate=1990', 'partial'],
  ['a partial birth date and a day: not contained', 'Patient?birthdate=1990-06-01'],
  ['a partial birth date reaches beyond a day', 'Patient?birthdate=gt1990-06-01&birthdate=lt1991', 'partial'],
];

describe('date search', () => {
  eachCustomer(resources, customer => {
    finds(customer, 'R83', lines);
    refuses(customer, 'R65', [
      ['a month without a year', 'Observation?date=05', 'value'],
      ['no date', 'Observation?date=***', 'value'],
      ['a day there is not', 'Observation?date=1973-02-30', 'value'],
      ['a month there is not', 'Observation?date=2019-13', 'value'],
      ['an hour there is not', 'Observation?date=2019-05-01T25:00Z', 'value'],
      ['a prefix alone', 'Observation?date=gt', 'value'],
      ['an unknown prefix', 'Observation?date=xx2019', 'value'],
      ['two prefixes', 'Observation?date=gtlt2019', 'value'],
      ['_lastUpdated that is no date', 'Patient?_lastUpdated=yesterday', 'value'],
      ['a modifier', 'Observation?date:exact=2019', 'not-supported'],
    ]);
  });
});
