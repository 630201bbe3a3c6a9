/** Chains and reverse chains over HTTP. https://hl7.org/fhir/R4/search.html#chaining */
import assert from 'node:assert/strict';
import { eachCustomer, finds, refuses, resource } from './customer.js';

const reference = (to: string) => ({ reference: to });
const observation = (id: string, subject: string, code: string, more: object = {}) =>
  resource('Observation', id, { status: 'final', code: { coding: [{ code }] }, subject: reference(subject), ...more });
const patient = (id: string, family: string, more: object = {}) =>
  resource('Patient', id, { name: [{ family }], ...more });

const resources = [
  resource('Organization', 'north', { name: 'North', partOf: reference('Organization/root') }),
  resource('Organization', 'south', { name: 'South', meta: { tag: [{ code: 'blue' }] } }),
  resource('Organization', 'root', { name: 'Root' }),
  resource('Practitioner', 'doc', { name: [{ family: 'Amber' }] }),
  patient('amber', 'Amber', {
    managingOrganization: reference('Organization/north'),
    birthDate: '1980-01-01',
    generalPractitioner: [reference('Practitioner/doc')],
  }),
  patient('birch', 'Birch', {
    managingOrganization: reference('Organization/south'),
    meta: { tag: [{ code: 'red' }] },
    birthDate: '2010-01-01',
  }),
  patient('cedar', 'Cedar'),
  resource('Group', 'group', { type: 'person', actual: true, identifier: [{ value: 'G' }] }),
  observation('a1', 'Patient/amber', 'x', { performer: [reference('Practitioner/doc')] }),
  observation('a2', 'Patient/amber', 'y'),
  observation('b1', 'Patient/birch', 'x'),
  observation('g1', 'Group/group', 'x'),
  observation('lost', 'Patient/absent', 'x'),
  resource('Encounter', 'enc', { status: 'finished', class: { code: 'AMB' }, subject: reference('Patient/amber') }),
  resource('Provenance', 'prov', {
    target: [reference('Observation/a1')],
    recorded: '2020-01-01T00:00:00Z',
    agent: [{ who: reference('Practitioner/doc') }],
    entity: [{ role: 'source', what: reference('Observation/b1') }],
  }),
  resource('MedicationRequest', 'mixed', {
    ...{ status: 'active', intent: 'order', subject: reference('Patient/amber') },
    medicationReference: reference('#pill'),
    requester: reference('#asker'),
    supportingInformation: [reference('#loose')],
    contained: [
      {
        ...{ resourceType: 'Medication', id: 'pill', code: { coding: [{ code: 'mix' }] }, status: 'active' },
        ...{ batch: { lotNumber: 'L1', expirationDate: '2030-05-05' }, manufacturer: reference('#maker') },
      },
      { resourceType: 'Organization', id: 'maker', name: 'Maker', partOf: reference('Organization/north') },
      { resourceType: 'Practitioner', id: 'asker', name: [{ family: 'Van Asker' }] },
      { resourceType: 'Medication', id: 'loose', code: { coding: [{ code: 'loose' }] } },
    ],
  }),
  resource('MedicationRequest', 'plain', {
    ...{ status: 'active', intent: 'order', subject: reference('Patient/birch') },
    medicationReference: reference('Medication/tablet'),
  }),
  resource('Medication', 'tablet', { code: { coding: [{ code: 'tab' }] }, status: 'active' }),
  resource('Flag', 'circle', {
    ...{ status: 'active', code: { text: 'c' }, subject: reference('#one') },
    contained: [
      {
        resourceType: 'Patient',
        id: 'one',
        name: [{ family: 'Ring' }],
        link: [{ other: reference('#two'), type: 'seealso' }],
      },
      { resourceType: 'Patient', id: 'two', gender: 'male', link: [{ other: reference('#one'), type: 'seealso' }] },
    ],
  }),
  resource('Observation', 'panel', { status: 'final', code: { text: 'p' }, hasMember: [reference('Observation/a1')] }),
];

describe('chains', () => {
  eachCustomer(resources, customer => {
    finds(customer, 'R76', [
      ['one step with its type', 'Observation?subject:Patient.family=amber', 'a1', 'a2'],
      ['one step, of a parameter that has one target', 'Observation?patient.family=amber', 'a1', 'a2'],
      ['one step, the type left open', 'Observation?subject.name=birch', 'b1'],
      ['another target type', 'Observation?subject:Group.identifier=G', 'g1'],
      ['a chain asks for that type alone', 'Observation?subject:Group.identifier=amber'],
      ['two steps', 'Observation?subject:Patient.organization.name=north', 'a1', 'a2'],
      ['two steps, the last of another', 'Observation?patient.organization.name=south', 'b1'],
      ['three steps', 'Observation?subject:Patient.organization.partof.name=root', 'a1', 'a2'],
      ['three steps that lead nowhere', 'Observation?subject:Patient.organization.partof.name=south'],
      ['either value', 'Observation?subject:Patient.family=amber,birch', 'a1', 'a2', 'b1'],
      ['a tag', 'Observation?subject:Patient._tag=red', 'b1'],
      ['a tag of what it leads to', 'Observation?patient.organization._tag=blue', 'b1'],
      ['a date', 'Observation?patient.birthdate=lt2000', 'a1', 'a2'],
      ['an id', 'Observation?subject:Patient._id=birch', 'b1'],
      ['a type', 'Observation?subject:Group._type=Group', 'g1'],
      ['a type, the chain left open', 'Observation?subject._type=Patient,Practitioner', 'a1', 'a2', 'b1'],
      ['another type', 'Observation?subject:Patient._type=Group'],
      ['what is of a type', 'Observation?patient._has:Encounter:patient:_type=Encounter', 'a1', 'a2'],
      ['what refers to it, of a type', 'Patient?_has:Observation:patient:_type=Observation', 'amber', 'birch'],
      ['what refers to it, of another type', 'Patient?_has:Observation:patient:_type=Encounter'],
      ['a modifier at the end', 'Observation?subject:Patient.family:exact=Amber', 'a1', 'a2'],
      ['a modifier at the end, in vain', 'Observation?subject:Patient.family:exact=amber'],
      ['missing at the end', 'Observation?subject:Patient.organization:missing=false', 'a1', 'a2', 'b1'],
      ['not at the end', 'Observation?subject:Patient._tag:not=red', 'a1', 'a2'],
      ['not: some target that is not it', 'Observation?subject:Patient._id:not=amber', 'b1'],
      ['the end of several types', 'Observation?performer.name=amber', 'a1'],
      ['two chains', 'Observation?patient.family=amber&performer:Practitioner.name=amber', 'a1'],
      ['a chain and more', 'Observation?patient.family=amber&code=y', 'a2'],
      ['what refers to it', 'Patient?_has:Observation:subject:code=x', 'amber', 'birch'],
      ['by another parameter', 'Patient?_has:Observation:patient:code=y', 'amber'],
      ['either code', 'Patient?_has:Observation:patient:code=y,z', 'amber'],
      [
        'both, of different resources',
        'Patient?_has:Observation:patient:code=x&_has:Observation:patient:code=y',
        'amber',
      ],
      ['by id', 'Patient?_has:Observation:patient:_id=b1', 'birch'],
      ['by tag', 'Organization?_has:Patient:organization:_tag=red', 'south'],
      ['two levels', 'Organization?_has:Patient:organization:_has:Observation:patient:code=y', 'north'],
      ['then a chain', 'Practitioner?_has:Observation:performer:patient.family=amber', 'doc'],
      ['behind a chain', 'Observation?patient._has:Encounter:patient:status=finished', 'a1', 'a2'],
      ['to the own type', 'Observation?_has:Observation:has-member:status=final', 'a1'],
      ['with a modifier', 'Patient?_has:Observation:patient:code:not=x', 'amber'],
      ['a reference to any type', 'Observation?_has:Provenance:entity:agent=Practitioner/doc', 'b1'],
      ['and more', 'Patient?_has:Observation:patient:code=x&birthdate=gt2000', 'birch'],
      ['of different types', 'Patient?_has:Encounter:patient:status=finished&_has:Observation:patient:code=y', 'amber'],
    ]);
    finds(customer, 'R76', [
      ['into what is contained: a code', 'MedicationRequest?medication.code=mix', 'mixed'],
      ['its type named', 'MedicationRequest?medication:Medication.code=mix', 'mixed'],
      ['contained and not', 'MedicationRequest?medication.code=mix,tab', 'mixed', 'plain'],
      ['and by what both have', 'MedicationRequest?medication.status=active', 'mixed', 'plain'],
      ['of one type alone', 'MedicationRequest?requester:Organization.name=Maker'],
      ['a text', 'MedicationRequest?requester:Practitioner.family=asker', 'mixed'],
      ['a date', 'MedicationRequest?medication.expiration-date=2030', 'mixed'],
      ['a date in vain', 'MedicationRequest?medication.expiration-date=2031'],
      ['a type', 'MedicationRequest?medication:Medication._type=Medication', 'mixed', 'plain'],
      ['missing', 'MedicationRequest?medication.lot-number:missing=true', 'plain'],
      ['not', 'MedicationRequest?medication.code:not=tab', 'mixed'],
      ['its id there', 'MedicationRequest?medication._id=pill', 'mixed'],
      ['from one to another', 'MedicationRequest?medication.manufacturer.name=maker', 'mixed'],
      ['and out again', 'MedicationRequest?medication.manufacturer.partof.name=north', 'mixed'],
      ['and out again, in vain', 'MedicationRequest?medication.manufacturer.partof.name=south'],
      ['not what the reference does not name', 'MedicationRequest?medication.code=loose'],
      ['behind what refers', 'Patient?_has:MedicationRequest:patient:medication.code=mix', 'amber'],
      ['of a patient', 'Flag?patient.family=ring', 'circle'],
      ['round a circle', 'Flag?subject:Patient.link:Patient.gender=male', 'circle'],
      ['in a filter', 'MedicationRequest?_filter=medication.code%20eq%20mix', 'mixed'],
      ['no entry of the container itself', 'Flag?subject=Patient/one'],
      ['no search of what is contained', 'Patient?family=ring'],
    ]);
    refuses(customer, 'R76', [
      ['a chain over something else', 'Observation?code.name=x', 'not-supported'],
      ['a type it does not lead to', 'Observation?subject:Encounter.status=x', 'not-supported'],
      ['an unknown end', 'Observation?subject:Patient.nothing=x', 'not-supported'],
      ['an unknown end of any type', 'Observation?subject.nothing=x', 'not-supported'],
      ['a type with a modifier', 'Observation?patient._type:not=Patient', 'not-supported'],
      ['an end that is empty', 'Observation?subject:Patient.=x', 'not-supported'],
      ['half a _has', 'Patient?_has:Observation:patient=x', 'not-supported'],
      ['a _has by something else', 'Patient?_has:Observation:code:status=x', 'not-supported'],
      ['a _has of an unknown type', 'Patient?_has:Nothing:patient:code=x', 'not-supported'],
      ['a _has that leads elsewhere', 'Organization?_has:Observation:patient:code=x', 'not-supported'],
      ['six steps', `Organization?${'partof.'.repeat(6)}name=x`, 'too-costly'],
      ['six reverse steps', `Observation?${'_has:Observation:has-member:'.repeat(6)}status=x`, 'too-costly'],
      ['a chain over any type', 'Provenance?entity._tag=x', 'too-costly'],
    ]);

    it('[R76] a chain forgets what is contained no longer', async () => {
      const request = (code: string) =>
        resource('MedicationRequest', 'changing', {
          ...{
            status: 'active',
            intent: 'order',
            subject: reference('Patient/cedar'),
            medicationReference: reference('#m'),
          },
          contained: [{ resourceType: 'Medication', id: 'm', code: { coding: [{ code }] } }],
        });
      await customer().load(request('before'));
      assert.deepEqual(await customer().ids('MedicationRequest?medication.code=before'), ['changing']);
      await customer().load(request('behind'));
      assert.deepEqual(await customer().ids('MedicationRequest?medication.code=before'), []);
      assert.deepEqual(await customer().ids('MedicationRequest?medication.code=behind'), ['changing']);
      assert.equal((await customer().call('DELETE', 'MedicationRequest/changing')).status, 204);
      assert.deepEqual(await customer().ids('MedicationRequest?medication.code=behind'), []);
    });

    it('[R76] chains end where a target was deleted', async () => {
      await customer().load(patient('elm', 'Elm'), observation('e1', 'Patient/elm', 'elm'));
      assert.deepEqual(await customer().ids('Observation?patient.family=elm'), ['e1']);
      assert.deepEqual(await customer().ids('Patient?_has:Observation:patient:code=elm'), ['elm']);
      assert.equal((await customer().call('DELETE', 'Observation/e1')).status, 204);
      assert.deepEqual(await customer().ids('Patient?_has:Observation:patient:code=elm'), []);
      await customer().load(observation('e2', 'Patient/elm', 'elm'));
      assert.equal((await customer().call('DELETE', 'Patient/elm')).status, 204);
      assert.deepEqual(await customer().ids('Observation?patient.family=elm'), []);
    });
  });
});
