/** Calls of operations, declared or not, with parameters of all sorts. */
import fc from 'fast-check';
import { encoded, hostileText } from './hostile.js';

const NAMES = [
  ...['$validate', '$meta', '$meta-add', '$meta-delete', '$everything', '$expand', '$validate-code', '$lookup'],
  ...['$invite', '$enroll', '$enrollment-status', '$redeem-invitation', '$claim', '$complete', '$mark-read', '$x'],
];

const queryName = fc.constantFrom(
  'url',
  'filter',
  'count',
  'offset',
  'code',
  'system',
  '_count',
  '_type',
  'mode',
  '_since',
);

/** `$name?query` */
export const operation: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...NAMES), fc.array(fc.tuple(queryName, encoded(hostileText)), { maxLength: 2 }))
  .map(([name, query]) => `${name}?${query.map(pair => pair.join('=')).join('&')}`);

const parameter = fc
  .tuple(
    fc.constantFrom(
      ...['code', 'family', 'given', 'birthDate', 'email', 'language', 'meta', 'resource', 'url', 'mode', 'patient'],
      ...['answer', 'system', 'coding', 'display', 'filter', 'valueSet', 'comment'],
    ),
    fc.constantFrom('valueString', 'valueDate', 'valueCode', 'valueMeta', 'resource', 'part', 'valueReference', 'x'),
    fc.oneof(hostileText, fc.constantFrom('1980-02-03', 'a@example.org', 'en', 'male', 'create')),
  )
  .map(([name, key, value]) => ({ name, [key]: value }));

export const parameters = fc
  .array(parameter, { maxLength: 5 })
  .map(list => ({ resourceType: 'Parameters', parameter: list }));
