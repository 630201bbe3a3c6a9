/** The shape of a body is checked before anything looks at it: no rule of the portal, no content, no reference. */
import assert from 'node:assert/strict';
import type { OperationOutcome } from 'fhir/r4.js';
import type { JsonObject } from '../../src/fhir/resource.js';
import { asTask, eachPortal, onePortal, type Caller, type Journey } from '../portal/journey.js';
import { eachRest } from './rest.js';
import { malformed } from './malformed.js';

const reference = (name: string) => ({ reference: name, type: name.split('/', 1)[0], display: 'Somebody' });
const coded = { coding: [{ system: 'urn:example', code: 'a' }], text: 'A' };
const period = { start: '2026-01-01', end: '2026-02-01' };

/** With every element that a rule of the portal reads. */
const message: JsonObject = {
  resourceType: 'Communication',
  meta: { tag: [{ system: 'urn:example', code: 'a' }], profile: ['http://example.org/StructureDefinition/a'] },
  extension: [{ url: 'urn:example', valueString: 'a' }],
  identifier: [{ system: 'urn:example', value: 'a' }],
  basedOn: [reference('Task/none')],
  partOf: [reference('Communication/none')],
  inResponseTo: [reference('Communication/none')],
  status: 'completed',
  category: [coded],
  priority: 'routine',
  subject: reference('Patient/demo-patient'),
  topic: coded,
  about: [reference('Patient/demo-patient')],
  sent: '2026-01-01T00:00:00Z',
  received: '2026-01-01T00:00:00Z',
  recipient: [reference('Organization/demo-clinical-group')],
  sender: reference('Patient/demo-patient'),
  payload: [{ contentString: 'Hello' }],
  note: [{ authorReference: reference('Patient/demo-patient'), time: '2026-01-01T00:00:00Z', text: 'A note' }],
};

const task: JsonObject = {
  resourceType: 'Task',
  basedOn: [reference('Communication/none')],
  groupIdentifier: { system: 'urn:example', value: 'a' },
  partOf: [reference('Task/none')],
  status: 'requested',
  statusReason: coded,
  businessStatus: coded,
  intent: 'order',
  code: coded,
  focus: reference('Communication/none'),
  for: reference('Patient/demo-patient'),
  executionPeriod: period,
  authoredOn: '2026-01-01T00:00:00Z',
  lastModified: '2026-01-01T00:00:00Z',
  requester: reference('Patient/demo-patient'),
  performerType: [coded],
  owner: reference('Organization/demo-clinical-group'),
  note: [{ text: 'A note' }],
  restriction: { period, recipient: [reference('Patient/demo-patient')] },
  input: [{ type: coded, valueReference: reference('Patient/demo-patient') }],
  output: [{ type: coded, valueReference: reference('Communication/none') }],
};

const person: JsonObject = {
  resourceType: 'Person',
  name: [{ family: 'A', given: ['B'], period }],
  telecom: [{ system: 'email', value: 'a@example.org', use: 'home', rank: 1, period }],
  gender: 'female',
  birthDate: '1980-01-01',
  active: true,
  link: [{ target: reference('Patient/demo-patient'), assurance: 'level2' }],
};

const binary: JsonObject = {
  resourceType: 'Binary',
  contentType: 'text/plain',
  securityContext: reference('Patient/demo-patient'),
  data: 'SGVsbG8=',
  _data: { extension: [{ url: 'urn:example', valueString: 'a' }] },
};

/** Versions of everything in the portal. */
async function versions({ storage }: Journey): Promise<number> {
  const of = ['Communication', 'Task', 'Person', 'Binary'].map(type => ({ type, where: { kind: 'all' as const } }));
  return storage.store.countHistory({ partition: 'portal', of, deadline: Infinity }, Infinity);
}

/** Each is refused as malformed, with the place, and nothing is stored. */
async function refusesAll(journey: Journey, caller: Caller, method: string, path: string, whole: JsonObject) {
  const before = await versions(journey);
  for (const { name, resource } of malformed(whole)) {
    const { status, body, text } = await journey.call(caller, method, path, resource);
    assert.equal(status, 400, `${whole['resourceType'] as string}.${name}: ${text}`);
    const [issue] = (body as unknown as OperationOutcome).issue;
    assert.match(
      issue?.expression?.[0] ?? '',
      new RegExp(`^${whole['resourceType'] as string}\\b`),
      `${name}: ${text}`,
    );
  }
  assert.equal(await versions(journey), before);
}

describe('the shape of what is written', () => {
  onePortal(journey => {
    it('[PKB-5] is checked before the portal looks at a message: any element of a wrong JSON type is 400', async () => {
      for (const caller of ['demo-patient', 'demo-clinician', 'demo-system'])
        await refusesAll(journey(), caller, 'POST', 'Communication', message);
    });

    it('[PKB-5] is checked of what is changed, before the rules for changes of state', async () => {
      const sender = { reference: 'Practitioner/demo-clinician' };
      const originals: [JsonObject, JsonObject][] = [
        [
          message,
          {
            ...{ resourceType: 'Communication', status: 'completed', subject: message['subject']!, sender },
            payload: [{ contentString: 'Hello' }],
          },
        ],
        [task, { resourceType: 'Task', status: 'requested', intent: 'order' }],
        [person, { resourceType: 'Person', name: [{ text: 'Somebody' }] }],
      ];
      for (const [whole, original] of originals) {
        const type = original['resourceType'] as string;
        const { id = '' } = (await journey().expect(201, 'demo-system', 'POST', type, original)).body;
        // The message shows by now what became of its notice.
        await journey().server.app.dispatcher.idle();
        await refusesAll(journey(), 'demo-system', 'PUT', `${type}/${id}`, { ...whole, id });
      }
    });

    it('[PKB-5] is checked of the entries of a transaction, with the place in the Bundle', async () => {
      const before = await versions(journey());
      for (const { name, resource } of malformed(message)) {
        const entry = [{ resource, request: { method: 'POST', url: 'Communication' } }];
        const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
        const { status, body, text } = await journey().call('demo-patient', 'POST', '', bundle);
        assert.equal(status, 400, `${name}: ${text}`);
        const [issue] = (body as unknown as OperationOutcome).issue;
        assert.match(issue?.expression?.[0] ?? '', /^Bundle\.entry\[0\]/, `${name}: ${text}`);
      }
      assert.equal(await versions(journey()), before);
    });

    it('[PKB-5] is checked of what criteria choose', async () => {
      const before = await versions(journey());
      const identifier = encodeURIComponent('urn:example|a');
      for (const { name, resource } of malformed(task)) {
        const put = await journey().call('demo-system', 'PUT', `Task?identifier=${identifier}`, resource);
        assert.equal(put.status, 400, `${name}: ${put.text}`);
        const condition = { 'if-none-exist': `identifier=${identifier}` };
        const post = await journey().call('demo-system', 'POST', 'Task', resource, condition);
        assert.equal(post.status, 400, `${name}: ${post.text}`);
      }
      assert.equal(await versions(journey()), before);
    });

    it('[PKB-5] is checked of work items, accounts and content', async () => {
      for (const resource of [task, person, binary])
        await refusesAll(journey(), 'demo-system', 'POST', resource['resourceType'] as string, resource);
      await refusesAll(journey(), 'demo-patient', 'POST', 'Binary', binary);
    });
  });

  eachPortal(journey => {
    it('[PKB-5] what once answered 500 is 400 and changes nothing', async () => {
      const before = await versions(journey());
      const base = { resourceType: 'Communication', status: 'completed' };
      for (const wrong of [{ note: {} }, { basedOn: {} }, { recipient: {} }, { note: [null] }, { sender: [] }])
        await journey().expect(400, 'demo-patient', 'POST', 'Communication', { ...base, ...wrong });
      const hollow = { resourceType: 'Binary', contentType: 'text/plain', _data: { extension: [null] } };
      await journey().expect(400, 'demo-patient', 'POST', 'Binary', hollow);
      assert.equal(await versions(journey()), before);
    });

    it('[PKB-5] is checked of what a patch makes', async () => {
      const made = asTask(
        await journey().expect(201, 'demo-system', 'POST', 'Task', {
          resourceType: 'Task',
          status: 'requested',
          intent: 'order',
        }),
      );
      const patch = JSON.stringify([{ op: 'add', path: '/note', value: {} }]);
      const headers = { 'content-type': 'application/json-patch+json' };
      await journey().expect(400, 'demo-system', 'PATCH', `Task/${made.id}`, patch, headers);
    });
  });

  eachRest(
    rest => {
      it('[PKB-4] is checked of labels that are added', async () => {
        const { id } = await rest().create({ resourceType: 'Task', status: 'requested', intent: 'order' });
        const labels = { profile: ['http://a.example/b'], tag: [{ system: 'urn:a', code: 'b' }] };
        for (const { resource } of malformed(labels)) {
          const parameters = { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: resource }] };
          await rest().expect(400, 'POST', `Task/${id}/$meta-add`, parameters);
        }
      });
    },
    { only: 'customer' },
  );
});
