/**
 * Servers that differ in one thing alone: whether a second patient is in them. Whatever the first patient's token is
 * answered must be the same from both; so no answer can hold anything of the second.
 */
import { tmpdir } from 'node:os';
import { internalPostings } from '../fixtures/own.js';
import { loadModel } from '../../src/compose/model.js';
import { loadConfig } from '../../src/config/config.js';
import type { Clock, World } from '../../src/fhir/clock.js';
import type { JsonObject, Resource } from '../../src/fhir/resource.js';
import { extract } from '../../src/search/extract.js';
import type { Put, Storage } from '../../src/store/port.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';

export const NOW = Date.UTC(2026, 5, 1);
export const clock = { now: () => NOW };

/** In every text of a patient's data. */
export const canary = (patient: string): string => `ZQCANARY${patient.toUpperCase()}`;

type Draft = Omit<Resource, 'id'>;

const reference = (name: string) => ({ reference: name });
const coded = {
  coding: [{ system: 'http://portal.example/codes', code: 'shared', display: 'Shared' }],
  text: 'Shared',
};

/** What makes a Task the work of a group that nobody has claimed. */
export const workOf = (group: string) => ({
  code: { coding: [{ system: 'https://portico.health/fhir/CodeSystem/task-code', code: 'workbench' }] },
  owner: reference(`Organization/${group}`),
  extension: [
    {
      url: 'https://portico.health/fhir/StructureDefinition/workflow-group-of',
      valueReference: reference(`Organization/${group}`),
    },
  ],
});

/** One resource of each type that has patients' own, all alike but for the canary. */
function drafts(patient: string): Draft[] {
  const self = reference(`Patient/${patient}`);
  const secret = canary(patient);
  const name = [{ family: 'Common', given: [secret] }];
  const identifier = [{ system: 'http://portal.example/ids', value: secret }];
  const contact = [{ system: 'email', value: `${secret}@example.org` }];
  const address = [{ line: [secret], city: 'Common', country: 'GB' }];
  const attachment = { contentType: 'text/plain', data: Buffer.from(secret).toString('base64'), title: secret };
  const who = { name, telecom: contact, address, gender: 'female', birthDate: '1980-01-01', identifier };
  return [
    { resourceType: 'Patient', active: true, ...who, generalPractitioner: [reference('Practitioner/zq-doctor')] },
    { resourceType: 'RelatedPerson', active: true, patient: self, ...who, relationship: [coded] },
    { resourceType: 'Person', active: true, link: [{ target: self }], ...who, identifier },
    {
      resourceType: 'Communication',
      status: 'completed',
      ...{
        identifier,
        category: [coded],
        subject: self,
        sender: reference('Practitioner/zq-doctor'),
        recipient: [self],
      },
      ...{ sent: '2026-01-01T00:00:00Z', payload: [{ contentString: secret }] },
    },
    {
      resourceType: 'Task',
      ...{ identifier, status: 'requested', intent: 'order', code: coded, for: self, description: secret },
      ...{ authoredOn: '2026-01-01', focus: reference(`Communication/${patient}-Communication`) },
    },
    {
      resourceType: 'Task',
      id: `${patient}-work`,
      ...{
        status: 'requested',
        intent: 'order',
        for: self,
        focus: reference(`Communication/${patient}-Communication`),
        description: secret,
      },
      ...workOf('zq-group'),
    },
    { resourceType: 'Binary', contentType: 'text/plain', securityContext: self, data: attachment.data },
    {
      resourceType: 'Binary',
      id: `${patient}-attachment`,
      ...{
        contentType: 'text/plain',
        securityContext: reference(`Communication/${patient}-Communication`),
        data: attachment.data,
      },
    },
    {
      resourceType: 'DocumentReference',
      ...{ identifier, status: 'current', type: coded, category: [coded], subject: self, date: '2026-01-01T00:00:00Z' },
      ...{ description: secret, content: [{ attachment }], author: [reference('#author')] },
      contained: [{ resourceType: 'Practitioner', id: 'author', name, identifier, active: true }],
    },
    {
      resourceType: 'Observation',
      ...{
        identifier,
        status: 'final',
        category: [coded],
        code: coded,
        subject: self,
        effectiveDateTime: '2026-01-01',
      },
      valueQuantity: { value: 5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
      performer: [reference('#laboratory')],
      contained: containedIn(patient),
      derivedFrom: [reference('#note')],
    },
    {
      resourceType: 'AuditEvent',
      ...{ type: { code: 'rest' }, recorded: '2026-01-01T00:00:00Z', source: { observer: { display: secret } } },
      ...{ agent: [{ who: self, requestor: true }], entity: [{ what: self, name: secret }] },
    },
  ];
}

/** What a patient's Observation contains. */
function containedIn(patient: string): JsonObject[] {
  const secret = canary(patient);
  const attachment = { contentType: 'text/plain', title: secret };
  const subject = reference(`Patient/${patient}`);
  const identifier = [{ system: 'http://portal.example/ids', value: secret }];
  return [
    { resourceType: 'Organization', id: 'laboratory', name: secret, active: true, partOf: reference('#whole') },
    { resourceType: 'Organization', id: 'whole', name: secret, identifier },
    { resourceType: 'DocumentReference', id: 'note', status: 'current', subject, content: [{ attachment }] },
  ];
}

/** What is there for everybody, with parts that are not. */
const directory: Draft[] = [
  {
    resourceType: 'Practitioner',
    ...{ id: 'zq-doctor', active: true, name: [{ family: 'Ford' }], gender: 'male', birthDate: '1970-01-01' },
    ...{ telecom: [{ system: 'phone', value: '555' }], address: [{ city: 'Common' }] },
    // Hidden from patients.
    contained: [{ resourceType: 'Organization', id: 'issuer', name: 'Common' }],
    qualification: [{ code: { text: 'Doctor' }, issuer: reference('#issuer') }],
  },
  { resourceType: 'Organization', id: 'zq-group', active: true, name: 'Group' },
  {
    resourceType: 'PractitionerRole',
    ...{ id: 'zq-role', active: true, practitioner: reference('Practitioner/zq-doctor') },
    organization: reference('#inside'),
    contained: [{ resourceType: 'Organization', id: 'inside', name: 'Commoner' }],
  },
];

export const nameOf = (patient: string, type: string): string => (type === 'Patient' ? patient : `${patient}-${type}`);

/** A patient's resources, and what all share. */
export const resourcesOf = (patient: string): (Resource & { id: string })[] =>
  drafts(patient).map(draft => named(draft, patient));
export const sharedResources = (): (Resource & { id: string })[] => directory.map(draft => named(draft, ''));

const named = (draft: Draft, patient: string): Resource & { id: string } => ({
  ...draft,
  resourceType: String(draft['resourceType']),
  id: String(draft['id'] ?? nameOf(patient, String(draft['resourceType']))),
});

/** A server with these patients in it; everything else about it is the same each time. */
export async function serverWith(
  patients: readonly string[],
  open: (clock: Clock) => Promise<Storage>,
): Promise<TestServer & { storage: Storage }> {
  return serverHolding([...sharedResources(), ...patients.flatMap(resourcesOf)], await open(clock));
}

/** A server with these resources in it. */
export async function serverHolding(
  resources: readonly (Resource & { id: string })[],
  storage: Storage,
  env: Record<string, string> = {},
): Promise<TestServer & { storage: Storage }> {
  const { registry } = loadModel(loadConfig({ PORTICO_DATA: tmpdir() }));
  const puts = resources.map((resource): Put => {
    const { resourceType: type, id } = resource;
    const stamped = { ...resource, meta: { versionId: '1', lastUpdated: new Date(NOW).toISOString() } };
    const index = extract(stamped, registry, { localBases: [], updated: NOW, internal: internalPostings });
    const key = { partition: 'portal', type, id };
    return { key, version: 1, at: NOW, deleted: false, method: 'PUT', json: JSON.stringify(stamped), index };
  });
  await storage.store.commit({ puts });
  let serial = 0;
  const world: World = {
    clock,
    ids: { next: () => `id-${++serial}` },
    random: { bytes: count => crypto.getRandomValues(new Uint8Array(count)) },
  };
  return { ...(await startTestServer({ storage, world, env })), storage };
}
