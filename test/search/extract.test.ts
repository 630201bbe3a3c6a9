/** Index entries. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject, Resource } from '../../src/fhir/resource.js';
import { extract } from '../../src/search/extract.js';
import { before } from '../../src/search/types/decimal.js';
import { localBases, registry, searchParameters } from './searching.js';
import { defined } from '../../src/fhir/defined.js';

const options = { localBases, updated: 42 };
const mainOf = (resource: object) => extract(resource as never, registry, options).main;

describe('search/extract', () => {
  it('gives the type, each value and its presence', () => {
    const { postings, strings, ranges } = extract(
      { resourceType: 'Patient', id: '1', gender: 'male', birthDate: '2000-01-01' },
      registry,
      options,
    );
    const own = postings.filter(posting => posting.startsWith('Patient|gender'));
    assert.deepEqual(own, [
      'Patient|gender|=male',
      'Patient|gender||male',
      'Patient|gender|http://hl7.org/fhir/administrative-gender|male',
      'Patient|gender|http://hl7.org/fhir/administrative-gender|',
      'Patient|gender!',
    ]);
    assert.ok(postings.includes('Patient'));
    assert.deepEqual(strings, []);
    assert.deepEqual(ranges, [
      { key: 'Patient|birthdate', lo: Date.UTC(2000, 0, 1), hi: before(Date.UTC(2000, 0, 2)) },
    ]);
  });

  it('[F07] takes the codes of a large terminology, of other resources not as many values', () => {
    const concept = Array.from({ length: 20_000 }, (_, at) => ({ code: `c${at}`, display: `Number ${at}` }));
    const { postings } = extract({ resourceType: 'CodeSystem', concept }, registry, options);
    assert.ok(postings.includes('CodeSystem|code|=c19999'));
    const name = concept.map(({ code }) => ({ family: code }));
    assert.throws(() => extract({ resourceType: 'Patient', name }, registry, options), { kind: 'too-costly' });
  });

  it('makes the words of the content only where they are served', () => {
    const patient = { resourceType: 'Patient', id: '1', name: [{ family: 'Whitfield' }] };
    const words = (serves?: (code: string) => boolean): string[] =>
      extract(patient, registry, { ...options, ...defined({ serves }) }).postings.filter(posting =>
        posting.startsWith('Patient|_content'),
      );
    assert.ok(words().some(posting => posting.includes('whitfield')));
    assert.deepEqual(
      words(code => code !== '_content'),
      [],
    );
  });

  it('adds the internal postings asked for', () => {
    const { postings } = extract({ resourceType: 'Basic' }, registry, {
      ...options,
      internal: ({ resourceType }) => [`${resourceType}|~own|x`],
    });
    assert.ok(postings.includes('Basic|~own|x'));
  });

  it('[B23] references to contained resources lead to these alone', () => {
    const resource = {
      resourceType: 'Observation',
      id: 'o',
      subject: { reference: '#p' },
      contained: [
        { resourceType: 'Patient', id: 'p', link: [{ other: { reference: '#p' } }, { other: { reference: '#none' } }] },
        { resourceType: 'Patient', id: 'p', gender: 'male' },
        { resourceType: 'Patient', gender: 'male' },
      ],
    };
    const { postings, contained = [] } = extract(resource, registry, options);
    const subjects = postings.filter(posting => posting.startsWith('Observation|subject'));
    assert.deepEqual(subjects, ['Observation|subject>#Patient/Observation/o#p', 'Observation|subject!']);
    assert.deepEqual(contained, [
      {
        ...{ type: '#Patient', id: 'p', json: JSON.stringify(resource.contained[0]) },
        index: {
          postings: [
            ...['#Patient', '#Patient|deceased|=false', '#Patient|deceased||false', '#Patient|deceased!'],
            ...['#Patient|link>#Patient/Observation/o#p', '#Patient|link!', '#Patient|_id|=p'],
          ],
          ...{ ranges: [], strings: [], main: 42 },
        },
      },
    ]);
  });

  it('[R76] [F11] contained resources are so many, and have so many values with their container, at most', () => {
    const patients = (count: number, names: number): JsonObject[] =>
      Array.from({ length: count }, (_, at) => ({
        ...{ resourceType: 'Patient', id: `p${at}`, gender: 'male' },
        name: Array.from({ length: names }, (_, at) => ({ family: `f${at}` })),
      }));
    const observation = (contained: JsonObject[]): Resource => ({ resourceType: 'Observation', id: 'o', contained });
    const { contained } = extract(observation(patients(1000, 0)), registry, options);
    assert.equal(contained?.length, 1000);
    for (const many of [patients(1001, 0), patients(100, 300)])
      assert.throws(() => extract(observation(many), registry, options), { kind: 'too-costly' });
  });

  it('main date: the element of the type, of a period its start, else its end, else the update', () => {
    assert.equal(mainOf({ resourceType: 'Communication', sent: '2020-01-01T00:00:00Z' }), Date.UTC(2020, 0, 1));
    assert.equal(
      mainOf({ resourceType: 'Observation', effectivePeriod: { start: '2021', end: '2022' } }),
      Date.UTC(2021, 0, 1),
    );
    assert.equal(mainOf({ resourceType: 'Encounter', period: { end: '2021' } }), Date.UTC(2022, 0, 1) - 1);
    assert.equal(mainOf({ resourceType: 'Observation', effectiveDateTime: 'soon' }), 42);
    assert.equal(mainOf({ resourceType: 'Communication' }), 42);
    assert.equal(mainOf({ resourceType: 'Nothing' }), 42);
  });

  it('keys of systems cannot be taken for others', () => {
    const postingsOf = (system: string, value: string) =>
      extract({ resourceType: 'Patient', identifier: [{ system, value }] }, registry, options).postings;
    const first = postingsOf('a|b', 'c').filter(one => one.includes('identifier|') && !one.includes('|='));
    const second = postingsOf('a', 'b|c');
    for (const posting of first) assert.ok(!second.includes(posting), posting);
    assert.ok(!postingsOf('=x', 'y').includes('Patient|identifier|=x|y'));
  });

  it('[F04] lone surrogates never reach an entry', () => {
    const text = 'a\ud800b';
    const entries = extract(
      { resourceType: 'Patient', identifier: [{ system: text, value: text }], name: [{ family: text }] },
      registry,
      options,
    );
    for (const posting of entries.postings) assert.ok(posting.isWellFormed());
    for (const { value } of entries.strings) assert.ok(value.isWellFormed());
  });

  it('never fails on any JSON', () => {
    const types = ['Patient', 'Observation', 'Communication', 'Group', 'MolecularSequence', 'Bundle'];
    const names = [
      ...new Set(searchParameters.flatMap(one => String(one['expression'] ?? '').match(/\b[a-z]\w+/g) ?? [])),
    ];
    const shapes = [
      'reference',
      'coding',
      'system',
      'code',
      'value',
      'valueQuantity',
      'low',
      'high',
      'start',
      'end',
      'event',
      'repeat',
      'div',
      'text',
      'unit',
    ];
    const { json } = fc.letrec(tie => ({
      json: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, ...shapes), tie('json'), { maxKeys: 6, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.dictionary(fc.constantFrom(...names, ...shapes), json, { maxKeys: 8, noNullPrototype: true }),
        (resourceType, body) => {
          const { ranges } = extract({ ...body, resourceType }, registry, options);
          for (const { lo, hi } of ranges) assert.ok(!Number.isNaN(lo) && !Number.isNaN(hi));
        },
      ),
      { numRuns: 300, examples: [['Patient', { telecom: [[{}]] }]] },
    );
  });
});
