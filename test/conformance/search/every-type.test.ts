/** Parameters that every type has. https://hl7.org/fhir/R4/search.html#all */
import assert from 'node:assert/strict';
import { eachCustomer, finds, refuses, resource } from './customer.js';

const tag = (code: string, system = 'urn:tags') => ({ system, code });
const div = (text: string) => ({
  status: 'additional',
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>`,
});
const patient = (id: string, content: object = {}) => resource('Patient', id, content);

const resources = [
  patient('tagged', { meta: { tag: [tag('one'), tag('two')], source: 'http://source.example/a#1' } }),
  patient('other', { meta: { tag: [tag('one', 'urn:else')] } }),
  patient('secret', {
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] },
  }),
  patient('profiled', { meta: { profile: ['http://hl7.org/fhir/StructureDefinition/Patient|4.0.1'] } }),
  patient('narrated', {
    text: div('The <b>quick</b> brown fox &amp; the lazy d&#111;g'),
    name: [{ family: 'Quicksilver' }],
  }),
  patient('worded', { name: [{ text: 'Quick brown bear' }], contact: [{ name: { text: 'Lazy' } }] }),
  resource('Observation', 'o', { status: 'final', code: { text: 'x' }, meta: { tag: [tag('one')] } }),
  resource('List', 'current', {
    status: 'current',
    mode: 'working',
    entry: [
      { item: { reference: 'Patient/tagged' } },
      { item: { reference: 'Patient/other' } },
      { item: { reference: 'Observation/o' } },
    ],
  }),
];

describe('common search parameters', () => {
  eachCustomer(resources, customer => {
    finds(customer, 'R71', [
      ['_id', 'Patient?_id=tagged', 'tagged'],
      ['_id, several, one twice', 'Patient?_id=tagged,other,tagged', 'other', 'tagged'],
      ['_id of another type', 'Patient?_id=o'],
      ['_id unknown', 'Patient?_id=nobody'],
      ['_id twice is an AND', 'Patient?_id=tagged&_id=other'],
      ['_id:not', 'Patient?_id:not=tagged,other,secret,profiled', 'narrated', 'worded'],
      ['_tag', 'Patient?_tag=one', 'other', 'tagged'],
      ['_tag of a system', 'Patient?_tag=urn:tags%7Cone', 'tagged'],
      ['_tag, both', 'Patient?_tag=urn:tags%7Cone&_tag=two', 'tagged'],
      ['_tag:not', 'Patient?_tag:not=urn:tags%7Cone', 'narrated', 'other', 'profiled', 'secret', 'worded'],
      ['_tag:missing', 'Patient?_tag:missing=false', 'other', 'tagged'],
      ['_security', 'Patient?_security=http://terminology.hl7.org/CodeSystem/v3-Confidentiality%7CR', 'secret'],
      ['_profile without its version', 'Patient?_profile=http://hl7.org/fhir/StructureDefinition/Patient', 'profiled'],
      [
        '_profile with its version',
        'Patient?_profile=http://hl7.org/fhir/StructureDefinition/Patient%7C4.0.1',
        'profiled',
      ],
      ['_profile of another version', 'Patient?_profile=http://hl7.org/fhir/StructureDefinition/Patient%7C5.0'],
      ['_profile:below', 'Patient?_profile:below=http://hl7.org/fhir/StructureDefinition', 'profiled'],
      ['_source whole', 'Patient?_source=http://source.example/a%231', 'tagged'],
      ['_source without its fragment', 'Patient?_source=http://source.example/a', 'tagged'],
      [
        '_lastUpdated since',
        'Patient?_lastUpdated=gt2020-01-01',
        'narrated',
        'other',
        'profiled',
        'secret',
        'tagged',
        'worded',
      ],
      ['_lastUpdated before', 'Patient?_lastUpdated=lt2020-01-01'],
      ['_lastUpdated within', 'Patient?_lastUpdated=ge2020&_lastUpdated=le2100&_id=tagged', 'tagged'],
      ['_lastUpdated is never missing', 'Patient?_lastUpdated:missing=true'],
      ['_text: a word', 'Patient?_text=fox', 'narrated'],
      ['_text: all words', 'Patient?_text=QUICK%20lazy', 'narrated'],
      ['_text: not the names', 'Patient?_text=quicksilver'],
      ['_content: a word anywhere', 'Patient?_content=brown', 'narrated', 'worded'],
      ['_content: words apart', 'Patient?_content=bear%20lazy', 'worded'],
      ['_content: either', 'Patient?_content=fox,bear', 'narrated', 'worded'],
      ['_content: not a part of a word', 'Patient?_content=bro'],
      ['_list', 'Patient?_list=current', 'other', 'tagged'],
      ['_list of another type', 'Observation?_list=current', 'o'],
      ['_list unknown', 'Patient?_list=nothing'],
      ['_list and more', 'Patient?_list=current&_tag=two', 'tagged'],
      ['_filter: equal', 'Patient?_filter=_tag eq "two"', 'tagged'],
      ['_filter: and', 'Patient?_filter=_tag eq one and _id ne tagged', 'other'],
      [
        '_filter: or with parentheses',
        'Patient?_filter=(_id eq secret or _id eq profiled) and _tag pr false',
        'profiled',
        'secret',
      ],
      ['_filter: not', 'Patient?_filter=not (name pr true) and not _tag pr true', 'profiled', 'secret'],
      ['_filter: starts with', 'Patient?_filter=name sw "quick br"', 'worded'],
      ['_filter: contains', 'Patient?_filter=family co silver', 'narrated'],
      ['_filter: a comparison of dates', 'Patient?_filter=_lastUpdated gt 2020-01-01 and _id eq tagged', 'tagged'],
      ['_filter: a quoted injection', 'Patient?_filter=name eq "x\\" or _id pr true or name eq \\"x"'],
      ['two of them', 'Patient?_filter=_tag eq one&_filter=_id eq other', 'other'],
    ]);
    refuses(customer, 'R71', [
      ['an id that is none', 'Patient?_id=a%20b', 'value'],
      ['words without a word', 'Patient?_content=%2B%2B', 'value'],
      ['an open _filter', 'Patient?_filter=(name%20eq%20x', 'value'],
      ['a _filter that ends early', 'Patient?_filter=name%20eq', 'value'],
      ['a _filter that goes on', 'Patient?_filter=name%20eq%20x%20y', 'value'],
      ['an unknown operator', 'Patient?_filter=name%20matches%20x', 'not-supported'],
      ['an unknown parameter in a _filter', 'Patient?_filter=nothing%20eq%20x', 'not-supported'],
      ['a _filter in a _filter', 'Patient?_filter=_filter%20eq%20x', 'not-supported'],
      ['a deep _filter', `Patient?_filter=${'('.repeat(30)}name%20eq%20x${')'.repeat(30)}`, 'too-costly'],
      ['a named query', 'Patient?_query=x', 'not-supported'],
    ]);
    it('[R71] a system search by tag finds every type', async () => {
      const { bundle } = await customer().search('?_tag=urn:tags%7Cone');
      assert.deepEqual(bundle.entry?.map(({ resource }) => resource?.id).sort(), ['o', 'tagged']);
    });
    it('[R39] [R71] what was deleted is not found, by :not and :missing neither', async () => {
      await customer().load(patient('gone', { meta: { tag: [tag('gone')] } }));
      assert.deepEqual(await customer().ids('Patient?_tag=gone'), ['gone']);
      assert.equal((await customer().call('DELETE', 'Patient/gone')).status, 204);
      for (const query of [
        '_tag=gone',
        '_id=gone',
        '_tag:not=nothing',
        'name:missing=true',
        '_content=gone',
        '_lastUpdated=gt2000',
      ]) {
        assert.ok(!(await customer().ids(`Patient?${query}`)).includes('gone'), query);
      }
    });
    it('[R71] what was changed is found by what it is now', async () => {
      await customer().load(patient('moved', { name: [{ family: 'Before' }] }));
      await customer().load(patient('moved', { name: [{ family: 'After' }] }));
      assert.deepEqual(await customer().ids('Patient?family=before'), []);
      assert.deepEqual(await customer().ids('Patient?family=after'), ['moved']);
    });
  });
});
