/** The second layer: cardinality, codes, references, narrative, contained resources, invariants. */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import type { Resource } from '../../src/fhir/resource.js';
import { errorsOf, marks, observation, patient, validator } from './validator-fixture.js';

const narrative = (div: string): object => patient({ text: { status: 'generated', div } });
const xhtml = 'xmlns="http://www.w3.org/1999/xhtml"';
const bundle = (type: string, ...entry: object[]): object => ({ resourceType: 'Bundle', type, entry });
const uuid = 'urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8';

const subject = { subject: { reference: 'Patient/1' } };
const probability = (value: unknown): object => ({
  outcome: { text: 'x' },
  ...(typeof value === 'number' && { probabilityDecimal: value }),
});

describe('[R31] base rules', () => {
  const table: [title: string, resource: object, expected: string[]][] = [
    ['a missing element', { resourceType: 'Communication' }, ['required Communication.status']],
    [
      'a missing element inside',
      observation({ component: [{ valueString: 'x' }] }),
      ['required Observation.component[0].code'],
    ],
    ['a code not in its required value set', patient({ gender: 'M' }), ['code-invalid Patient.gender']],
    [
      'a concept not in its required value set',
      {
        resourceType: 'Condition',
        subject: { reference: 'Patient/1' },
        clinicalStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'bogus' }],
        },
      },
      ['code-invalid Condition.clinicalStatus', 'code-invalid Condition.clinicalStatus.coding[0]'],
    ],
    [
      'a code that its known system lacks',
      observation({
        category: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'bogus' }] },
        ],
      }),
      ['code-invalid Observation.category[0].coding[0]'],
    ],
    ['a reference to another type', observation({ subject: { reference: 'Basic/1' } }), ['value Observation.subject']],
    [
      'a malformed reference',
      observation({ subject: { reference: '/Patient/1' } }),
      ['value Observation.subject.reference'],
    ],
    [
      'a reference to no contained resource',
      observation({ subject: { reference: '#x' } }),
      ['invariant Observation.subject'],
    ],
    ['ext-1', patient({ extension: [{ url: 'http://example.org/x' }] }), ['invariant Patient.extension[0]']],
    [
      'a relative extension url',
      patient({ extension: [{ url: 'x', valueString: 'y' }] }),
      ['value Patient.extension[0].url'],
    ],
    ['ele-1', patient({ maritalStatus: { id: 'a' } }), ['invariant Patient.maritalStatus']],
    ['ele-1 of a primitive', patient({ _gender: { id: 'a' } }), ['invariant Patient.gender']],
    ['an id beside the value of a primitive', patient({ gender: 'male', _gender: { id: 'a' } }), []],
    [
      'ele-1 of one primitive of several',
      patient({ name: [{ given: ['A', null], _given: [{ id: 'a' }, { id: 'b' }] }] }),
      ['invariant Patient.name[0].given[1]'],
    ],
    [
      'per-1',
      patient({ address: [{ city: 'x', period: { start: '2020-02', end: '2020-01-31' } }] }),
      ['invariant Patient.address[0].period'],
    ],
    ['per-1, unsure', patient({ address: [{ city: 'x', period: { start: '2020-02-03', end: '2020-02' } }] }), []],
    ['pat-1', patient({ contact: [{ gender: 'male' }] }), ['invariant Patient.contact[0]']],
    ['obs-6 by fhirpath’s equal in code', observation({ dataAbsentReason: { text: 'x' } }), ['invariant Observation']],
    [
      'tim-2 by fhirpath',
      {
        resourceType: 'ServiceRequest',
        status: 'active',
        intent: 'order',
        subject: { reference: 'Patient/1' },
        occurrenceTiming: { repeat: { period: 1 } },
      },
      ['invariant ServiceRequest.occurrence.repeat'],
    ],
    [
      'SimpleQuantity',
      observation({ referenceRange: [{ low: { value: 1, comparator: '<' } }] }),
      ['invariant Observation.referenceRange[0].low', 'structure Observation.referenceRange[0].low.comparator'],
    ],
    [
      'ras-1 by fhirpath on a number, ras-2 in code',
      { resourceType: 'RiskAssessment', status: 'final', ...subject, prediction: [{}, 101, 99.5].map(probability) },
      ['invariant RiskAssessment.prediction[1]'],
    ],
    [
      'a SearchParameter that does not parse',
      {
        resourceType: 'SearchParameter',
        url: 'http://example.org/x',
        name: 'X',
        status: 'draft',
        description: 'x',
        code: 'x',
        base: ['Patient'],
        type: 'token',
        expression: 'Patient.name.((',
      },
      ['invalid SearchParameter.expression'],
    ],
  ];
  for (const [title, resource, expected] of table) it(title, () => assert.deepEqual(marks(resource).sort(), expected));

  const divs: [title: string, div: string, key: string | undefined][] = [
    ['plain', `<div ${xhtml}><p>Hello&nbsp;<b>you</b></p></div>`, undefined],
    ['script', `<div ${xhtml}><script>x()</script></div>`, 'txt-1'],
    ['event attribute', `<div ${xhtml}><p onclick="x()">x</p></div>`, 'txt-1'],
    ['javascript link', `<div ${xhtml}><a href=" javascript:x()">x</a></div>`, 'txt-1'],
    ['no namespace', '<div>x</div>', 'txt-1'],
    ['not a div', `<p ${xhtml}>x</p>`, 'txt-1'],
    ['no markup', 'just text', 'txt-1'],
    ['unclosed', `<div ${xhtml}><p>x</div>`, 'txt-1'],
    ['style element', `<div ${xhtml}><style>@import url(x)</style>x</div>`, 'txt-1'],
    ['entity definitions', `<!DOCTYPE div [<!ENTITY x "y">]><div ${xhtml}>&x;</div>`, 'txt-1'],
    ['empty', `<div ${xhtml}> <p> </p></div>`, 'txt-2'],
  ];
  for (const [title, div, key] of divs) {
    it(`[E04] narrative: ${title}`, () => {
      assert.deepEqual(
        errorsOf(narrative(div)).map(({ diagnostics }) => diagnostics.slice(0, 5)),
        key ? [key] : [],
      );
    });
  }

  const organization = { resourceType: 'Organization', id: 'o', name: 'x' };
  const containing = (inner: object, more: object = { managingOrganization: { reference: '#o' } }): object =>
    patient({ contained: [inner], ...more });
  const containedCases: [string, object, RegExp | undefined][] = [
    ['used', containing(organization), undefined],
    ['dom-2', containing({ ...organization, contained: [{ resourceType: 'Patient', id: 'p' }] }), /^dom-2/],
    ['dom-3', containing(organization, {}), /^dom-3/],
    ['dom-4', containing({ ...organization, meta: { versionId: '1' } }), /^dom-4/],
    ['dom-5', containing({ ...organization, meta: { security: [{ code: 'x' }] } }), /^dom-5/],
    ['without an id', containing({ resourceType: 'Organization', name: 'x' }, {}), /must have an id/],
  ];
  for (const [title, resource, expected] of containedCases) {
    it(`contained resource: ${title}`, () => {
      const [first] = errorsOf(resource);
      if (expected) assert.match(first?.diagnostics ?? '', expected);
      else assert.equal(first, undefined);
    });
  }

  it('checks the entries of a Bundle, and references between them', () => {
    const entry = { fullUrl: uuid, resource: patient() };
    const observing = {
      fullUrl: 'http://example.org/Observation/1',
      resource: observation({ id: '1', encounter: { reference: uuid } }),
    };
    assert.deepEqual(marks(bundle('collection', entry)), []);
    assert.deepEqual(marks(bundle('collection', { resource: patient() })), ['required Bundle.entry[0]']);
    assert.deepEqual(marks(bundle('collection', entry, entry)), ['invariant Bundle']);
    assert.deepEqual(marks(bundle('collection', entry, observing)), ['value Bundle.entry[1].resource.encounter']);
    assert.deepEqual(marks(bundle('pile')), ['structure Bundle.entry']);
    assert.deepEqual(marks({ resourceType: 'Bundle', type: 'pile' }), ['code-invalid Bundle.type']);
    assert.deepEqual(marks(bundle('transaction', { resource: patient() })), ['invariant Bundle']);
  });

  it('holds the fullUrl of an entry against its resource', () => {
    const at = (fullUrl: string, more: object, type = 'collection'): string[] =>
      marks(bundle(type, { fullUrl, resource: patient(more), ...(type === 'batch' && { request }) }));
    const request = { method: 'PUT', url: 'Patient/a' };
    const wrong = ['value Bundle.entry[0].fullUrl'];
    assert.deepEqual(at('https://example.org/fhir/Patient/a', { id: 'a' }), []);
    assert.deepEqual(at('https://example.org/fhir/Patient/b', { id: 'a' }), wrong);
    assert.deepEqual(at('https://example.org/fhir/Person/a', { id: 'a' }), wrong);
    assert.deepEqual(at('https://example.org/fhir/Patient/a', {}), wrong);
    assert.deepEqual(at('https://example.org/fhir/Patient/b', { id: 'a' }, 'batch'), wrong);
    assert.deepEqual(at('https://example.org/fhir/Patient/a', {}, 'batch'), []);
    assert.deepEqual(at('https://example.org/anything', { id: 'a' }), []);
    assert.deepEqual(at(uuid, { id: 'a' }), []);
    assert.deepEqual(at('Patient/a', { id: 'a' }), wrong);
  });

  it('takes a conditional reference inside a transaction alone', () => {
    const resource = observation({ subject: { reference: 'Patient?identifier=a' } });
    assert.deepEqual(marks(resource), ['value Observation.subject.reference']);
    assert.deepEqual(marks(bundle('transaction', { resource, request: { method: 'POST', url: 'Observation' } })), []);
  });

  it('warns of a code outside an extensible value set', () => {
    const resource = patient({ maritalStatus: { coding: [{ system: 'http://example.org', code: 'x' }] } }) as Resource;
    assert.deepEqual(
      validator.validate(resource).map(({ severity, code, expression }) => [severity, code, expression]),
      [['warning', 'code-invalid', 'Patient.maritalStatus']],
    );
    validator.assertValid(resource);
  });

  it('compares decimals that keep their digits as numbers', () => {
    const raw = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;
    const range = (low: string, high: string): object =>
      observation({ valueQuantity: undefined, valueRange: { low: { value: raw(low) }, high: { value: raw(high) } } });
    const clean = (resource: object): object =>
      Object.fromEntries(Object.entries(resource).filter(([, value]) => value));
    assert.deepEqual(marks(clean(range('9.50', '10.0'))), []);
    assert.deepEqual(marks(clean(range('10.0', '9.50'))), ['invariant Observation.value']);
  });

  it('answers with Fault `unprocessable`, and leaves the resource as it was', () => {
    const bad = observation({ status: 'bogus', dataAbsentReason: { text: 'x' } }) as Resource;
    const before = JSON.stringify(bad);
    assert.throws(
      () => validator.assertValid(bad),
      (error: unknown) => {
        assert.ok(error instanceof Fault);
        assert.equal(error.kind, 'unprocessable');
        assert.deepEqual(
          error.detail.issues?.map(({ severity }) => severity),
          ['error', 'error', 'warning'],
        );
        return true;
      },
    );
    assert.equal(JSON.stringify(bad), before);
  });

  it('stops counting at a hundred issues', () => {
    const contact = Array.from({ length: 1000 }, () => ({ gender: 'male' }));
    assert.equal(errorsOf(patient({ contact })).length, 100);
  });
});
