/** Every switch of the portal, on and off, over HTTP. */
import assert from 'node:assert/strict';
import type { Basic, Bundle, OperationOutcome } from 'fhir/r4.js';
import { settings } from '../../src/configuration/settings.table.js';
import { eachPortal, issue, type Answer, type Caller } from '../portal/journey.js';

const OWN = 'https://portico.health/fhir';
const patient = { reference: 'Patient/demo-patient' };
const group = { reference: 'Organization/demo-clinical-group' };

const messageOf = (category: string, more: object): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: category }] }],
  payload: [{ contentString: 'x' }],
  ...more,
});

const question = (category: string): object => messageOf(category, { recipient: [group] });
const file = { contentAttachment: { contentType: 'text/plain', data: Buffer.from('text').toString('base64') } };

/** What a switch governs: calls that are refused while it is off, made while it is on. */
type CallsOf = (before: { received: string }) => [caller: Caller, method: string, path: string, body?: object][];

const CALLS: Readonly<Record<string, CallsOf>> = {
  'questions-general': () => [['demo-patient', 'POST', 'Communication', question('general')]],
  'questions-medical': () => [['demo-patient', 'POST', 'Communication', question('medical')]],
  'questions-billing': () => [['demo-patient', 'POST', 'Communication', question('billing')]],
  replies: ({ received }) => [
    [
      'demo-patient',
      'POST',
      'Communication',
      messageOf('medical', { recipient: [group], inResponseTo: [{ reference: received }] }),
    ],
  ],
  'provider-messages': () => [['demo-clinician', 'POST', 'Communication', messageOf('medical', { subject: patient })]],
  'group-sender': () => [
    ['demo-agent', 'POST', 'Communication', messageOf('medical', { subject: patient, sender: group })],
  ],
  attachments: () => [
    ['demo-patient', 'POST', 'Communication', messageOf('medical', { recipient: [group], payload: [file] })],
    ['demo-clinician', 'POST', 'Communication', messageOf('medical', { subject: patient, payload: [file] })],
  ],
  documents: () => [['demo-patient', 'GET', 'DocumentReference/demo-letter']],
};

describe('the switches of the portal', () => {
  it('[RN-24] are all here, those of the table and no other', () => {
    const flags = Object.entries(settings).filter(([, { type }]) => type === 'boolean');
    assert.deepEqual(Object.keys(CALLS).sort(), flags.map(([name]) => name).sort());
  });

  eachPortal(journey => {
    const turn = (...off: string[]): Promise<Answer> => {
      const extension = off.map(url => ({ url, valueBoolean: false }));
      const all =
        extension.length === 0 ? {} : { extension: [{ url: `${OWN}/StructureDefinition/portal-settings`, extension }] };
      const code = { coding: [{ system: `${OWN}/CodeSystem/basic-type`, code: 'portal-configuration' }] };
      const body: Basic = { resourceType: 'Basic', id: 'portal-configuration', ...all, code };
      return journey().expect(200, 'demo-system', 'PUT', 'Basic/portal-configuration', body);
    };

    let received = '';
    before(async () => {
      const message = messageOf('medical', { subject: patient });
      const { body } = await journey().expect(201, 'demo-clinician', 'POST', 'Communication', message);
      received = `Communication/${String(body.id)}`;
      const document = {
        resourceType: 'DocumentReference',
        id: 'demo-letter',
        status: 'current',
        subject: patient,
        content: [{ attachment: { contentType: 'text/plain', url: 'https://files.example.org/letter' } }],
      };
      const { status } = await journey().call('demo-system', 'PUT', 'DocumentReference/demo-letter', document);
      if (status !== 405) return;
      const made = await journey().expect(201, 'demo-system', 'POST', 'DocumentReference', document);
      CALLED['documents'] = () => [['demo-patient', 'GET', `DocumentReference/${String(made.body.id)}`]];
    });
    const CALLED: Record<string, CallsOf> = { ...CALLS };

    for (const name of Object.keys(CALLS)) {
      it(`[RN-24] [RN-12] [MSG-14] ${name}: works while it is on, and answers 403 while it is off, with the next request`, async () => {
        const calls = CALLED[name]!({ received });
        await turn(name);
        for (const call of calls) {
          const answer = await journey().call(...call);
          assert.equal(answer.status, 403, `${call.join(' ')} ${answer.text}`);
          assert.equal(issue(answer).code, 'forbidden');
          const [first] = (answer.body as unknown as OperationOutcome).issue;
          assert.match(first?.diagnostics ?? '', /organization has switched/);
        }
        await turn();
        for (const call of calls) {
          const { status, text } = await journey().call(...call);
          assert.ok(status < 300 || (name === 'group-sender' && status === 403 && !text.includes('switched')), text);
        }
      });
    }

    it('[RN-24] what is off is left out of searches and of what they include, and stays for systems', async () => {
      const seen = async (who: Caller, path: string): Promise<string[]> => {
        const { body } = await journey().expect(200, who, 'GET', path);
        return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.resourceType ?? '');
      };
      const paths = [
        'DocumentReference',
        'Patient?_id=demo-patient&_revinclude=DocumentReference:patient',
        'Patient/demo-patient/$everything',
      ];
      for (const path of paths) assert.ok((await seen('demo-patient', path)).includes('DocumentReference'), path);
      await turn('documents');
      for (const path of paths) assert.ok(!(await seen('demo-patient', path)).includes('DocumentReference'), path);
      assert.deepEqual(await seen('demo-patient', 'Patient?_has:DocumentReference:patient:status=current'), []);
      assert.ok((await seen('demo-system', 'DocumentReference?_count=1')).length > 0);
      await turn();
    });

    it('[RN-24] a switch changes nothing in the statement of the endpoint', async () => {
      const statement = async () => (await journey().expect(200, '', 'GET', 'metadata')).text;
      const before = await statement();
      await turn(...Object.keys(CALLS));
      assert.equal(await statement(), before);
      await turn();
    });
  });
});
