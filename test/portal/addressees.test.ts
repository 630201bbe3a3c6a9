/** To whom messages may go on the patient's side. */
import assert from 'node:assert/strict';
import type { RelatedPerson } from 'fhir/r4.js';
import { DAY, eachPortal, issue, type Caller, type Journey } from './journey.js';

const dana = { reference: 'Patient/demo-patient' };
const elena = { reference: 'Patient/demo-elena-marchetti' };
const group = { reference: 'Organization/demo-clinical-group' };
const proxyFunction = 'https://portico.health/fhir/StructureDefinition/proxy-function';

const category = [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }] }];

const message = (recipient: object[], more: object = {}): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category,
  subject: dana,
  recipient,
  payload: [{ contentString: 'Hello' }],
  ...more,
});

/** A proxy of Dana's, as the record system files one. */
async function proxy(journey: Journey, change: object = {}): Promise<{ reference: string }> {
  const related = { resourceType: 'RelatedPerson', active: true, patient: dana, ...change };
  const { body } = await journey.expect(201, 'demo-system', 'POST', 'RelatedPerson', related);
  return { reference: `RelatedPerson/${(body as unknown as RelatedPerson).id}` };
}

const withFunctions = (...codes: string[]): object => ({
  extension: codes.map(valueCode => ({ url: proxyFunction, valueCode })),
});

describe('addressees of messages', () => {
  eachPortal(journey => {
    const refused = async (caller: Caller, body: object, at: number): Promise<void> => {
      const before = await journey().expect(200, 'demo-system', 'GET', 'Communication?_summary=count');
      const answer = await journey().expect(422, caller, 'POST', 'Communication', body);
      assert.equal(issue(answer).expression, `Communication.recipient[${at}]`);
      const after = await journey().expect(200, 'demo-system', 'GET', 'Communication?_summary=count');
      assert.equal(after.body['total'], before.body['total']);
    };

    it('[PC-6] true at the edges: a message about one patient never lies in the box of another', async () => {
      const sender = { reference: 'Practitioner/demo-clinician' };
      await refused('demo-ehr', message([elena], { sender }), 0);
      await refused('demo-clinician', message([dana, elena]), 1);
      await refused('demo-patient', message([group, elena]), 1);
      await refused('demo-clinician', message([{ reference: 'Person/demo-patient' }]), 0);
    });

    it('[PC-6] true at the edges: a proxy is written to while active, in their time, and for messages', async () => {
      const good = [await proxy(journey()), await proxy(journey(), withFunctions('pay', 'messages'))];
      for (const one of good) await journey().expect(201, 'demo-clinician', 'POST', 'Communication', message([one]));
      const past = { period: { end: new Date(Date.now() - DAY).toISOString() } };
      const coming = { period: { start: new Date(Date.now() + DAY).toISOString() } };
      for (const change of [{ active: false }, past, coming, withFunctions('pay'), { patient: elena }]) {
        await refused('demo-clinician', message([dana, await proxy(journey(), change)]), 1);
      }
    });

    it('[PC-6] true at the edges: a function that nobody knows is refused, not taken for none', async () => {
      const related = { resourceType: 'RelatedPerson', active: true, patient: dana, ...withFunctions('everything') };
      await journey().expect(422, 'demo-system', 'POST', 'RelatedPerson', related);
    });
  });
});
