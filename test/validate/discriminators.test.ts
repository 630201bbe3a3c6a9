/** Every form in which R4 lets a slice say what tells it apart: https://hl7.org/fhir/R4/profiling.html#discriminator */
import assert from 'node:assert/strict';
import { base, code, marks, profileOn, slicing, type Change } from './profile-fixture.js';
import { observation, marks as marksUnder } from './validator-fixture.js';

const systems = { a: 'http://example.org/a', b: 'http://example.org/b' };
const missing = ['required Observation.component'];
const component = (...values: object[]): object =>
  observation({ component: values.map(value => ({ code: code('c'), ...value })) });

/** One slice `x` of components, told apart as said. */
const sliced = (discriminators: [type: string, path: string][], ...changes: Change[]): Change[] => [
  {
    id: 'Observation.component',
    slicing: { discriminator: discriminators.map(([type, path]) => ({ type, path })), rules: 'open' },
  },
  { id: 'Observation.component:x', sliceName: 'x', min: 1, max: '1' },
  ...changes.map(change => ({ ...change, id: `Observation.component:x.${change.id}` })),
];

describe('[R5] what tells slices apart', () => {
  describe('a value', () => {
    const coded = (value: string, system = systems.a): object => ({ code: code(value, system) });
    const places: Record<string, [path: string, Change[]]> = {
      'a pattern on the element': ['code', [{ id: 'code', patternCodeableConcept: code('x') }]],
      'a fixed value on the element': ['code.coding.code', [{ id: 'code.coding.code', fixedCode: 'x' }]],
      'a pattern on its parent': [
        'code.coding',
        [{ id: 'code.coding', patternCoding: { system: systems.a, code: 'x' } }],
      ],
      'a pattern two above': ['code.coding.code', [{ id: 'code', patternCodeableConcept: code('x') }]],
      'a fixed value two above': ['code.coding.code', [{ id: 'code', fixedCodeableConcept: code('x') }]],
      'a pattern one above': ['code.coding.code', [{ id: 'code.coding', patternCoding: { code: 'x' } }]],
      'fixed values below': [
        'code',
        [
          { id: 'code.coding', min: 1 },
          { id: 'code.coding.code', min: 1, fixedCode: 'x' },
        ],
      ],
      'fixed values below the slice': ['$this', [{ id: 'code.coding.code', fixedCode: 'x' }]],
      'a slice below': [
        'code.coding',
        [
          { id: 'code.coding', slicing: slicing('value', 'code') },
          { id: 'code.coding:own', sliceName: 'own', min: 1 },
          { id: 'code.coding:own.code', min: 1, fixedCode: 'x' },
        ],
      ],
    };
    for (const [title, [path, changes]] of Object.entries(places)) {
      it(`by ${title}`, () => {
        for (const type of ['value', 'pattern']) {
          const profile = sliced([[type, path]], ...changes);
          assert.deepEqual(marks(profile, component(coded('x'), coded('y'))), []);
          assert.deepEqual(marks(profile, component(coded('y'))), missing);
          assert.deepEqual(marks(profile, component(coded('x'), coded('x'))), ['structure Observation.component']);
        }
      });
    }

    it('by a pattern on the slice itself', () => {
      const category = (...codes: string[]): object => observation({ category: codes.map(one => code(one)) });
      const changes: Change[] = [
        { id: 'Observation.category', slicing: slicing('pattern', '$this') },
        { id: 'Observation.category:x', sliceName: 'x', min: 1, max: '1', patternCodeableConcept: code('x') },
      ];
      assert.deepEqual(marks(changes, category('y', 'x')), []);
      assert.deepEqual(marks(changes, category('y')), ['required Observation.category']);
      assert.deepEqual(marks(changes, observation()), ['required Observation.category']);
    });

    it('by a required binding, in which a code without its system is not', () => {
      const absent = `${base.replace('StructureDefinition', 'ValueSet')}data-absent-reason`;
      const system = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
      const profile = sliced([['value', 'dataAbsentReason']], {
        id: 'dataAbsentReason',
        min: 1,
        binding: { strength: 'required', valueSet: absent },
      });
      assert.deepEqual(marks(profile, component({ dataAbsentReason: code('unknown', system) })), []);
      assert.deepEqual(marks(profile, component({ dataAbsentReason: code('nonsense', systems.a) })), missing);
      assert.deepEqual(marks(profile, component({ dataAbsentReason: { coding: [{ code: 'unknown' }] } })), missing);
    });
  });

  describe('several discriminators', () => {
    const both: [string, string][] = [
      ['value', 'code'],
      ['value', 'dataAbsentReason'],
    ];
    const own = { id: 'code', patternCodeableConcept: code('x') };
    const absent = { dataAbsentReason: { text: 'none' } };

    it('a slice may fix some of them', () => {
      const profile = sliced(both, own);
      assert.deepEqual(marks(profile, component({ code: code('x') }, { code: code('y') })), []);
      assert.deepEqual(marks(profile, component({ code: code('x'), ...absent })), []);
      assert.deepEqual(marks(profile, component({ code: code('y'), ...absent })), missing);
    });

    it('a slice may prohibit one', () => {
      for (const type of ['value', 'exists']) {
        const profile = sliced([both[0]!, [type, 'dataAbsentReason.coding']], own, {
          id: 'dataAbsentReason',
          max: '0',
        });
        assert.deepEqual(marks(profile, component({ code: code('x') })), []);
        assert.deepEqual(marks(profile, component({ code: code('x'), dataAbsentReason: code('z') })), missing);
      }
    });

    it('a slice may leave the type open', () => {
      const profile = sliced([both[0]!, ['type', 'value']], own, { id: 'value[x]', short: 'of any type' });
      assert.deepEqual(marks(profile, component({ code: code('x') })), []);
      assert.deepEqual(marks(profile, component({ code: code('x'), valueString: 'x' })), []);
      assert.deepEqual(marks(profile, component({ valueString: 'x' })), missing);
    });

    it('one pattern above may tell both', () => {
      const profile = sliced(
        [
          ['value', 'code.coding.system'],
          ['value', 'code.coding.code'],
        ],
        own,
      );
      assert.deepEqual(marks(profile, component({ code: code('x') }, { code: code('x', systems.b) })), []);
      assert.deepEqual(marks(profile, component({ code: code('x', systems.b) })), missing);
    });
  });

  describe('the type of a choice', () => {
    const quantity = { valueQuantity: { value: 1 } };
    for (const path of ['value', 'value[x]', '$this.value', 'value.ofType(Quantity)', 'valueQuantity']) {
      it(`by ${path}`, () => {
        const profile = sliced([['type', path]], { id: 'value[x]', min: 1, type: [{ code: 'Quantity' }] });
        assert.deepEqual(marks(profile, component(quantity, { valueString: 'x' })), []);
        assert.deepEqual(marks(profile, component({ valueString: 'x' })), missing);
        assert.deepEqual(marks(profile, component({})), missing);
      });
    }

    it('by an element that is written with its type', () => {
      const profile = sliced([['type', 'value']], { id: 'valueQuantity', min: 1 });
      assert.deepEqual(marks(profile, component(quantity)), []);
    });

    for (const path of ['value.code', 'value.ofType(Quantity).code', 'valueQuantity.code']) {
      it(`and a value in it: ${path}`, () => {
        const profile = sliced([['value', path]], { id: 'value[x]:valueQuantity.code', min: 1, fixedCode: 'mm' });
        const measured = (unit: string): object => ({
          valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: unit },
        });
        assert.deepEqual(marks(profile, component(measured('mm'), measured('m'), { valueString: 'mm' })), []);
        assert.deepEqual(marks(profile, component(measured('m'), { valueString: 'mm' })), missing);
      });
    }

    it('by $this, of a slice that is only named by its type', () => {
      for (const path of ['$this', 'value', 'value[x]']) {
        const changes: Change[] = [
          { id: 'Observation.value[x]', slicing: slicing('type', path === '$this' ? path : '$this') },
          { id: 'Observation.value[x]:valueQuantity', sliceName: 'valueQuantity', min: 1 },
          { id: 'Observation.value[x]:valueQuantity.code', min: 1 },
        ];
        assert.deepEqual(marks(changes, observation()), []);
        const text = observation({ valueQuantity: undefined, valueString: 'x' }) as Record<string, unknown>;
        delete text['valueQuantity'];
        assert.deepEqual(marks(changes, text), ['required Observation.value']);
        assert.deepEqual(marks(changes, observation({ valueQuantity: { value: 1 } })), [
          'required Observation.value.code',
        ]);
      }
    });
  });

  describe('existence', () => {
    it('by an element that is required above or by a pattern', () => {
      const profile = sliced([['exists', 'dataAbsentReason.coding']], {
        id: 'dataAbsentReason',
        min: 1,
        patternCodeableConcept: code('x'),
      });
      assert.deepEqual(marks(profile, component({ dataAbsentReason: code('x') })), []);
      assert.deepEqual(marks(profile, component({ dataAbsentReason: { text: 'x' } })), missing);
    });

    it('by an extension', () => {
      const extension = `${base}data-absent-reason`;
      const changes: Change[] = [
        { id: 'extension', slicing: slicing('value', 'url') },
        { id: 'extension:why', sliceName: 'why', min: 1, type: [{ code: 'Extension', profile: [extension] }] },
      ];
      const profile = sliced([['exists', `extension('${extension}')`]], ...changes);
      assert.deepEqual(marks(profile, component({ extension: [{ url: extension, valueCode: 'unknown' }] })), []);
      assert.deepEqual(
        marks(profile, component({ extension: [{ url: 'http://example.org/x', valueCode: 'x' }] })),
        missing,
      );
      const byValue = sliced([['value', `extension('${extension}').value`]], ...changes, {
        id: 'extension:why.value[x]',
        fixedCode: 'masked',
      });
      assert.deepEqual(marks(byValue, component({ extension: [{ url: extension, valueCode: 'masked' }] })), []);
      assert.deepEqual(marks(byValue, component({ extension: [{ url: extension, valueCode: 'unknown' }] })), missing);
    });
  });

  describe('a Bundle’s entries', () => {
    const canonical = 'http://example.org/StructureDefinition/born';
    const born = profileOn(
      'Patient',
      [
        { id: 'Patient.birthDate', min: 1 },
        { id: 'Patient.gender', fixedCode: 'female' },
        {
          id: 'Patient',
          constraint: [{ key: 't-1', severity: 'error', human: 'own', expression: '%resource.birthDate.exists()' }],
        },
      ],
      canonical,
    );
    const entries = (...resources: object[]): object => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: resources.map((resource, index) => ({ fullUrl: `urn:oid:2.16.840.1.${index + 1}`, resource })),
    });
    const patient = { resourceType: 'Patient', birthDate: '1970-01-01', gender: 'female' };
    const profile = (type: string, path: string, resourceType: object): Change[] => [
      { id: 'Bundle.entry', slicing: slicing(type, path) },
      { id: 'Bundle.entry:p', sliceName: 'p', min: 1, max: '1' },
      { id: 'Bundle.entry:p.resource', min: 1, type: [resourceType] } as Change,
    ];
    const withProfile = { code: 'Patient', profile: [canonical] };
    const anyWithProfile = { code: 'Resource', profile: [canonical] };
    const other = { resourceType: 'Patient', gender: 'male' };
    const organization = { resourceType: 'Organization', name: 'x' };
    const absent = ['required Bundle.entry'];

    it('by type', () => {
      for (const one of [{ code: 'Patient' }, withProfile, anyWithProfile]) {
        const changes = profile('type', 'resource', one);
        assert.deepEqual(marks(changes, entries(patient, organization), [born]), []);
        assert.deepEqual(marks(changes, entries(organization), [born]), absent);
        assert.deepEqual(marks(changes, entries(patient, patient), [born]), ['structure Bundle.entry']);
      }
      const faults = marks(profile('type', 'resource', anyWithProfile), entries(other), [born]);
      assert.ok(faults.includes('required Bundle.entry[0].resource.birthDate'), faults.join());
    });

    it('by profile', () => {
      for (const one of [withProfile, anyWithProfile]) {
        const changes = profile('profile', 'resource', one);
        assert.deepEqual(marks(changes, entries(patient, other, organization), [born]), []);
        assert.deepEqual(marks(changes, entries(other, organization), [born]), absent);
      }
    });

    it('by a value that the profile of the resource fixes', () => {
      const changes = profile('value', 'resource.gender', withProfile);
      assert.deepEqual(marks(changes, entries(patient, other), [born]), []);
      assert.deepEqual(marks(changes, entries(other), [born]), absent);
    });

    it('by what an entry’s reference leads to', () => {
      const list = (reference: string): object =>
        entries(
          { resourceType: 'List', status: 'current', mode: 'working', entry: [{ item: { reference } }] },
          patient,
          other,
        );
      const canonicalOfList = 'http://example.org/StructureDefinition/list';
      for (const type of ['profile', 'type']) {
        const ofList = profileOn(
          'List',
          [
            { id: 'List.entry', slicing: slicing(type, 'item.resolve()') },
            { id: 'List.entry:p', sliceName: 'p', min: 1 },
            {
              id: 'List.entry:p.item',
              type: [{ code: 'Reference', targetProfile: [type === 'type' ? `${base}Organization` : canonical] }],
            },
          ],
          canonicalOfList,
        );
        const changes = profile('type', 'resource', { code: 'List', profile: [canonicalOfList] });
        const good = type === 'type' ? [] : ['urn:oid:2.16.840.1.2'];
        for (const reference of good) assert.deepEqual(marks(changes, list(reference), [born, ofList]), []);
        assert.deepEqual(marks(changes, list('urn:oid:2.16.840.1.3'), [born, ofList]), [
          'required Bundle.entry[0].resource.entry',
        ]);
      }
    });
  });

  it('contained resources by their profile', () => {
    const changes: Change[] = [
      { id: 'Observation.contained', slicing: slicing('profile', '$this') },
      {
        ...{ id: 'Observation.contained:o', sliceName: 'o', min: 1 },
        type: [{ code: 'Organization', profile: [`${base}Organization`] }],
      },
    ];
    const organization = { resourceType: 'Organization', id: 'o', name: 'x' };
    const performer = [{ reference: '#o' }];
    assert.deepEqual(marks(changes, observation({ contained: [organization], performer })), []);
    const group = { resourceType: 'PractitionerRole', id: 'o' };
    assert.deepEqual(marks(changes, observation({ contained: [group], performer })), [
      'required Observation.contained',
    ]);
  });

  it('a default slice takes what is in no other', () => {
    const changes = [
      ...sliced([['value', 'code']], { id: 'code', patternCodeableConcept: code('x') }),
      { id: 'Observation.component:@default', sliceName: '@default' },
      { id: 'Observation.component:@default.interpretation', min: 1 },
    ];
    changes[0] = { ...changes[0]!, slicing: slicing('value', 'code', 'closed') };
    const high = { interpretation: [{ text: 'high' }] };
    assert.deepEqual(marks(changes, component({ code: code('x') }, high)), []);
    assert.deepEqual(marks(changes, component({ code: code('x') }, {})), [
      'required Observation.component[1].interpretation',
    ]);
  });

  it('what cannot be told refuses nothing', () => {
    const profile = sliced([['value', 'code']], { id: 'interpretation', min: 1 });
    assert.deepEqual(marks(profile, component({})), []);
    assert.deepEqual(marks(profile, observation()), missing);
  });

  it('elements that repeat another have slices of their own', () => {
    const changes: Change[] = [
      { id: 'Composition.section.section', slicing: slicing('value', 'code') },
      { id: 'Composition.section.section:x', sliceName: 'x', max: '1' },
      { id: 'Composition.section.section:x.code', min: 1, patternCodeableConcept: code('x') },
      { id: 'Composition.section.section:x.title', min: 1 },
    ];
    const composition = (...inner: object[]): object => ({
      ...{ resourceType: 'Composition', status: 'final', type: code('t'), date: '2020-01-01', title: 't' },
      ...{ author: [{ reference: 'Practitioner/1' }], section: [{ title: 's', section: inner }] },
    });
    const section = (value: string, more: object = {}): object => ({
      ...{ code: code(value), emptyReason: { text: 'none' } },
      ...more,
    });
    assert.deepEqual(marks(changes, composition(section('x', { title: 's' }), section('y'))), []);
    assert.deepEqual(marks(changes, composition(section('x'))), ['required Composition.section[0].section[0].title']);
  });
});

describe('[R5] a required binding', () => {
  const profile = (binding: object): Change[] => [{ id: 'Observation.code', binding } as Change];
  const own = (coding: object): object => observation({ code: { coding: [coding] } });
  const valueSets = {
    known: 'http://hl7.org/fhir/ValueSet/observation-codes',
    not: 'http://example.org/ValueSet/none',
  };
  for (const [title, valueSet] of Object.entries(valueSets)) {
    it(`refuses a code without its system: value set ${title}`, () => {
      const changes = profile({ strength: 'required', valueSet });
      assert.deepEqual(marks(changes, own({ code: '8867-4' })), ['code-invalid Observation.code']);
      assert.deepEqual(marks(changes, own({ system: 'http://loinc.org', code: '8867-4' })), []);
    });
  }

  it('refuses it in the base definitions, too', () => {
    const condition = {
      ...{ resourceType: 'Condition', subject: { reference: 'Patient/1' }, code: { text: 'x' } },
      clinicalStatus: { coding: [{ code: 'active' }] },
    };
    assert.ok(marksUnder(condition).includes('code-invalid Condition.clinicalStatus'));
  });
});
