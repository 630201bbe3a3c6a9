/** Parties of a message that are named by identifier, and records that were merged. */
import assert from 'node:assert/strict';
import type { Bundle } from 'fhir/r4.js';
import { asMessage, eachPortal, issue, type Journey } from './journey.js';

const mrn = (value: string) => ({ identifier: { system: 'https://portico.health/demo/mrn', value } });
const sender = { reference: 'Practitioner/demo-clinician' };
const message = (more: object): object => ({
  resourceType: 'Communication',
  status: 'completed',
  sender,
  payload: [{ contentString: 'Results are in' }],
  ...more,
});

async function inbox(journey: Journey): Promise<string[]> {
  const { body } = await journey.expect(
    200,
    'demo-patient',
    'GET',
    'Communication?recipient=Patient/demo-patient&_count=200',
  );
  return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.id ?? '');
}

describe('parties of messages', () => {
  eachPortal(journey => {
    const refused = async (body: object, expression: string): Promise<void> => {
      const answer = await journey().expect(422, 'demo-ehr', 'POST', 'Communication', body);
      assert.equal(issue(answer).expression, expression, answer.text);
    };

    it('[PC-6] true at the edges: a patient named by record number has the message in the inbox, and is told', async () => {
      for (const more of [{ subject: mrn('CV-1000') }, { subject: mrn('CV-1000'), recipient: [mrn('CV-1000')] }]) {
        const before = (await journey().mails('dana.whitfield@example.org')).length;
        const sent = asMessage(await journey().expect(201, 'demo-ehr', 'POST', 'Communication', message(more)));
        assert.equal(sent.subject?.reference, 'Patient/demo-patient');
        assert.ok((await inbox(journey())).includes(sent.id ?? ''));
        assert.equal((await journey().mails('dana.whitfield@example.org')).length, before + 1);
      }
      const absolute = { reference: `${journey().server.portal}/Patient/demo-patient` };
      const sent = await journey().expect(201, 'demo-ehr', 'POST', 'Communication', message({ subject: absolute }));
      assert.ok((await inbox(journey())).includes(asMessage(sent).id ?? ''));
    });

    it('[PC-6] true at the edges: who is nobody here, or two people, is refused and not lost', async () => {
      const subject = { reference: 'Patient/demo-patient' };
      await refused(message({ subject: mrn('CV-9999') }), 'Communication.subject');
      await refused(message({ subject: { display: 'Dana' } }), 'Communication.subject');
      await refused(
        message({ subject: { reference: 'https://elsewhere.example/fhir/Patient/1' } }),
        'Communication.subject',
      );
      await refused(message({ subject, recipient: [subject, mrn('CV-9999')] }), 'Communication.recipient[1]');
      await refused(message({ subject, sender: mrn('nobody') }), 'Communication.sender');
      const shared = { system: 'urn:example:shared', value: 'S1' };
      for (const family of ['One', 'Two']) {
        const twin = { resourceType: 'Patient', active: true, identifier: [shared], name: [{ family }] };
        await journey().expect(201, 'demo-system', 'POST', 'Patient', twin);
      }
      await refused(message({ subject: { identifier: shared } }), 'Communication.subject');
    });

    it('[PC-6] true at the edges: a message to a record that was merged goes to the record that took its place', async () => {
      const identifier = [{ system: 'https://portico.health/demo/mrn', value: 'OLD-1' }];
      const link = [{ type: 'replaced-by', other: { reference: 'Patient/demo-patient' } }];
      const old = { resourceType: 'Patient', active: false, identifier, link };
      const { body } = await journey().expect(201, 'demo-system', 'POST', 'Patient', old);
      for (const subject of [mrn('OLD-1'), { reference: `Patient/${body.id}` }]) {
        const sent = asMessage(await journey().expect(201, 'demo-ehr', 'POST', 'Communication', message({ subject })));
        assert.equal(sent.subject?.reference, 'Patient/demo-patient');
        assert.ok((await inbox(journey())).includes(sent.id ?? ''));
      }
    });
  });
});
