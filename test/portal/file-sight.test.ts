/** Staff open the files of messages that they see, and authors those of their drafts. */
import assert from 'node:assert/strict';
import { asMessage, eachPortal, issue, type Caller, type Journey } from './journey.js';

const OWN = 'https://portico.health/fhir';
const system: Caller = 'demo-system';
const patient: Caller = 'demo-patient';
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n');

const concept = (codeSystem: string, code: string) => ({
  coding: [{ system: `${OWN}/CodeSystem/${codeSystem}`, code }],
});

/** A Workbench agent of another group. */
async function foreignAgent(journey: Journey): Promise<Caller> {
  const make = async (body: { resourceType: string; [name: string]: unknown }): Promise<string> =>
    `${body.resourceType}/${String((await journey.expect(201, system, 'POST', body.resourceType, body)).body.id)}`;
  const type = [concept('organization-type', 'workflow-group')];
  const group = await make({ resourceType: 'Organization', active: true, type, name: 'Another desk' });
  const person = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Foreign' }] });
  for (const code of ['workbench-user', 'task-processing', 'agent'])
    await make({
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: { reference: person },
      organization: { reference: group },
      code: [concept('role', code)],
    });
  return `demo-agent as ${person}`;
}

const withFile = (status: string): object => ({
  resourceType: 'Communication',
  status,
  category: [concept('message-category', 'medical')],
  subject: { reference: 'Patient/demo-patient' },
  recipient: [{ reference: 'Organization/demo-clinical-group' }],
  payload: [
    { contentString: 'See the file.' },
    { contentAttachment: { contentType: 'application/pdf', data: PDF.toString('base64') } },
  ],
});

describe('who opens the files of messages', () => {
  eachPortal(journey => {
    const open = async (who: Caller, url: string): Promise<number> =>
      (await journey().call(who, 'GET', url, undefined, { accept: 'application/pdf' })).status;

    it('[MSG-3] [MSG-6] of a question the agents of its group, not those of another', async () => {
      const foreign = await foreignAgent(journey());
      const { body } = await journey().expect(201, patient, 'POST', 'Communication', withFile('completed'));
      const url = asMessage({ body } as never).payload?.[1]?.contentAttachment?.url ?? assert.fail();
      assert.deepEqual(
        [await open(patient, url), await open('demo-agent', url), await open(foreign, url)],
        [200, 200, 404],
      );
      const found = await journey().call(foreign, 'GET', `Binary?_id=${url.slice('Binary/'.length)}`);
      assert.ok(found.status === 405 || found.body['total'] === 0, found.text);
    });

    it('[MSG-3] [MSG-19] of a draft its author alone; once it is sent, who sees the message', async () => {
      const draft = await journey().expect(201, patient, 'POST', 'Communication', withFile('preparation'));
      const message = asMessage(draft);
      const url = message.payload?.[1]?.contentAttachment?.url ?? assert.fail();
      assert.deepEqual([await open(patient, url), await open('demo-agent', url)], [200, 404]);
      await journey().expect(200, patient, 'PUT', `Communication/${message.id}`, { ...message, status: 'completed' });
      assert.deepEqual([await open(patient, url), await open('demo-agent', url)], [200, 200]);
    });

    it('[MSG-3] [MSG-19] no draft takes the files of one patient to another, whoever has put them there', async () => {
      const clinician: Caller = 'demo-clinician';
      const stored = async (type: string, body: object): Promise<string> =>
        String((await journey().expect(201, system, 'POST', type, { resourceType: type, ...body })).body.id);
      const about = { subject: { reference: 'Patient/demo-patient' } };
      const document = await stored('DocumentReference', {
        status: 'current',
        ...about,
        content: [{ attachment: { title: 'Letter' } }],
      });
      const securityContext = { reference: `DocumentReference/${document}` };
      const data = PDF.toString('base64');
      const binary = await stored('Binary', { contentType: 'application/pdf', securityContext, data });
      const linked = { contentAttachment: { contentType: 'application/pdf', url: `Binary/${binary}` } };
      const {
        recipient: _staff,
        payload,
        ...rest
      } = withFile('preparation') as { recipient: object; payload: object[] };
      for (const [author, file] of [
        [clinician, linked],
        [clinician, payload[1]],
        [system, linked],
      ] as const) {
        const sender = author === system ? { sender: { reference: 'Organization/demo-clinical-group' } } : {};
        const draft = await journey().expect(201, author, 'POST', 'Communication', {
          ...{ ...rest, ...sender, payload: [payload[0], file] },
        });
        const path = `Communication/${String(draft.body.id)}`;
        const moved = {
          ...draft.body,
          subject: { reference: 'Patient/demo-elena-marchetti' },
          recipient: [{ reference: 'Patient/demo-elena-marchetti' }],
        };
        for (const status of ['preparation', 'completed']) {
          const answer = await journey().call(author, 'PUT', path, { ...moved, status });
          assert.equal(answer.status, 422, answer.text);
          assert.equal(issue(answer).expression, 'Communication.payload[1].content.url');
        }
        await journey().expect(200, author, 'PUT', path, { ...moved, payload: [payload[0]] });
      }
    });

    it('[MSG-19] [MSG-3] true at the edges: what a message carried goes with it when it is retracted', async () => {
      const { recipient: _group, ...rest } = withFile('completed') as { recipient: object };
      const letter = { ...rest, sender: { reference: 'Organization/demo-clinical-group' } };
      for (const [sender, body, readers] of [
        [patient, withFile('completed'), ['demo-agent']],
        ['demo-clinician', rest, [patient]],
        [system, letter, [patient, 'demo-clinician']],
      ] as const) {
        const sent = await journey().expect(201, sender, 'POST', 'Communication', body);
        const message = asMessage(sent);
        const url = message.payload?.[1]?.contentAttachment?.url ?? assert.fail();
        for (const who of [sender, ...readers]) assert.equal(await open(who, url), 200, who);
        await journey().server.app.dispatcher.idle();
        const path = `Communication/${message.id}`;
        const { body: now } = await journey().expect(200, sender, 'GET', path);
        await journey().expect(200, sender, 'PUT', path, { ...now, status: 'entered-in-error' });
        for (const who of readers) assert.equal(await open(who, url), 404, `${who} after ${sender}`);
        assert.equal(await open(sender, url), 200, 'its sender keeps it');
      }
    });
  });
});
