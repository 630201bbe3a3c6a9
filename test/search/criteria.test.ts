/** Chains, reverse chains, ids, lists and `_filter`. */
import assert from 'node:assert/strict';
import { parse, refused, registry, subjectOf, table } from './searching.js';
import { Criteria } from '../../src/search/criteria.js';

const resources = [
  { resourceType: 'Organization', id: 'o1', name: 'Good Health', partOf: { reference: 'Organization/o2' } },
  { resourceType: 'Organization', id: 'o2', name: 'Holding' },
  {
    resourceType: 'Patient',
    id: 'p1',
    name: [{ family: 'Chalmers' }],
    gender: 'male',
    birthDate: '1974-12-25',
    managingOrganization: { reference: 'Organization/o1' },
    meta: { tag: [{ system: 'urn:t', code: 'demo' }] },
  },
  {
    resourceType: 'Patient',
    id: 'p2',
    name: [{ family: 'Windsor' }],
    birthDate: '1980',
    generalPractitioner: [{ reference: 'Organization/o2' }],
  },
  {
    resourceType: 'Observation',
    id: 'b1',
    status: 'final',
    code: { coding: [{ code: '1234' }] },
    subject: { reference: 'Patient/p1' },
  },
  {
    resourceType: 'Observation',
    id: 'b2',
    status: 'final',
    code: { coding: [{ code: '9' }] },
    subject: { reference: 'Patient/p2' },
  },
  { resourceType: 'Observation', id: 'b3', subject: { reference: 'Device/p1' } },
  {
    resourceType: 'AuditEvent',
    id: 'a',
    recorded: '2026-01-01',
    entity: [{ what: { reference: 'Observation/b1' } }],
    agent: [{ who: { reference: 'Practitioner/dr' } }],
  },
  { resourceType: 'List', id: 'l', status: 'current', entry: [{ item: { reference: 'Patient/p2' } }] },
];

describe('search/criteria', () => {
  table(resources, 'Observation', [
    ['[R76] chain', 'subject.name=chalm', 'b1'],
    ['[R76] typed chain', 'subject:Patient.name=wind', 'b2'],
    ['[R76] chain with modifier', 'subject:Patient.name:exact=Chalmers', 'b1'],
    ['[R76] two levels', 'patient.organization.name=good', 'b1'],
    ['[R76] three levels', 'patient.organization.partof.name=hold', 'b1'],
    ['[R76] or', 'patient.name=chalm,wind', 'b1', 'b2'],
    ['[R76] over a tag', 'patient._tag=urn:t|demo', 'b1'],
    ['[R76] over an id', 'patient._id=p2', 'b2'],
    ['[R76] over a birth date', 'patient.birthdate=lt1975', 'b1'],
    ['[R76] not inside a chain', 'patient.gender:not=male', 'b2'],
    ['[R76] missing inside a chain', 'patient.gender:missing=true', 'b2'],
    ['[R76] reverse chain of another', '_has:AuditEvent:entity:date=2026-01-01', 'b1'],
    ['[R76] chain and reverse chain', 'patient._has:List:item:status=current', 'b2'],
    ['[R70] and of chains', 'patient.name=chalm&patient.organization.name=hold'],
  ]);

  table(resources, 'Patient', [
    ['[R76] reverse chain', '_has:Observation:patient:code=1234', 'p1'],
    [
      '[R76] two levels of reverse chain',
      '_has:Observation:patient:_has:AuditEvent:entity:agent=Practitioner/dr',
      'p1',
    ],
    ['[R76] reverse chain over an id', '_has:Observation:subject:_id=b2', 'p2'],
    ['[R76] reverse chain with a chain', '_has:Observation:patient:patient.name=wind', 'p2'],
    ['[R76] reverse chain with not', '_has:Observation:patient:code:not=9', 'p1'],
    ['[R71] ids', '_id=p2,p1,p2', 'p1', 'p2'],
    ['[R71] not this id', '_id:not=p1', 'p2'],
    ['[R71] an id that is not there', '_id=p9'],
    ['[R71] members of a list', '_list=l', 'p2'],
    ['[R100] either order', 'birthdate=1974-12-25&name=chal', 'p1'],
    ['[R100] or the other', 'name=chal&birthdate=1974-12-25', 'p1'],
    ['[R71] filter: or', '_filter=birthdate lt 1975 or family sw "wind"', 'p1', 'p2'],
    ['[R71] filter: from left to right', '_filter=gender eq male and birthdate gt 1990 or _id eq p2', 'p2'],
    ['[R71] filter: or does not wait for and', '_filter=_id eq p2 or gender eq male and birthdate gt 1990'],
    ['[R71] filter: parentheses', '_filter=gender eq male and (birthdate gt 1990 or _id eq p2)'],
    ['[R71] filter: not', '_filter=not (gender eq male)', 'p2'],
    ['[R71] filter: present', '_filter=gender pr true', 'p1'],
    ['[R71] filter: contains', '_filter=family co "alm"', 'p1'],
    ['[R71] filter: unequal', '_filter=family ne Chalmers', 'p2'],
    ['[R71] filter: comma has no meaning', '_filter=family eq "Chalmers,Windsor"'],
    ['[R71] filter: chain', '_filter=organization.name co "heal"', 'p1'],
  ]);

  it('[F08] [R65] filters that make no sense are refused', () => {
    for (const filter of [
      'gender',
      'gender eq',
      '(gender eq male',
      'gender eq male)',
      'gender eq male male',
      'family eq "x',
      'and',
      'gender eq male and',
    ]) {
      refused('Patient', `_filter=${filter}`, 'invalid', 'value');
    }
    refused('Patient', '_filter=gender zz male', 'invalid', 'not-supported');
    refused('Patient', '_filter=gender constructor male', 'invalid', 'not-supported');
    refused('Patient', '_filter=nothing eq male', 'invalid', 'not-supported');
    refused('Patient', '_filter=_filter eq male', 'invalid', 'not-supported');
    refused('Patient', `_filter=${'('.repeat(50)}gender eq male${')'.repeat(50)}`, 'too-costly');
    refused('Patient', `_filter=${'not '.repeat(50)}gender eq male`, 'too-costly');
  });

  it('[B29] [B30] what no type has is not understood', () => {
    const names = [
      'pateint',
      'name[$ne]',
      'patient[]',
      '__proto__',
      'constructor',
      'toString',
      '$where',
      'name:',
      'name:exact:exact',
    ];
    const chains = [
      'name.x',
      'organization.',
      'organization:Patient.name',
      'organization.nothing',
      '.name',
      '_has',
      '_has:',
      '_has:Observation:code:x',
    ];
    for (const name of [
      ...names,
      ...chains,
      '_has:Observation:patient:',
      '_has:Observation:patient:nothing',
      '_has:Nothing:patient:code',
    ]) {
      refused('Patient', `${encodeURIComponent(name)}=1`, 'invalid', 'not-supported');
    }
    refused('Patient', '_has:Observation:encounter:code=1', 'invalid', 'not-supported');
  });

  it('[F11] chains are bounded', () => {
    const long = (steps: number) => `${'partof.'.repeat(steps)}name=x`;
    assert.doesNotThrow(() => parse('Organization', long(5)));
    refused('Organization', long(6), 'too-costly');
    refused('Patient', `${'_has:Observation:patient:'.repeat(6)}code=1`);
    refused('Provenance', 'target._id=x', 'too-costly');
    assert.doesNotThrow(() => parse('Provenance', 'target:Patient.name=x'));
  });

  it('[R87] named queries are not supported', () => {
    refused('Patient', '_query=x', 'invalid', 'not-supported');
  });

  it('[B32] ids that cannot be are refused', () => {
    for (const id of ['..', '../x', 'a/b', 'a'.repeat(65), 'é', 'a b']) {
      if (id !== '..') refused('Patient', `_id=${encodeURIComponent(id)}`, 'invalid', 'value');
    }
  });

  it('patient becomes one posting: searches are driven by it', () => {
    const { of } = parse('Observation', 'patient=p1');
    assert.deepEqual(of, [{ type: 'Observation', where: { kind: 'posting', key: 'Observation|patient|Patient/p1' } }]);
  });

  it('parameters that are not declared do not exist, in chains neither', () => {
    const declared = (type: string, code: string) => type === 'Observation' && code === 'patient';
    const criteria = new Criteria({ registry, now: 0, localBases: [], declared });
    assert.doesNotThrow(() => criteria.compile('Observation', 'patient', 'p1'));
    assert.throws(() => criteria.compile('Observation', 'code', 'x'), { kind: 'invalid' });
    assert.throws(() => criteria.compile('Observation', 'patient.name', 'x'), { kind: 'invalid' });
    assert.throws(() => criteria.compile('Patient', '_has:Observation:patient:code', 'x'), { kind: 'invalid' });
  });

  it('entries of every resource begin with its type', () => {
    for (const resource of resources) {
      const { index } = subjectOf(resource);
      const keys = [...index.postings, ...index.ranges.map(one => one.key), ...index.strings.map(one => one.key)];
      for (const key of keys)
        assert.ok(key === resource.resourceType || key.startsWith(`${resource.resourceType}|`), key);
      assert.equal(new Set(index.postings).size, index.postings.length);
    }
  });
});
