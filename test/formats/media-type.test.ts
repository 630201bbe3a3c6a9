/** Which media types are FHIR, and which a caller wants. */
import assert from 'node:assert/strict';
import {
  acceptedTypes,
  formatOf,
  isForeignVersion,
  isForm,
  mediaType,
  negotiate,
} from '../../src/formats/media-type.js';
import { requireUtf8 } from '../../src/formats/media-type.js';
import { isFault } from '../contract/faults.js';

const wanted = (accept: string | undefined, query: [string, string][] = []) => negotiate(query, accept)?.format;

describe('formats/media-type', () => {
  it('[R10] reads a media type whatever its case, space and parameters', () => {
    assert.equal(mediaType(' Application/FHIR+JSON ; charset="UTF-8"'), 'application/fhir+json');
    assert.equal(mediaType(''), '');
    assert.equal(formatOf('text/xml'), 'xml');
    assert.equal(formatOf('application/pdf'), undefined);
    assert.ok(isForm('Application/x-www-form-urlencoded;charset=utf-8'));
    assert.ok(!isForm('application/x-www-form-urlencoded-not'));
  });

  it('[PKB-4] knows other FHIR versions', () => {
    for (const version of ['4.0', '"4.0"', '4.0.1']) {
      assert.ok(!isForeignVersion(`application/fhir+json; fhirVersion=${version}`), version);
    }
    for (const version of ['3.0', '"5.0"', '4.3', '']) {
      assert.ok(isForeignVersion(`application/fhir+json; charset=utf-8; FHIRVersion=${version}`), version);
    }
    assert.ok(!isForeignVersion('application/fhir+json'));
  });

  it('[R11] takes UTF-8 alone', () => {
    for (const charset of ['utf-8', '"UTF8"', 'us-ascii']) requireUtf8(`application/json; charset=${charset}`);
    assert.throws(() => requireUtf8('application/json; charset=latin1'), isFault('unsupported-media'));
  });

  it('[R10] goes by quality, then by how narrow a range is, then by order', () => {
    const cases: [string | undefined, 'json' | 'xml' | undefined][] = [
      [undefined, 'json'],
      ['', 'json'],
      ['text/html, text/*;q=0.2', 'json'],
      ['application/xml, application/json', 'xml'],
      ['application/xml;q=0.4, application/json;q=0.5', 'json'],
      ['*/*, application/fhir+xml', 'xml'],
      ['application/fhir+json;q=0, */*', 'xml'],
      ['application/fhir+json; charset=utf-8', 'json'],
      ['application/fhir+xml; fhirVersion=4.0; charset=utf-8', 'xml'],
      ['application/fhir+xml; fhirVersion=3.0, application/fhir+json;q=0.1', 'json'],
      ['application/fhir+json; fhirVersion=3.0', undefined],
      ['application/json;q=0', undefined],
      ['application/json;q=x', undefined],
      ['json', undefined],
      ['constructor/__proto__', undefined],
    ];
    for (const [accept, format] of cases) assert.equal(wanted(accept), format, accept);
  });

  it('[R10] puts _format first, whose + may have become a space', () => {
    assert.equal(wanted('application/xml', [['_format', 'json']]), 'json');
    assert.equal(wanted(undefined, [['_format', 'application/fhir xml']]), 'xml');
    assert.equal(wanted(undefined, [['_format', 'XML']]), 'xml');
    for (const name of ['', 'yaml', 'toString', 'application/fhir+json; fhirVersion=5.0']) {
      assert.equal(wanted('application/json', [['_format', name]]), undefined, name);
    }
  });

  it('looks at a bounded number of ranges', () => {
    assert.equal(acceptedTypes('text/html,'.repeat(5000)).length, 50);
    assert.equal(wanted(`${'text/html,'.repeat(5000)}*/*`), undefined);
  });
});
