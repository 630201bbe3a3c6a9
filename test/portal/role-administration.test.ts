/** Roles of the portal are granted by role administration alone, whichever way the write takes. */
import assert from 'node:assert/strict';
import type { PractitionerRole } from 'fhir/r4.js';
import { eachPortal, issue, type Answer, type Caller, type Journey } from './journey.js';

const ROLES = 'https://portico.health/fhir/CodeSystem/role';
const administrator: Caller = 'demo-agent as Practitioner/demo-administrator';

const coded = (system: string, code: string) => [{ coding: [{ system, code }] }];

const role = (code = coded(ROLES, 'auditor'), practitioner = 'demo-agent'): PractitionerRole => ({
  resourceType: 'PractitionerRole',
  active: true,
  practitioner: { reference: `Practitioner/${practitioner}` },
  organization: { reference: 'Organization/demo-organization' },
  code,
});

const transaction = (method: string, url: string, resource: object, more: object = {}) => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [{ request: { method, url, ...more }, resource }],
});

/** Every way to write a PractitionerRole, for one that is not there yet. */
const WAYS: readonly ((resource: object) => Parameters<Journey['call']>)[] = [
  resource => ['demo-ehr', 'POST', 'PractitionerRole', resource],
  resource => ['demo-ehr', 'POST', 'PractitionerRole', resource, { 'if-none-exist': 'identifier=urn:x|new' }],
  resource => ['demo-ehr', 'PUT', 'PractitionerRole?identifier=urn:x|new', resource],
  resource => ['demo-ehr', 'POST', '', transaction('POST', 'PractitionerRole', resource)],
  resource => ['demo-ehr', 'POST', '', transaction('PUT', 'PractitionerRole?identifier=urn:x|new', resource)],
];

const refused = (answer: Answer): unknown[] => [answer.status, issue(answer).code];
const idOf = ({ body }: Answer): string => String(body.id);

function directory(journey: () => Journey): void {
  const asSystem = (method: string, path: string, body?: unknown) =>
    journey().expect(method === 'POST' ? 201 : 200, 'demo-system', method, path, body);

  it('[PC-10] [B41] a system of the provider directory makes no auditor, by whatever kind of write', async () => {
    for (const way of WAYS) {
      const answer = await journey().call(...way(role()));
      assert.deepEqual(refused(answer), [403, 'forbidden'], answer.text);
    }
    const hidden = { ...role(coded('urn:x', 'nurse')), specialty: coded(ROLES, 'auditor') };
    assert.equal((await journey().call('demo-ehr', 'POST', 'PractitionerRole', hidden)).status, 403);
    const found = await journey().expect(200, 'demo-system', 'GET', `PractitionerRole?role=${ROLES}|auditor`);
    assert.equal(found.body['total'], 1, 'the demo auditor alone');
  });

  it('[PC-10] it keeps entries of other code systems, and cannot turn one into a role', async () => {
    const plain = await journey().expect(
      201,
      'demo-ehr',
      'POST',
      'PractitionerRole',
      role(coded('http://snomed.info/sct', '224535009')),
    );
    const path = `PractitionerRole/${idOf(plain)}`;
    const patch = [{ op: 'add', path: '/code/-', value: coded(ROLES, 'manager')[0] }];
    const type = { 'content-type': 'application/json-patch+json' };
    for (const answer of [
      await journey().call('demo-ehr', 'PUT', path, { ...role(), id: idOf(plain) }),
      await journey().call('demo-ehr', 'PATCH', path, JSON.stringify(patch), type),
      await journey().call('demo-ehr', 'POST', '', transaction('PUT', path, { ...role(), id: idOf(plain) })),
    ]) {
      assert.deepEqual(refused(answer), [403, 'forbidden'], answer.text);
    }
    await journey().expect(200, 'demo-ehr', 'PUT', path, { ...plain.body, availabilityExceptions: 'Fridays' });
  });

  it('[PC-10] it updates what is around a role, and neither ends it, nor moves it to somebody else, nor deletes it', async () => {
    const granted = await asSystem('POST', 'PractitionerRole', role(coded(ROLES, 'scheduler')));
    const path = `PractitionerRole/${idOf(granted)}`;
    const around = { ...granted.body, availabilityExceptions: 'closed on Mondays' };
    await journey().expect(200, 'demo-ehr', 'PUT', path, around);
    const changes = [
      { active: false },
      { practitioner: { reference: 'Practitioner/demo-clinician' } },
      { organization: { reference: 'Organization/demo-workflow-group' } },
      { period: { end: '2020-01-01' } },
      { code: coded('urn:x', 'nurse') },
    ];
    for (const change of changes) {
      const answer = await journey().call('demo-ehr', 'PUT', path, { ...around, ...change });
      assert.deepEqual(refused(answer), [403, 'forbidden'], JSON.stringify(change));
    }
    assert.equal((await journey().call('demo-ehr', 'DELETE', path)).status, 403);
    await journey().expect(200, 'demo-system', 'PUT', path, { ...around, active: false });
  });

  it('[PC-10] nobody brings a deleted role back to life by writing it again', async () => {
    const granted = await asSystem('POST', 'PractitionerRole', role(coded(ROLES, 'scheduler')));
    const path = `PractitionerRole/${idOf(granted)}`;
    assert.ok((await journey().call('demo-system', 'DELETE', path)).status < 300);
    assert.equal((await journey().call('demo-ehr', 'PUT', path, granted.body)).status, 403);
  });
}

function administration(journey: () => Journey): void {
  it('[RN-30] [B41] a healthcare administrator grants and ends roles of others; nobody raises themselves', async () => {
    const made = await journey().expect(201, administrator, 'POST', 'PractitionerRole', role());
    const path = `PractitionerRole/${idOf(made)}`;
    const auditor: Caller = 'demo-agent';
    await journey().expect(200, auditor, 'GET', 'AuditEvent?_count=1');
    await journey().expect(200, administrator, 'PUT', path, { ...made.body, active: false });
    await journey().expect(403, auditor, 'GET', 'AuditEvent?_count=1');
    const own = role(coded(ROLES, 'auditor'), 'demo-administrator');
    const base = journey().server.portal;
    const byUrl = { ...own, practitioner: { reference: `${base}/Practitioner/demo-administrator` } };
    for (const mine of [own, byUrl]) {
      const answer = await journey().call(administrator, 'POST', 'PractitionerRole', mine);
      assert.deepEqual(refused(answer), [403, 'forbidden'], answer.text);
    }
    const taken = { ...made.body, practitioner: own.practitioner };
    assert.equal((await journey().call(administrator, 'PUT', path, taken)).status, 403);
  });

  it('[RN-30] [B41] staff of other roles grant none', async () => {
    for (const caller of ['demo-clinician', 'demo-agent', 'demo-agent as Practitioner/demo-manager']) {
      const answer = await journey().call(caller, 'POST', 'PractitionerRole', role());
      assert.deepEqual(refused(answer), [403, 'forbidden'], caller);
    }
  });

  it('[PC-1] [PC-2] [PC-4] staff without the role learn nothing and send nothing by the operations on patients', async () => {
    for (const caller of ['demo-clinician', 'demo-agent', 'demo-agent as Practitioner/demo-auditor']) {
      for (const name of ['invite', 'enroll', 'enrollment-status']) {
        for (const path of [`Patient/demo-patient/$${name}`, `Patient/nobody/$${name}`, `Patient/$${name}`]) {
          const answer = await journey().call(caller, 'POST', path, { resourceType: 'Parameters' });
          assert.deepEqual(refused(answer), [403, 'forbidden'], `${caller} ${path}`);
        }
      }
    }
    const status = 'Patient/demo-harold-brookfield/$enrollment-status';
    await journey().expect(200, administrator, 'GET', status);
  });
}

describe('role administration', () => {
  eachPortal(journey => {
    directory(journey);
    administration(journey);
  });
});
