/** What the server does by its own authority is in the audit, with the reason: every operation of the portal is called. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AuditEvent, Bundle, Task } from 'fhir/r4.js';
import { membersIn, type Members } from './member-operations.js';
import { template } from '../portal/template-resources.js';
import { eachPortal, output, parameters, stranger, type Caller, type Journey } from '../portal/journey.js';

const ADMINISTRATOR: Caller = 'demo-agent as Practitioner/demo-administrator';
const auditor: Caller = 'demo-agent as Practitioner/demo-auditor';

const category = [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'medical' }] }];
const message = { resourceType: 'Communication', status: 'completed', category, payload: [{ contentString: 'x' }] };
const question = { ...message, recipient: [{ reference: 'Organization/demo-clinical-group' }] };

async function eventsOf(journey: Journey, query: string): Promise<AuditEvent[]> {
  const { body } = await journey.expect(200, auditor, 'GET', `AuditEvent?_count=1000&${query}`);
  return ((body as unknown as Bundle<AuditEvent>).entry ?? []).map(({ resource }) => resource!);
}

const reasonsOf = ({ purposeOfEvent = [] }: AuditEvent): string[] => purposeOfEvent.map(({ text = '' }) => text);

/** Calls, and gives the reasons that the one audit event of the call names. */
async function reasonsFor(journey: Journey, ...[caller, method, path, body]: Parameters<Journey['call']>) {
  const request = randomUUID();
  const answer = await journey.call(caller, method, path, body, { 'x-request-id': request });
  assert.ok(answer.status < 300 || answer.status === 422, answer.text);
  const events = await eventsOf(journey, `entity:identifier=${request}`);
  assert.equal(events.length, 1, path);
  return { answer, reasons: reasonsOf(events[0]!), event: events[0]! };
}

interface State extends Members {
  code: string;
  token: string;
  unsubscribe: string;
  birthDate: string;
  communication: string;
  task: string;
  template: string;
}

type CallOf = (state: State) => Parameters<Journey['call']>;

const toAgent = (name: string) => ({
  resourceType: 'Parameters',
  parameter: [{ name, valueReference: { reference: 'Practitioner/demo-agent' } }],
});

/** One call of each operation, in an order in which they succeed, and the reasons that it has for acting as the server. */
const OPERATIONS: readonly [name: string, reasons: readonly string[], call: CallOf][] = [
  [
    'Patient/enroll',
    ['enrollment: accounts and invitations'],
    () => ['demo-ehr', 'POST', 'Patient/$enroll', parameters(stranger())],
  ],
  [
    'Patient/launch',
    ['launch of an app'],
    () => ['demo-system', 'POST', 'Patient/demo-patient/$launch', parameters({ client: 'demo-app' })],
  ],
  ['Person/account', ['account: its relations'], () => ['demo-patient', 'GET', 'Person/$account']],
  [
    'RelatedPerson/link-proxy',
    ['proxy: accounts and relations of both'],
    () => [
      'demo-agent as Practitioner/demo-administrator',
      'POST',
      'RelatedPerson/$link-proxy',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'principal', valueReference: { reference: 'Patient/demo-patient' } },
          { name: 'proxy', valueReference: { reference: 'Patient/demo-patient' } },
          { name: 'relationship', valueCodeableConcept: { text: 'the same person' } },
        ],
      },
    ],
  ],
  [
    'RelatedPerson/unlink-proxy',
    ['proxy: unlink-proxy'],
    () => ['demo-ehr', 'POST', 'RelatedPerson/demo-proxy/$unlink-proxy'],
  ],
  [
    'Patient/break-glass',
    ['break the glass', 'break the glass: the reason, and the notice to the patient'],
    () => [
      'demo-clinician',
      'POST',
      'Patient/demo-patient/$break-glass',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'reason', valueCode: 'emergency' },
          { name: 'text', valueString: 'Unconscious in the emergency department' },
        ],
      },
    ],
  ],
  [
    'Patient/end-break-glass',
    ['break the glass', 'break the glass: its end'],
    () => ['demo-clinician', 'POST', 'Patient/demo-patient/$end-break-glass'],
  ],
  [
    'Patient/enrollment-status',
    ['enrollment status: accounts and invitations'],
    () => ['demo-ehr', 'GET', 'Patient/demo-harold-brookfield/$enrollment-status'],
  ],
  [
    'Patient/redeem-invitation',
    ['redemption of an invitation'],
    ({ code }) => ['', 'POST', 'Patient/$redeem-invitation', parameters({ code, birthDate: '1901-01-01' })],
  ],
  [
    'Patient/redeem-invitation',
    ['redemption of an invitation'],
    ({ code, birthDate }) => ['', 'POST', 'Patient/$redeem-invitation', parameters({ code, birthDate })],
  ],
  [
    'Patient/unsubscribe',
    ['unsubscription from notices'],
    ({ unsubscribe }) => ['', 'POST', 'Patient/$unsubscribe', parameters({ token: unsubscribe })],
  ],
  ['deliveries', [], () => ['demo-system', 'GET', '$deliveries']],
  [
    'dry-run',
    ['the directory: what depends on it'],
    () => [
      'demo-ehr',
      'POST',
      '$dry-run',
      {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          {
            resource: { resourceType: 'Practitioner', active: true },
            request: { method: 'POST', url: 'Practitioner' },
          },
        ],
      },
    ],
  ],
  ['send-again', [], () => ['demo-system', 'POST', '$send-again', { resourceType: 'Parameters' }]],
  [
    'Task/report-misdirected',
    ['report of a misdirected notice'],
    ({ token }) => ['', 'POST', 'Task/$report-misdirected', parameters({ token })],
  ],
  ...(['mark-read', 'mark-unread', 'archive', 'unarchive'] as const).map((name): [string, string[], CallOf] => [
    `Communication/${name}`,
    [`message: ${name}`],
    ({ communication }) => ['demo-patient', 'POST', `Communication/${communication}/$${name}`],
  ]),
  [
    'Communication/read-state',
    ['message: read-state'],
    ({ communication }) => ['demo-clinician', 'GET', `Communication/${communication}/$read-state`],
  ],
  [
    'Communication/measure-messages',
    ['messages: their numbers'],
    () => [ADMINISTRATOR, 'GET', 'Communication/$measure-messages?start=2026&end=2027'],
  ],
  [
    'Task/assign',
    ['work item: assign'],
    ({ task }) => ['demo-agent as Practitioner/demo-manager', 'POST', `Task/${task}/$assign`, toAgent('owner')],
  ],
  ...(['wait', 'resume'] as const).map((name): [string, string[], CallOf] => [
    `Task/${name}`,
    [`work item: ${name}`],
    ({ task }) => ['demo-agent', 'POST', `Task/${task}/$${name}`],
  ]),
  [
    'Task/transfer',
    ['work item: transfer'],
    ({ task }) => ['demo-agent', 'POST', `Task/${task}/$transfer`, toAgent('to')],
  ],
  [
    'Task/unassign',
    ['work item: unassign'],
    ({ task }) => ['demo-agent as Practitioner/demo-manager', 'POST', `Task/${task}/$unassign`],
  ],
  ['Task/claim', ['work item: claim'], ({ task }) => ['demo-agent', 'POST', `Task/${task}/$claim`]],
  ['Task/release', ['work item: release'], ({ task }) => ['demo-agent', 'POST', `Task/${task}/$release`]],
  ['Task/claim', ['work item: claim'], ({ task }) => ['demo-agent', 'POST', `Task/${task}/$claim`]],
  ['Task/release', ['work item: release'], ({ task }) => ['demo-agent', 'POST', `Task/${task}/$release`]],
  ['Task/claim', ['work item: claim'], ({ task }) => ['demo-agent', 'POST', `Task/${task}/$claim`]],
  [
    'PractitionerRole/enrol-agent',
    ['agents: roles in a workflow group'],
    () => [
      'demo-agent as Practitioner/demo-administrator',
      'POST',
      'PractitionerRole/$enrol-agent',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'practitioner', valueReference: { reference: 'Practitioner/demo-agent' } },
          { name: 'group', valueReference: { reference: 'Organization/demo-workflow-group' } },
        ],
      },
    ],
  ],
  [
    'Task/note',
    ['work item: note'],
    ({ task }) => ['demo-agent', 'POST', `Task/${task}/$note`, parameters({ note: 'x' })],
  ],
  ['Task/complete', ['work item: complete'], ({ task }) => ['demo-agent', 'POST', `Task/${task}/$complete`]],
  ['Patient/members', ['members: where they stand'], () => [ADMINISTRATOR, 'GET', 'Patient/$members?name=Whitfield']],
  ...(['resend', 'activate', 'deactivate', 'reactivate', 'unlock', 'reset-factor'] as const).map(
    (name): [string, string[], CallOf] => [
      `Person/${name}`,
      [`account: ${name}`],
      ({ account }) => [ADMINISTRATOR, 'POST', `${account}/$${name}`],
    ],
  ),
  ...(['resend', 'withdraw'] as const).map((name): [string, string[], CallOf] => [
    `Task/${name}`,
    [`invitation: ${name}`],
    ({ invitation }) => [ADMINISTRATOR, 'POST', `${invitation}/$${name}`],
  ]),
  [
    'Task/confirm',
    ['duplicate review: confirm'],
    ({ reviews: [review] }) => [ADMINISTRATOR, 'POST', `${review}/$confirm`],
  ],
  [
    'Task/reject',
    ['duplicate review: reject'],
    ({ reviews: [, review] }) => [ADMINISTRATOR, 'POST', `${review}/$reject`],
  ],
  ['Task/reopen', ['work item: reopen'], ({ task }) => ['demo-agent', 'POST', `Task/${task}/$reopen`]],
  [
    'Task/prioritize',
    ['work item: prioritize'],
    ({ task }) => [
      'demo-agent as Practitioner/demo-manager',
      'POST',
      `Task/${task}/$prioritize`,
      { resourceType: 'Parameters', parameter: [{ name: 'priority', valueCode: 'stat' }] },
    ],
  ],
  [
    'Organization/workload',
    ['work: the load of a workflow group'],
    () => ['demo-agent as Practitioner/demo-manager', 'GET', 'Organization/demo-workflow-group/$workload'],
  ],
  [
    'Organization/take-back',
    ['work: what somebody has goes back into the queue'],
    () => [
      'demo-agent as Practitioner/demo-manager',
      'POST',
      'Organization/demo-workflow-group/$take-back',
      toAgent('practitioner'),
    ],
  ],
  [
    'PractitionerRole/remove-agent',
    ['agents: roles and work in a workflow group', 'the directory: what depends on it'],
    () => ['demo-agent as Practitioner/demo-manager', 'POST', 'PractitionerRole/demo-agent-agent/$remove-agent'],
  ],
  [
    'ActivityDefinition/preview',
    [],
    () => ['demo-system', 'GET', 'ActivityDefinition/notice-invitation/$preview?patient=Patient/demo-patient'],
  ],
  [
    'ActivityDefinition/apply',
    [],
    ({ template }) => [
      'demo-agent as Practitioner/demo-manager',
      'GET',
      `${template}/$apply?subject=Patient/demo-patient`,
    ],
  ],
  ['Basic/untranslated', [], () => ['demo-system', 'GET', 'Basic/$untranslated']],
  ['Patient/everything', [], () => ['demo-patient', 'GET', 'Patient/demo-patient/$everything']],
  [
    'Patient/match',
    [],
    () => [
      'demo-ehr',
      'POST',
      'Patient/$match',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'resource', resource: { resourceType: 'Patient', identifier: [{ system: 'urn:x', value: '1' }] } },
        ],
      },
    ],
  ],
  ['Patient/validate', [], () => ['demo-ehr', 'POST', 'Patient/$validate', { resourceType: 'Patient' }]],
  ['Patient/meta', [], () => ['demo-ehr', 'GET', 'Patient/demo-patient/$meta']],
];

async function firstState(journey: Journey): Promise<{ state: State; inviting: string[]; sending: string[] }> {
  const person = stranger();
  const { answer, reasons: inviting } = await reasonsFor(
    journey,
    'demo-ehr',
    'POST',
    'Patient/$invite',
    parameters(person),
  );
  assert.ok(output(answer, 'return'));
  const [code = ''] = await journey.codes(person.email);
  const [mail] = await journey.mails(person.email);
  const [unsubscribe = '', token = ''] = ['preferences', 'not-for-me'].map(
    page => new RegExp(`${page}\\?token=([\\w-]+)`).exec(mail?.text ?? '')?.[1] ?? '',
  );
  const made = await journey.expect(201, 'demo-system', 'POST', 'ActivityDefinition', template({ en: 'Ready' }));
  const toPatient = { ...message, subject: { reference: 'Patient/demo-patient' } };
  const received = await journey.expect(201, 'demo-clinician', 'POST', 'Communication', toPatient);
  const { answer: sent, reasons: sending } = await reasonsFor(
    journey,
    'demo-patient',
    'POST',
    'Communication',
    question,
  );
  const focus = `Communication/${String(sent.body.id)}`;
  const found = (await journey.expect(200, 'demo-agent', 'GET', `Task?focus=${focus}`)).body as unknown as Bundle<Task>;
  const task = found.entry?.[0]?.resource?.id ?? assert.fail();
  return {
    state: {
      code,
      token,
      unsubscribe,
      birthDate: person.birthDate,
      communication: String(received.body.id),
      task,
      template: `ActivityDefinition/${String(made.body.id)}`,
      ...(await membersIn(journey)),
    },
    inviting,
    sending,
  };
}

describe('abuse: the own authority of the server', () => {
  eachPortal(journey => {
    it('[H06] is audited with its reason in every operation of the portal, and in what its rules add', async () => {
      const { state, inviting, sending } = await firstState(journey());
      assert.deepEqual(inviting, ['invitation: accounts and earlier invitations']);
      assert.deepEqual(sending, ['a message: its flow, its account']);
      const called = new Set(['invite']);
      for (const [name, reasons, call] of OPERATIONS) {
        const found = await reasonsFor(journey(), ...call(state));
        assert.deepEqual(found.reasons, reasons, `${name} ${found.answer.text}`);
        assert.equal(found.event.subtype?.[0]?.display, `$${name.split('/').at(-1)}`);
        called.add(name.split('/').at(-1)!);
      }
      const endpoint = journey().server.app.endpoints.find(({ name }) => name === 'portal')!;
      const declared = [...endpoint.resources.values()].flatMap(({ operations }) => [...operations.keys()]);
      assert.deepEqual(
        [...new Set(declared)].filter(name => !called.has(name)),
        [],
        'each operation is called here',
      );
    });

    it('[H06] is named by the audit of a transaction for all its entries', async () => {
      const entry = [{ request: { method: 'POST', url: 'Communication' }, resource: question }];
      const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
      const { reasons } = await reasonsFor(journey(), 'demo-patient', 'POST', '', bundle);
      assert.deepEqual(reasons, ['a message: its flow, its account']);
    });

    it('[H06] reads and writes of callers name none', async () => {
      for (const [caller, path] of [
        ['demo-patient', 'Patient/demo-patient'],
        ['demo-clinician', 'Observation?patient=demo-patient'],
      ] as const) {
        assert.deepEqual((await reasonsFor(journey(), caller, 'GET', path)).reasons, [], path);
      }
    });

    it('[H06] is audited where no caller asked: the demo data', async () => {
      const events = await eventsOf(journey(), 'altid=server');
      assert.ok(events.length > 0);
      const expected = new Set([
        ...['demo data', 'first configuration of the portal', 'wordings of the installation', 'deliveries of notices'],
      ]);
      for (const event of events) assert.ok(expected.has(reasonsOf(event)[0] ?? ''), JSON.stringify(reasonsOf(event)));
      assert.deepEqual(new Set(events.flatMap(reasonsOf)), expected);
      const patients = events.flatMap(({ entity = [] }) => entity.flatMap(({ what }) => what?.reference ?? []));
      assert.ok(patients.includes('Patient/demo-patient'));
    });
  });
});
