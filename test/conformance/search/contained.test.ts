/** `_contained` and `_containedType` over HTTP, on every store. https://hl7.org/fhir/R4/search.html#contained */
import assert from 'node:assert/strict';
import type { Resource } from '../../../src/fhir/resource.js';
import { eachCustomer, finds, refuses, resource, type Customer } from './customer.js';

const reference = (to: string) => ({ reference: to });
const coded = (code: string) => ({ code: { coding: [{ system: 'urn:m', code }] } });
const medication = (id: string, code: string, more: object = {}) => ({
  ...{ resourceType: 'Medication', id, ...coded(code), ...more },
});
const request = (id: string, more: object, contained: object[] = []): Resource =>
  resource('MedicationRequest', id, {
    ...{ status: 'active', intent: 'order', subject: reference('Patient/ann'), ...more },
    ...(contained.length > 0 && { contained }),
  });

const resources: Resource[] = [
  resource('Patient', 'ann', { name: [{ family: 'Ash' }] }),
  resource('Organization', 'works', { name: 'Works' }),
  resource('Medication', 'tablet', coded('a')),
  request('two', { medicationReference: reference('#m1'), supportingInformation: [reference('#m2')] }, [
    medication('m1', 'a', { manufacturer: reference('Organization/works'), batch: { lotNumber: 'L1' } }),
    medication('m2', 'b', { manufacturer: reference('#maker'), batch: { lotNumber: 'L2' } }),
    { resourceType: 'Organization', id: 'maker', name: 'Maker', partOf: reference('Organization/works') },
  ]),
  request('both', { medicationReference: reference('#m1'), supportingInformation: [reference('#x')] }, [
    medication('m1', 'a', { amount: { numerator: { value: 1.5 }, denominator: { value: 1 } } }),
    medication('x', 'a'),
  ]),
  request('plain', { medicationReference: reference('Medication/tablet') }),
  resource('DiagnosticReport', 'report', {
    ...{ status: 'final', code: { text: 'r' }, result: [reference('#o')] },
    contained: [
      { resourceType: 'Observation', id: 'o', status: 'final', ...coded('heart'), subject: reference('Patient/ann') },
    ],
  }),
];

const CONTAINED = '_contained=true&_containedType=contained';

/** Of each match `fullUrl`, without the base; sorted. */
const urls = async (customer: Customer, query: string): Promise<string[]> =>
  ((await customer.search(query)).bundle.entry ?? [])
    .filter(({ search }) => search?.mode === 'match')
    .map(({ fullUrl = '' }) => fullUrl.slice(customer.base.length + 1))
    .toSorted();

describe('contained resources', () => {
  eachCustomer(resources, customer => {
    finds(customer, 'R76', [
      ['not by default', 'Medication?code=a', 'tablet'],
      ['not where it is said', 'Medication?code=a&_contained=false&_containedType=contained', 'tablet'],
      ['their containers, each once', 'Medication?code=a&_contained=true', 'both', 'two'],
      ['their containers, as asked', 'Medication?code=b&_contained=true&_containedType=container', 'two'],
      ['containers beside others', 'Medication?code=a&_contained=both', 'both', 'tablet', 'two'],
      ['themselves', `Medication?code=a&${CONTAINED}`, 'm1', 'm1', 'x'],
      [
        'themselves beside others',
        'Medication?code=a&_contained=both&_containedType=contained',
        ...['m1', 'm1', 'tablet', 'x'],
      ],
      ['all of them', `Medication?${CONTAINED}`, 'm1', 'm1', 'm2', 'x'],
      ['all conditions hold of one', `Medication?code=a&lot-number=L2&_contained=true`],
      ['all conditions hold of that one', `Medication?code=b&lot-number=L2&${CONTAINED}`, 'm2'],
      ['by the id in the container', `Medication?_id=x&${CONTAINED}`, 'x'],
      ['by another id', `Medication?_id=tablet&${CONTAINED}`],
      ['not so coded', `Medication?code:not=a&${CONTAINED}`, 'm2'],
      ['without a lot', `Medication?lot-number:missing=true&${CONTAINED}`, 'm1', 'x'],
      ['by time of writing', `Medication?_lastUpdated=lt2000&_contained=true`],
      ['a chain out of it', `Medication?manufacturer.name=works&${CONTAINED}`, 'm1'],
      ['a chain to its sibling', `Medication?manufacturer.name=maker&${CONTAINED}`, 'm2'],
      ['a chain to its sibling and out', `Medication?manufacturer.partof.name=works&${CONTAINED}`, 'm2'],
      ['what refers to it', `Medication?_has:MedicationRequest:medication:intent=order&${CONTAINED}`, 'm1', 'm1'],
      ['the sibling that refers to it', `Organization?_has:Medication:manufacturer:code=b&${CONTAINED}`, 'maker'],
      ['of a patient', `Observation?patient=ann&${CONTAINED}`, 'o'],
      ['of a compartment', `Patient/ann/Observation?code=heart&${CONTAINED}`, 'o'],
      ['in a filter', `Medication?_filter=code%20eq%20b&${CONTAINED}`, 'm2'],
      ['of several types', `?_type=Medication,Observation&code=a,heart&${CONTAINED}`, 'm1', 'm1', 'o', 'x'],
      ['containers of several types', '?_type=Medication,Observation&code=b,heart&_contained=true', 'report', 'two'],
      ['in no container of another type', 'Observation?code=heart&_contained=true', 'report'],
      ['_has begins in them too', 'Patient?_has:Observation:patient:code=heart', 'ann'],
      ['_has begins in them in vain', 'Patient?_has:Observation:patient:code=a'],
      ['a chain by id', 'MedicationRequest?medication._id=m1', 'both', 'two'],
      ['a chain by another id', 'MedicationRequest?medication:Medication._id=m2'],
    ]);
    refuses(customer, 'R76', [
      ['an unknown value', 'Medication?_contained=yes', 'value'],
      ['an unknown value of the type', 'Medication?_contained=true&_containedType=both', 'value'],
      ['no value', 'Medication?_contained=', 'value'],
      ['twice', 'Medication?_contained=true&_contained=both', 'value'],
      ['an order by what containers do not have', 'Medication?_contained=true&_sort=code', 'not-supported'],
      [
        'an order by what only some have',
        'Medication?_contained=both&_containedType=contained&_sort=code',
        'not-supported',
      ],
      ['containers of anything', '?_contained=true&_lastUpdated=gt2000', 'too-costly'],
    ]);

    it('[R76] is a match with the address of its container and its own name there', async () => {
      const { bundle } = await customer().search(`Medication?code=a&_id=m1&${CONTAINED}&_sort=_id`);
      assert.deepEqual(
        (bundle.entry ?? []).map(({ fullUrl, resource, search }) => [fullUrl, resource?.resourceType, search?.mode]),
        ['both', 'two'].map(id => [`${customer().base}/MedicationRequest/${id}#m1`, 'Medication', 'match']),
      );
      const text = JSON.stringify(bundle.entry?.[0]?.resource);
      assert.equal(text, JSON.stringify((resources.find(({ id }) => id === 'both')!['contained'] as object[])[0]));
    });

    it('[R76] [R61] pages and totals count what is given: containers or contained', async () => {
      for (const [query, total] of [
        ['Medication?_contained=true', 2],
        [`Medication?${CONTAINED}`, 4],
        ['Medication?_contained=both', 3],
        ['Medication?_contained=both&_containedType=contained', 5],
      ] as const) {
        const whole = await urls(customer(), query);
        assert.deepEqual([whole.length, new Set(whole).size], [total, total], query);
        const pages = await customer().pages(`${query}&_count=1&_total=accurate`);
        assert.deepEqual([pages.length, pages[0]?.total], [total, total], query);
        assert.equal((await customer().search(`${query}&_summary=count`)).total, total);
        assert.ok(pages[0]?.self.includes('_contained='));
      }
    });

    it('[R76] [R66] contained resources are sorted by their own values', async () => {
      const sorted = async (sort: string) => (await customer().search(`Medication?${CONTAINED}&_sort=${sort}`)).ids;
      assert.deepEqual((await sorted('-code')).slice(0, 1), ['m2']);
      assert.deepEqual((await sorted('lot-number')).slice(0, 2), ['m1', 'm2']);
      assert.deepEqual((await customer().search('Medication?_contained=true&_sort=-_id')).ids, ['two', 'both']);
    });

    it('[R76] [R74] what containers and contained resources refer to is included', async () => {
      const of = async (query: string) => (await customer().search(query)).included;
      assert.deepEqual(await of('Medication?code=b&_contained=true&_include=MedicationRequest:subject'), [
        'Patient/ann',
      ]);
      const include = '_include=Medication:manufacturer';
      assert.deepEqual(await of(`Medication?code=a&${CONTAINED}&${include}`), ['Organization/works']);
    });

    it('[R76] follows the versions of the container, to its deletion', async () => {
      const found = () => urls(customer(), `Medication?code=c1,c2&${CONTAINED}`);
      const changing = (...contained: { id: string }[]) => {
        const [medicationReference, ...supportingInformation] = contained.map(({ id }) => reference(`#${id}`));
        return request('changing', { medicationReference, ...(contained[1] && { supportingInformation }) }, contained);
      };
      const names = (...parts: string[]) => parts.map(part => `MedicationRequest/changing#${part}`);
      await customer().load(changing(medication('m', 'c1'), medication('n', 'c1')));
      assert.deepEqual(await found(), names('m', 'n'));
      await customer().load(changing(medication('m', 'c2'), medication('n', 'other')));
      assert.deepEqual(await found(), names('m'));
      assert.deepEqual(await customer().ids('Medication?code=c1&_contained=both'), []);
      await customer().call('DELETE', 'MedicationRequest/changing');
      assert.deepEqual(await found(), []);
      await customer().load(changing(medication('m', 'c1')));
      assert.deepEqual(await found(), names('m'));
      await customer().call('DELETE', 'MedicationRequest/changing');
    });

    it('[R76] is read by no address of its own', async () => {
      for (const path of ['Medication/m1', 'Medication/MedicationRequest%2Ftwo%23m1', 'MedicationRequest/two%23m1'])
        assert.ok([400, 404].includes((await customer().call('GET', path)).status), path);
    });

    it('[R76] [R71] summaries and elements are of what is given', async () => {
      const { bundle } = await customer().search(`Medication?code=b&${CONTAINED}&_elements=code`);
      const [entry] = bundle.entry ?? [];
      assert.deepEqual(Object.keys(entry?.resource ?? {}).toSorted(), ['code', 'id', 'meta', 'resourceType']);
    });
  });
});
