/** String search. */
import assert from 'node:assert/strict';
import { normalize } from '../../../src/search/types/string.js';
import { find, refused, table } from '../searching.js';
import { processorTime } from '../../fixtures/processor-time.js';

const patients = [
  { resourceType: 'Patient', id: 'eve', name: [{ family: 'Everywoman', given: ['Éva', 'Maria'] }] },
  { resourceType: 'Patient', id: 'obrien', name: [{ family: "O'Brien", given: ['Seán'] }] },
  {
    resourceType: 'Patient',
    id: 'smith',
    name: [{ family: 'Smith-Jones', given: ['Peter', 'James'], text: 'Dr. Peter Smith' }],
  },
  {
    resourceType: 'Patient',
    id: 'strass',
    name: [{ family: 'Groß' }],
    address: [{ line: ['Main St., 12'], city: 'Łódź', postalCode: '90-001' }],
  },
  { resourceType: 'Patient', id: 'odd', name: [{ family: '100%_x' }] },
  { resourceType: 'Patient', id: 'greek', name: [{ family: 'Σίσυφος' }] },
  { resourceType: 'Patient', id: 'none' },
];

describe('search/types/string', () => {
  table(patients, 'Patient', [
    ['[R80] begins with, case ignored', 'family=everyW', 'eve'],
    ['[R80] not in the middle', 'family=woman'],
    ['[R80] accents ignored in data', 'given=eva', 'eve'],
    ['[R80] accents ignored in the search', 'given=sean', 'obrien'],
    ['[R80] letters without decomposition', 'family=gross', 'strass'],
    ['[R80] a sigma that ends the search and not the word', 'family=ΣΊΣ', 'greek'],
    ['[R80] a sigma that ends both', 'family=σισυφοσ', 'greek'],
    ['[R80] apostrophes ignored', 'family=obrien', 'obrien'],
    ['[R80] hyphen is a space', 'family=smith%20jones', 'smith'],
    ['[R80] name finds every part', 'name=maria', 'eve'],
    ['[R80] name finds the whole name', 'name=Éva%20Maria%20Every', 'eve'],
    ['[R80] name finds its text', 'name=dr%20peter', 'smith'],
    ['[R80] exact', 'family:exact=Everywoman', 'eve'],
    ['[R80] exact minds case', 'family:exact=everywoman'],
    ['[R80] exact minds length', 'family:exact=Everywoma'],
    ['[R80] contains', 'family:contains=WOMAN', 'eve'],
    ['[R80] address finds line, city and code', 'address=main%20st%2012', 'strass'],
    ['[R80] address part', 'address-city=lodz', 'strass'],
    ['[R80] address postal code', 'address-postalcode=90', 'strass'],
    ['[F04] wildcards of databases are literal', 'family=100%25_', 'odd'],
    ['[F04] underscore is no wildcard', 'family=100%25x'],
    ['[F04] percent alone', 'family=%25'],
    ['[R71] missing', 'family:missing=true', 'none'],
    ['[R71] not missing', 'address-city:missing=false', 'strass'],
    ['[R70] comma is or', 'family=every,smith', 'eve', 'smith'],
    ['[R70] repetition is and', 'given=eva&given=maria', 'eve'],
    ['[F08] patterns are literal', 'family:contains=.*'.replace('.*', '(a*)*$')],
  ]);

  it('[R70] an escaped comma is part of the value', () => {
    const place = { resourceType: 'Organization', id: 'a', name: 'Berlin, West' };
    assert.deepEqual(find([place], 'Organization', 'name:exact=Berlin\\, West'), ['a']);
    assert.deepEqual(find([place], 'Organization', 'name:exact=Berlin, West'), []);
  });

  it('[R80] long values match to their end', () => {
    const text = `${'long '.repeat(2000)}end`;
    const resource = { resourceType: 'Organization', id: 'a', name: text };
    assert.deepEqual(find([resource], 'Organization', `name=${text}`), ['a']);
    assert.deepEqual(find([resource], 'Organization', `name=${text}s`), []);
  });

  it('[R65] values without anything to search for are refused', () => {
    refused('Patient', 'family=', 'invalid', 'value');
    refused('Patient', 'family=...', 'invalid', 'value');
    refused('Patient', 'family=a,,b', 'invalid', 'value');
    refused('Patient', 'family:exact=a,', 'invalid', 'value');
    refused('Patient', 'family:missing=perhaps', 'invalid', 'value');
  });

  it('[F04] a hundred thousand combining marks take no time', () => {
    const marks = '\u0316\u0301'.repeat(50_000);
    const start = processorTime();
    assert.equal(normalize(`e${marks}x`), 'ex');
    assert.ok(processorTime() - start < 500);
  });

  it('[F04] lone surrogates become what databases keep', () => {
    assert.equal(normalize('a\ud800b'), 'a\ufffdb');
  });
});
