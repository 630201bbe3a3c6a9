/** The age of a child narrows what parents may do, by settings, at the request after the birthday; a basis limits functions. */
import assert from 'node:assert/strict';
import { DAY, eachPortal, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const OWN = 'https://portico.health/fhir/StructureDefinition';
const role = (code: string) => [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }] }];

async function make(journey: Journey, body: { resourceType: string; [name: string]: unknown }): Promise<string> {
  const answer = await journey.expect(201, system, 'POST', body.resourceType, body);
  return `${body.resourceType}/${String(answer.body.id)}`;
}

/** Somebody who acts for the patient by this relation. */
async function acting(journey: Journey, patient: string, relation: object): Promise<{ who: Caller; relation: string }> {
  const reference = await make(journey, {
    ...{ resourceType: 'RelatedPerson', active: true, patient: { reference: patient } },
    ...relation,
  });
  const link = [{ target: { reference } }];
  const person = await make(journey, { resourceType: 'Person', active: true, link });
  return { who: `demo-patient as ${person}`, relation: reference };
}

/** A patient who is this old after so many days, with one message. */
async function patientOf(journey: Journey, years: number, days = 1): Promise<string> {
  const tomorrow = new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
  const birthDate = `${Number(tomorrow.slice(0, 4)) - years}${tomorrow.slice(4)}`;
  const name = [{ family: 'Young', given: ['One'] }];
  const patient = await make(journey, { resourceType: 'Patient', active: true, birthDate, name });
  await make(journey, {
    ...{ resourceType: 'Communication', status: 'completed', subject: { reference: patient } },
    ...{ sender: { reference: 'Organization/demo-clinical-group' }, payload: [{ contentString: 'x' }] },
  });
  return patient;
}

/** Parents of the portal act in fewer functions from 12 years on. */
async function narrow(journey: Journey): Promise<void> {
  const path = 'Basic/portal-configuration';
  const { body } = await journey.expect(200, system, 'GET', path);
  const set = [
    { url: 'adolescent-age', valueInteger: 12 },
    { url: 'adolescent-function', valueCode: 'appointments' },
  ];
  const extension = [{ url: `${OWN}/portal-settings`, extension: set }];
  await journey.expect(200, system, 'PUT', path, { ...body, extension }, { 'if-match': `W/"${body.meta!.versionId}"` });
}

const messagesSeenBy = async (journey: Journey, who: Caller, patient: string): Promise<unknown> =>
  (await journey.expect(200, who, 'GET', `Communication?subject=${patient}&_summary=count`)).body['total'];

describe('the age of a child', () => {
  eachPortal(journey => {
    it('[D08] narrows what parents may do at the request after the birthday, and nothing of other relations', async () => {
      await narrow(journey());
      const patient = await patientOf(journey(), 12);
      const mother = await acting(journey(), patient, { relationship: role('MTH') });
      const guardian = await acting(journey(), patient, {
        extension: [{ url: `${OWN}/proxy-basis`, valueCode: 'legal-guardian' }],
      });
      const nurse = await acting(journey(), patient, {
        extension: [{ url: `${OWN}/proxy-basis`, valueCode: 'long-term-incapacity' }],
      });
      const seen = () =>
        Promise.all([mother, guardian, nurse].map(({ who }) => messagesSeenBy(journey(), who, patient)));
      assert.deepEqual(await seen(), [1, 1, 1]);
      journey().pass(DAY);
      assert.deepEqual(await seen(), [0, 0, 1]);
      for (const { who } of [mother, guardian]) await journey().expect(200, who, 'GET', patient);
    });

    it('[PC-5] a basis limits the functions of a relation, and its change binds the next request', async () => {
      const patient = await patientOf(journey(), 40);
      const basis = (valueCode: string) => [{ url: `${OWN}/proxy-basis`, valueCode }];
      const { who, relation } = await acting(journey(), patient, { extension: basis('convenience') });
      assert.equal(await messagesSeenBy(journey(), who, patient), 1);
      const { body } = await journey().expect(200, system, 'GET', relation);
      const narrowed = [...basis('convenience'), { url: `${OWN}/proxy-function`, valueCode: 'pay' }];
      await journey().expect(200, system, 'PUT', relation, { ...body, extension: narrowed });
      assert.equal(await messagesSeenBy(journey(), who, patient), 0);
    });

    it('[D16] the death of the patient ends what others may do at the next request', async () => {
      const patient = await patientOf(journey(), 40);
      const { who } = await acting(journey(), patient, {});
      await journey().expect(200, who, 'GET', patient);
      const { body } = await journey().expect(200, system, 'GET', patient);
      await journey().expect(200, system, 'PUT', patient, { ...body, deceasedBoolean: true });
      assert.equal((await journey().call(who, 'GET', patient)).status, 404);
    });
  });
});
