/** What each switch of the portal governs, as calls: every one works while it is on. */
import type { SwitchName } from '../../src/configuration/settings.table.js';
import type { Caller, Journey } from '../portal/journey.js';

const OWN = 'https://portico.health/fhir';
export const patient = { reference: 'Patient/demo-patient' };
const group = { reference: 'Organization/demo-clinical-group' };

export const messageOf = (category: string, more: object): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: category }] }],
  payload: [{ contentString: 'x' }],
  ...more,
});

export const question = (category: string): object => messageOf(category, { recipient: [group] });

const text = { contentType: 'text/plain', data: Buffer.from('text').toString('base64') };
const file = { contentAttachment: text };

/** What the calls are about. */
export interface Given {
  /** A message to the patient: `Communication/1`. */
  readonly received: string;
  /** A document of the patient: `DocumentReference/1`. */
  readonly document: string;
  question(category: string): object;
}

export async function setUp(journey: Journey): Promise<Given> {
  const message = messageOf('medical', { subject: patient });
  const { body } = await journey.expect(201, 'demo-clinician', 'POST', 'Communication', message);
  const made = await journey.expect(201, 'demo-system', 'POST', 'DocumentReference', {
    ...{ resourceType: 'DocumentReference', status: 'current', subject: patient },
    content: [{ attachment: { contentType: 'text/plain', url: 'https://files.example.org/letter' } }],
  });
  return {
    received: `Communication/${String(body.id)}`,
    document: `DocumentReference/${String(made.body.id)}`,
    question,
  };
}

type Call = [caller: Caller, method: string, path: string, body?: object, headers?: object];
/** Prepares a call while the function is on. */
type Use = (given: Given, journey: Journey) => Promise<Call> | Call;
type Ways = Readonly<Record<string, Use>>;

/** A message sent at once, in a Bundle of each kind, and as a draft that is sent by an update or a patch. */
function sending(caller: Caller, message: (given: Given) => object): Ways {
  const bundle =
    (type: string): Use =>
    given => [
      caller,
      'POST',
      '',
      {
        resourceType: 'Bundle',
        type,
        entry: [{ resource: message(given), request: { method: 'POST', url: 'Communication' } }],
      },
    ];
  const draft = async (given: Given, journey: Journey): Promise<{ path: string; body: object }> => {
    const body = { ...message(given), status: 'preparation' };
    const saved = await journey.expect(201, caller, 'POST', 'Communication', body);
    return { path: `Communication/${String(saved.body.id)}`, body: saved.body };
  };
  return {
    plain: given => [caller, 'POST', 'Communication', message(given)],
    'in a batch': bundle('batch'),
    'in a transaction': bundle('transaction'),
    'as a draft': given => [caller, 'POST', 'Communication', { ...message(given), status: 'preparation' }],
    'a draft sent by an update': async (given, journey) => {
      const { path, body } = await draft(given, journey);
      return [caller, 'PUT', path, { ...body, status: 'completed' }];
    },
    'a draft sent by a patch': async (given, journey) => {
      const { path } = await draft(given, journey);
      const patch = [{ op: 'replace', path: '/status', value: 'completed' }];
      return [caller, 'PATCH', path, patch, { 'content-type': 'application/json-patch+json' }];
    },
  };
}

const prefixed = (prefix: string, ways: Ways): Ways =>
  Object.fromEntries(Object.entries(ways).map(([way, use]) => [`${prefix}: ${way}`, use]));

const reading =
  (path: (given: Given) => string): Use =>
  given => ['demo-patient', 'GET', path(given)];

export const callsOf: Readonly<Record<SwitchName, Ways>> = {
  'questions-general': sending('demo-patient', () => question('general')),
  'questions-medical': sending('demo-patient', () => question('medical')),
  'questions-billing': sending('demo-patient', () => question('billing')),
  replies: sending('demo-patient', ({ received }) =>
    messageOf('medical', { recipient: [group], inResponseTo: [{ reference: received }] }),
  ),
  'provider-messages': sending('demo-clinician', () => messageOf('medical', { subject: patient })),
  'personal-messages': sending('demo-agent', () => messageOf('medical', { subject: patient })),
  'group-sender': sending('demo-clinician', () => messageOf('medical', { subject: patient, sender: group })),
  attachments: {
    ...prefixed(
      'patient',
      sending('demo-patient', () => messageOf('medical', { recipient: [group], payload: [file] })),
    ),
    ...prefixed(
      'staff',
      sending('demo-clinician', () => messageOf('medical', { subject: patient, payload: [file] })),
    ),
    'a file beforehand': () => [
      'demo-patient',
      'POST',
      'Binary',
      { resourceType: 'Binary', securityContext: patient, ...text },
    ],
  },
  documents: {
    plain: reading(({ document }) => document),
    version: reading(({ document }) => `${document}/_history/1`),
    history: reading(({ document }) => `${document}/_history`),
    'history of all': reading(() => 'DocumentReference/_history'),
    'an operation': reading(({ document }) => `${document}/$meta`),
    'in a batch': ({ document }) => [
      'demo-patient',
      'POST',
      '',
      { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: document } }] },
    ],
  },
  measurements: {
    plain: () => ['demo-patient', 'POST', 'Observation', measurement],
    'in a batch': () => ['demo-patient', 'POST', '', entering('batch')],
    'in a transaction': () => ['demo-patient', 'POST', '', entering('transaction')],
  },
  'update-profile': {
    plain: async (_given, journey) => ['demo-patient', 'PUT', patient.reference, await moved(journey)],
    patch: () => [
      ...(['demo-patient', 'PATCH', patient.reference, cityPatch()] as const),
      { 'content-type': 'application/json-patch+json' },
    ],
    'in a transaction': async (_given, journey) => {
      const request = { method: 'PUT', url: patient.reference };
      const entry = [{ resource: await moved(journey), request }];
      return ['demo-patient', 'POST', '', { resourceType: 'Bundle', type: 'transaction', entry }];
    },
  },
};

/** What the patient measured at home. */
const measurement: object = {
  ...{ resourceType: 'Observation', status: 'final', subject: patient, effectiveDateTime: '2026-06-01' },
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  valueQuantity: { value: 71, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
};

const entering = (type: string): object => ({
  ...{ resourceType: 'Bundle', type },
  entry: [{ resource: measurement, request: { method: 'POST', url: 'Observation' } }],
});

let cities = 0;
const city = (): string => `City ${++cities}`;
const cityPatch = (): object => [{ op: 'add', path: '/address', value: [{ city: city() }] }];

/** The patient's record with another address. */
const moved = async (journey: Journey): Promise<object> => ({
  ...(await journey.expect(200, 'demo-patient', 'GET', patient.reference)).body,
  address: [{ city: city() }],
});
