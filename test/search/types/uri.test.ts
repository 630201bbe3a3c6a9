/** URI search. */
import { refused, table } from '../searching.js';

const sets = [
  'http://acme.org/fhir/ValueSet/123',
  'http://acme.org/fhir/ValueSet/123/a',
  'http://acme.org/fhir/ValueSet/1234',
  'urn:oid:1.2.3',
].map((url, at) => ({ resourceType: 'ValueSet', id: 'abcd'[at]!, url }));

const profiled = [
  {
    resourceType: 'Patient',
    id: 'one',
    meta: { profile: ['http://p.example/Patient|2.0'], source: 'http://s.example#77' },
  },
  { resourceType: 'Patient', id: 'part', meta: { profile: ['http://p.example/Part|2.0#name'] } },
  { resourceType: 'Patient', id: 'two', meta: { profile: ['http://p.example/Patient'] } },
];

describe('search/types/uri', () => {
  table(sets, 'ValueSet', [
    ['[R85] exact', 'url=http://acme.org/fhir/ValueSet/123', 'a'],
    ['[R85] case matters', 'url=http://ACME.org/fhir/ValueSet/123'],
    ['[R85] urn', 'url=urn:oid:1.2.3', 'd'],
    ['[R85] below', 'url:below=http://acme.org/fhir/ValueSet/123', 'a', 'b'],
    ['[R85] below a folder', 'url:below=http://acme.org/fhir/', 'a', 'b', 'c'],
    ['[R85] above', 'url:above=http://acme.org/fhir/ValueSet/123/a/b', 'a', 'b'],
  ]);

  table(profiled, 'Patient', [
    ['[R71] profile in any version', '_profile=http://p.example/Patient', 'one', 'two'],
    ['[R71] profile in a version', '_profile=http://p.example/Patient|2.0', 'one'],
    ['[R71] profile in a version, without fragment', '_profile=http://p.example/Part|2.0', 'part'],
    ['[R71] source without fragment', '_source=http://s.example', 'one'],
  ]);

  it('[R85] URNs have no path', () => {
    refused('ValueSet', 'url:below=urn:oid:1.2', 'invalid', 'value');
    refused('ValueSet', 'url:above=', 'invalid', 'value');
  });
});
