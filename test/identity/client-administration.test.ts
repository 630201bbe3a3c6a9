/** Who keeps clients is decided where they are kept, whatever page asks. */
import assert from 'node:assert/strict';
import type { Practitioner, PractitionerRole } from 'fhir/r4.js';
import { FILE_BASE, ownCanonicals } from '../../src/fhir/own-canonicals.js';
import { staffRoles } from '../../src/fhir/staff-roles.js';
import { createClientAdministration } from '../../src/identity/authorization-server/client-administration.js';
import type { RegisteredClient } from '../../src/identity/authorization-server/registered-client.js';
import type { SignedIn } from '../../src/identity/sessions/session.js';
import type { WorkflowReader } from '../../src/portal/step.js';
import type { AuditEntry } from '../../src/service.js';
import { testWorld } from '../fixtures/world.js';

const own = ownCanonicals(FILE_BASE);
const client: RegisteredClient = {
  ...{ id: 'ehr', kind: 'trusted-system', name: 'EHR', integration: 'ehr', scope: 'system/Patient.rs' },
  ...{ authMethod: 'client_secret_basic', redirectUris: [], secretHash: 'the hash' },
};

/** Clients as kept for somebody with this role. */
function keptFor(role: Partial<PractitionerRole>, person: Partial<Practitioner> = {}) {
  const changes: unknown[] = [];
  const entries: AuditEntry[] = [];
  const reader = {
    own,
    get: () => Promise.resolve({ resource: { resourceType: 'Practitioner', ...person } }),
    find: () => Promise.resolve([{ resource: { resourceType: 'PractitionerRole', active: true, ...role } }]),
  } as unknown as WorkflowReader;
  const clients = {
    find: (id: string) => Promise.resolve(id === client.id ? client : undefined),
    list: () => Promise.resolve([client]),
    change: (next: RegisteredClient) => Promise.resolve(void changes.push(next)),
    rotate: (id: string) => Promise.resolve(changes.push(id) > 0 ? 'the secret' : undefined),
  };
  const audit = { append: (entry: AuditEntry) => Promise.resolve(void entries.push(entry)) };
  return { changes, entries, kept: createClientAdministration({ clients, reader, world: testWorld(), audit }) };
}

const coded = (code: string): Partial<PractitionerRole> => ({ code: [own.concept('role', code)] });
const who = { account: 'Practitioner/1' } as SignedIn;
const ADMINISTRATOR = coded('system-administrator');

describe('keeping clients', () => {
  const others: [string, Partial<PractitionerRole>, Partial<Practitioner>?][] = [
    ...staffRoles
      .filter(code => code !== 'system-administrator')
      .map((code): [string, Partial<PractitionerRole>] => [code, coded(code)]),
    ['a role that is over', { ...ADMINISTRATOR, period: { end: '2001-01-01' } }],
    ['a role of another code system', { code: [{ coding: [{ system: 'urn:x', code: 'system-administrator' }] }] }],
    ['somebody who has left', ADMINISTRATOR, { active: false }],
  ];
  for (const [title, role, person] of others)
    it(`[B37] [B41] is not for ${title}, and the try is audited`, async () => {
      const { kept, changes, entries } = keptFor(role, person);
      for (const work of [kept.list(who), kept.setDisabled(who, 'ehr', true), kept.rotate(who, 'ehr')])
        await assert.rejects(work, { kind: 'forbidden' });
      assert.deepEqual(changes, []);
      assert.deepEqual(
        entries.map(({ status, actor }) => [status, actor]),
        [1, 2, 3].map(() => [403, who.account]),
      );
    });

  it('[B37] is not for members, whatever roles say', async () => {
    const { kept } = keptFor(ADMINISTRATOR);
    await assert.rejects(kept.list({ ...who, account: 'Person/1' }), { kind: 'forbidden' });
  });

  it('[B41] shows no hash, and tells neither secret to the audit', async () => {
    const { kept, changes, entries } = keptFor(ADMINISTRATOR);
    const [seen] = await kept.list(who);
    assert.ok(seen !== undefined && !('secretHash' in seen));
    assert.equal(await kept.rotate(who, 'ehr'), 'the secret');
    await kept.setDisabled(who, 'ehr', false);
    await kept.setDisabled(who, 'ehr', true);
    assert.deepEqual(changes, ['ehr', { ...client, disabled: true }]);
    assert.ok(!JSON.stringify(entries).includes('the secret') && entries.every(({ status }) => status === 200));
  });
});
