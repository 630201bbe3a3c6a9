/** The subject line and the reason of a message. */
import assert from 'node:assert/strict';
import type { Bundle } from 'fhir/r4.js';
import { eachPortal, issue, type Caller } from './journey.js';

const OWN = 'https://portico.health/fhir';
const patient: Caller = 'demo-patient';
const coded = (system: string, code: string) => ({ coding: [{ system: `${OWN}/CodeSystem/${system}`, code }] });

const question = (more: object): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [coded('message-category', 'general')],
  recipient: [{ reference: 'Organization/demo-clinical-group' }],
  payload: [{ contentString: 'x' }],
  ...more,
});

eachPortal(journey => {
  async function found(query: string): Promise<string[]> {
    const { body } = await journey().expect(200, patient, 'GET', `Communication?${query}`);
    return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.id ?? '');
  }

  it('[MSG-19] a subject line is found by its beginning, by a part of it, and by one’s own messages alone', async () => {
    const topic = { text: 'Refill of Métformin' };
    const { body } = await journey().expect(201, patient, 'POST', 'Communication', question({ topic }));
    const id = String(body.id);
    for (const query of ['topic=refill', 'topic:contains=metformin', 'topic:exact=Refill of Métformin'])
      assert.deepEqual(await found(query), [id], query);
    assert.deepEqual(await found('topic=metformin'), []);
    const other = await journey().expect(201, 'demo-system', 'POST', 'Patient', {
      resourceType: 'Patient',
      active: true,
    });
    const link = [{ target: { reference: `Patient/${String(other.body.id)}` } }];
    const account = { resourceType: 'Person', active: true, link };
    const person = await journey().expect(201, 'demo-system', 'POST', 'Person', account);
    const stranger = `demo-patient as Person/${String(person.body.id)}`;
    const { body: others } = await journey().expect(200, stranger, 'GET', 'Communication?topic:contains=refill');
    assert.ok(!JSON.stringify(others).includes(id));
  });

  it('[MSG-19] a reason is one of the list that the configuration sets, from the next message on', async () => {
    const reason = (code: string) => question({ reasonCode: [coded('message-reason', code)] });
    await journey().expect(201, patient, 'POST', 'Communication', reason('referral'));
    const other = await journey().call(
      patient,
      'POST',
      'Communication',
      question({ reasonCode: [{ text: 'because' }] }),
    );
    assert.deepEqual([other.status, issue(other).expression], [422, 'Communication.reasonCode[0]']);
    const extension = [
      { url: `${OWN}/StructureDefinition/portal-settings`, extension: [{ url: 'message-reason', valueCode: 'form' }] },
    ];
    const settings = {
      resourceType: 'Basic',
      id: 'portal-configuration',
      code: coded('basic-type', 'portal-configuration'),
    };
    await journey().expect(200, 'demo-system', 'PUT', 'Basic/portal-configuration', {
      ...settings,
      extension,
    });
    await journey().expect(422, patient, 'POST', 'Communication', reason('referral'));
    await journey().expect(201, patient, 'POST', 'Communication', reason('form'));
    await journey().expect(200, 'demo-system', 'PUT', 'Basic/portal-configuration', settings);
  });
});
