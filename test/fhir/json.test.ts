/** Stored JSON comes back as it was written, digit by digit. https://hl7.org/fhir/R4/datatypes.html#decimal */
import assert from 'node:assert/strict';
import { parseStored } from '../../src/fhir/json.js';

const NUMBERS = [
  ...['0', '-0', '7', '-7', '10', '100', '1.5', '-1.25', '0.1', '1.0', '1.10', '-0.0', '0.00', '10.50', '-3.140'],
  ...['0.0000001', '0.00000012', '1e5', '1E-7', '1.5e+3', '-2e0'],
  ...['1234567890123456', '12345678901234567', '12345678.1234567891', '0.12345678901234567', '9007199254740993'],
];

describe('stored JSON', () => {
  for (const number of NUMBERS) {
    it(`keeps the digits of ${number}, wherever it stands`, () => {
      for (const text of [`{"a":${number}}`, `{"a":${number},"b":1}`, `{"a":[${number},2]}`, `{"a":[2,${number}]}`]) {
        assert.equal(JSON.stringify(parseStored(text)), text);
      }
    });
  }

  it('leaves instants, ids and prose as they are', () => {
    const resource = {
      meta: { lastUpdated: '2026-01-01T10:10:10.120Z', versionId: '10' },
      id: '1234567890123456789',
      note: ['costs 1.50, not 2.0', ':1.0,', '[-0]', '\\"', '"quoted": 1e5,'],
    };
    const text = JSON.stringify(resource);
    assert.equal(JSON.stringify(parseStored(text)), text);
  });
});
