/** _include and _revinclude over HTTP. https://hl7.org/fhir/R4/search.html#include */
import assert from 'node:assert/strict';
import { eachCustomer, refuses, resource } from './customer.js';

const reference = (to: string) => ({ reference: to });
const observation = (id: string, more: object) =>
  resource('Observation', id, { status: 'final', code: { text: 'x' }, ...more });
const request = (id: string, more: object) =>
  resource('MedicationRequest', id, { status: 'active', intent: 'order', subject: reference('Patient/amy'), ...more });
const organization = (id: string, partOf?: string) =>
  resource('Organization', id, { name: id, ...(partOf ? { partOf: reference(`Organization/${partOf}`) } : {}) });
const location = (id: string, partOf: string) =>
  resource('Location', id, { name: id, partOf: reference(`Location/${partOf}`) });

const resources = [
  resource('Patient', 'amy', {
    generalPractitioner: [reference('Practitioner/doc'), reference('Organization/ward')],
    managingOrganization: reference('Organization/ward'),
  }),
  resource('Patient', 'ben', { managingOrganization: reference('Organization/absent') }),
  resource('Practitioner', 'doc'),
  organization('ward', 'house'),
  organization('house', 'group'),
  organization('group'),
  location('ring1', 'ring2'),
  location('ring2', 'ring1'),
  location('self', 'self'),
  observation('first', {
    subject: reference('Patient/amy'),
    performer: [reference('Practitioner/doc'), reference('Organization/ward')],
  }),
  observation('second', { subject: reference('Patient/amy'), derivedFrom: [reference('Observation/first')] }),
  observation('third', { subject: reference('Patient/ben'), hasMember: [reference('Observation/second')] }),
  resource('Medication', 'pill'),
  request('by-reference', { medicationReference: reference('Medication/pill') }),
  request('contained', {
    contained: [{ resourceType: 'Medication', id: 'm', manufacturer: reference('Organization/house') }],
    medicationReference: reference('#m'),
  }),
  request('by-code', { medicationCodeableConcept: { text: 'water' } }),
  resource('Provenance', 'prov', {
    target: [reference('MedicationRequest/by-reference'), reference('Observation/first/_history/1')],
    recorded: '2020-01-01T00:00:00Z',
    agent: [{ who: reference('Practitioner/doc') }],
  }),
];

type Line = readonly [title: string, query: string, ids: readonly string[], included: readonly string[]];

describe('includes', () => {
  eachCustomer(resources, customer => {
    const lines = (id: string, all: readonly Line[]): void => {
      for (const [title, query, ids, included] of all) {
        it(`[${id}] ${title}: ${query}`, async () => {
          const found = await customer().search(query);
          assert.deepEqual(found.ids.sort(), [...ids].sort());
          assert.deepEqual(found.included, [...included].sort());
          assert.equal(found.total, ids.length);
        });
      }
    };
    lines('R72', [
      [
        'the medication, unless contained',
        'MedicationRequest?patient=amy&_include=MedicationRequest:medication',
        ['by-reference', 'by-code', 'contained'],
        ['Medication/pill'],
      ],
      [
        'nothing to include',
        'MedicationRequest?_id=contained&_include=MedicationRequest:medication',
        ['contained'],
        [],
      ],
    ]);
    lines('R73', [
      [
        'provenance',
        'MedicationRequest?_id=by-reference&_revinclude=Provenance:target',
        ['by-reference'],
        ['Provenance/prov'],
      ],
      [
        'provenance of a version',
        'Observation?_id=first&_revinclude=Provenance:target',
        ['first'],
        ['Provenance/prov'],
      ],
      ['no provenance', 'Observation?_id=second&_revinclude=Provenance:target', ['second'], []],
    ]);
    lines('R74', [
      ['a reference', 'Observation?_id=first&_include=Observation:subject', ['first'], ['Patient/amy']],
      ['each once', 'Observation?subject=amy&_include=Observation:subject', ['first', 'second'], ['Patient/amy']],
      [
        'any of several types',
        'Observation?_id=first&_include=Observation:performer',
        ['first'],
        ['Organization/ward', 'Practitioner/doc'],
      ],
      [
        'one of several types',
        'Observation?_id=first&_include=Observation:performer:Practitioner',
        ['first'],
        ['Practitioner/doc'],
      ],
      [
        'several includes',
        'Observation?_id=first&_include=Observation:subject&_include=Observation:performer:Organization',
        ['first'],
        ['Organization/ward', 'Patient/amy'],
      ],
      [
        'a wildcard',
        'Observation?_id=first&_include=*',
        ['first'],
        ['Organization/ward', 'Patient/amy', 'Practitioner/doc'],
      ],
      [
        'a wildcard of a type',
        'Observation?_id=first&_include=Observation:*',
        ['first'],
        ['Organization/ward', 'Patient/amy', 'Practitioner/doc'],
      ],
      [
        'of what is included only with :iterate',
        'Observation?_id=first&_include=Observation:subject&_include=Patient:organization',
        ['first'],
        ['Patient/amy'],
      ],
      [
        'iterated',
        'Observation?_id=first&_include=Observation:subject&_include:iterate=Patient:organization',
        ['first'],
        ['Organization/ward', 'Patient/amy'],
      ],
      [
        'iterated to the end',
        'Observation?_id=first&_include=Observation:subject&_include:iterate=Patient:organization&_include:iterate=Organization:partof',
        ['first'],
        ['Organization/group', 'Organization/house', 'Organization/ward', 'Patient/amy'],
      ],
      [
        'recursively',
        'Organization?_id=ward&_include:iterate=Organization:partof',
        ['ward'],
        ['Organization/group', 'Organization/house'],
      ],
      ['not recursively', 'Organization?_id=ward&_include=Organization:partof', ['ward'], ['Organization/house']],
      ['a circle', 'Location?_id=ring1&_include:iterate=Location:partof', ['ring1'], ['Location/ring2']],
      ['by its earlier name', 'Location?_id=ring1&_include:recurse=Location:partof', ['ring1'], ['Location/ring2']],
      ['itself', 'Location?_id=self&_include:iterate=Location:partof', ['self'], []],
      [
        'a match is no include',
        'Observation?_id=first,second&_include=Observation:derived-from',
        ['first', 'second'],
        [],
      ],
      [
        'of what is contained, iterated',
        'MedicationRequest?_id=contained&_include=MedicationRequest:medication&_include:iterate=Medication:manufacturer',
        ['contained'],
        ['Organization/house'],
      ],
      [
        'of what is contained only with :iterate',
        'MedicationRequest?_id=contained&_include=MedicationRequest:medication&_include=Medication:manufacturer',
        ['contained'],
        [],
      ],
      ['what is not there', 'Patient?_id=ben&_include=Patient:organization', ['ben'], []],
      ['another type as source', 'Patient?_id=amy&_include=Observation:subject', ['amy'], []],
    ]);
    lines('R75', [
      [
        'what refers to it',
        'Patient?_id=amy&_revinclude=Observation:subject',
        ['amy'],
        ['Observation/first', 'Observation/second'],
      ],
      [
        'by two parameters',
        'Patient?_id=amy&_revinclude=Observation:subject&_revinclude=MedicationRequest:patient',
        ['amy'],
        [
          'MedicationRequest/by-code',
          'MedicationRequest/by-reference',
          'MedicationRequest/contained',
          'Observation/first',
          'Observation/second',
        ],
      ],
      [
        'to a type',
        'Practitioner?_id=doc&_revinclude=Observation:performer:Practitioner',
        ['doc'],
        ['Observation/first'],
      ],
      ['to another type', 'Practitioner?_id=doc&_revinclude=Observation:performer:Organization', ['doc'], []],
      [
        'iterated',
        'Observation?_id=first&_revinclude:iterate=Observation:derived-from&_revinclude:iterate=Observation:has-member',
        ['first'],
        ['Observation/second', 'Observation/third'],
      ],
      [
        'there and back',
        'Practitioner?_id=doc&_revinclude=Observation:performer&_include:iterate=Observation:subject',
        ['doc'],
        ['Observation/first', 'Patient/amy'],
      ],
      ['anything', 'Medication?_id=pill&_revinclude=*:*', ['pill'], ['MedicationRequest/by-reference']],
      ['of a circle', 'Location?_id=ring1&_revinclude:iterate=Location:partof', ['ring1'], ['Location/ring2']],
    ]);
    refuses(customer, 'R74', [
      ['an unknown parameter', 'Observation?_include=Observation:nothing', 'not-supported'],
      ['a parameter that is no reference', 'Observation?_include=Observation:code', 'not-supported'],
      ['an unknown type', 'Observation?_include=Nothing:subject', 'not-supported'],
      ['a target it does not have', 'Observation?_include=Observation:subject:Encounter', 'not-supported'],
      ['no parameter', 'Observation?_include=Observation', 'value'],
      ['an unknown modifier', 'Observation?_include:again=Observation:subject', 'not-supported'],
    ]);

    it('[R74] with pages and sort, includes belong to their page and do not count', async () => {
      const pages = await customer().pages('Observation?_sort=_id&_count=1&_include=Observation:subject');
      assert.deepEqual(
        pages.map(({ ids }) => ids),
        [['first'], ['second'], ['third']],
      );
      assert.deepEqual(
        pages.map(({ included }) => included),
        [['Patient/amy'], ['Patient/amy'], ['Patient/ben']],
      );
      assert.deepEqual(
        pages.map(({ total }) => total),
        [3, 3, 3],
      );
    });

    it('[R74] does not include what was deleted', async () => {
      await customer().load(resource('Device', 'lost'), observation('of-lost', { device: reference('Device/lost') }));
      const query = 'Observation?_id=of-lost&_include=Observation:device';
      assert.deepEqual((await customer().search(query)).included, ['Device/lost']);
      assert.equal((await customer().call('DELETE', 'Device/lost')).status, 204);
      const { ids, included } = await customer().search(query);
      assert.deepEqual([ids, included], [['of-lost'], []]);
      assert.equal((await customer().call('DELETE', 'Observation/of-lost')).status, 204);
      assert.deepEqual((await customer().search('Patient?_id=amy&_revinclude=Observation:device')).included, []);
    });

    it('[R74] a versioned reference includes that version, beside the current one that another reference names', async () => {
      const device = (status: string) => resource('Device', 'twice', { status });
      await customer().load(device('active'));
      await customer().load(device('inactive'));
      const to = (id: string, version: string) =>
        observation(id, { device: reference(`Device/twice${version && `/_history/${version}`}`) });
      await customer().load(to('to-v1', '1'), to('to-v2', '2'), to('to-v9', '9'), to('to-any', ''));
      const versions = async (ids: string, more = '') => {
        const { bundle } = await customer().search(`Observation?_id=${ids}&_include=Observation:device${more}`);
        const included = bundle.entry?.filter(({ search }) => search?.mode === 'include') ?? [];
        return included.map(({ resource }) => resource?.meta?.versionId).sort();
      };
      assert.deepEqual(await versions('to-v1'), ['1']);
      assert.deepEqual(await versions('to-v1', '&_include:iterate=Device:organization'), ['1']);
      assert.deepEqual(await versions('to-v2'), ['2']);
      assert.deepEqual(await versions('to-v9'), []);
      assert.deepEqual(await versions('to-v1,to-v2,to-any'), ['1', '2']);
      const { included } = await customer().search('Device?_id=twice&_revinclude=Observation:device');
      assert.deepEqual(
        included,
        ['to-any', 'to-v1', 'to-v2', 'to-v9'].map(id => `Observation/${id}`),
      );
      assert.equal((await customer().call('DELETE', 'Observation/to-v9')).status, 204);
    });

    it('[R74] [R23] nothing is included with _summary=text', async () => {
      for (const include of ['_include=Observation:subject', '_revinclude=Provenance:target'])
        await customer().refused(`Observation?${include}&_summary=text`, 400, 'value');
    });

    it('[R74] summaries apply to included resources too; a count includes nothing', async () => {
      const { bundle } = await customer().search('Observation?_id=first&_include=Observation:subject&_summary=true');
      assert.ok(bundle.entry?.every(({ resource }) => resource?.meta?.tag?.[0]?.code === 'SUBSETTED'));
      const { bundle: count } = await customer().search('Observation?_include=Observation:subject&_summary=count');
      assert.equal(count.entry, undefined);
    });

    it('[R74] _elements does not apply to what is included', async () => {
      const { bundle } = await customer().search('Observation?_id=first&_include=Observation:subject&_elements=status');
      const subset = bundle.entry?.map(({ resource }) => resource?.meta?.tag?.[0]?.code === 'SUBSETTED');
      assert.deepEqual(subset, [true, false]);
    });
  });
});

describe('includes beyond the limit', () => {
  eachCustomer(
    resources,
    customer => {
      it('[R74] [F11] are left out with a warning', async () => {
        const { included, warnings } = await customer().search('Patient?_id=amy&_revinclude=*:*');
        assert.equal(included.length, 2);
        assert.deepEqual(
          warnings.map(({ severity, code }) => [severity, code]),
          [['warning', 'too-costly']],
        );
      });

      it('[R74] [F11] past versions too', async () => {
        const device = resource('Device', 'often');
        for (let at = 0; at < 4; at++) await customer().load({ ...device, lotNumber: `lot ${at}` });
        const target = [1, 2, 3].map(version => reference(`Device/often/_history/${version}`));
        const agent = [{ who: reference('Practitioner/doc') }];
        await customer().load(resource('Provenance', 'versions', { target, recorded: '2020-01-01T00:00:00Z', agent }));
        const { included, warnings } = await customer().search('Provenance?_id=versions&_include=Provenance:target');
        assert.deepEqual(included, ['Device/often', 'Device/often']);
        assert.equal(warnings[0]?.code, 'too-costly');
      });
    },
    { env: { PORTICO_MAX_INCLUDES: '2' } },
  );
});
