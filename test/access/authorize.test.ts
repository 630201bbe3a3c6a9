/** Routes against scopes, roles and client kinds; the answer knows nothing of what is stored. */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import { authorize } from '../../src/access/authorize.js';
import type { Actor } from '../../src/access/actor.js';
import { own } from '../fixtures/own.js';
import { isOpen } from '../../src/access/open.table.js';
import { createPolicy } from '../../src/access/policy.js';
import type { Definitions } from '../../src/definitions/definitions.js';
import { admission } from '../../src/definitions/capability.js';
import type { Endpoint, Route } from '../../src/definitions/endpoint.js';
import { endpoints as table } from '../../src/definitions/endpoints.table.js';
import { actor, patientActor, ROLE_SYSTEM } from './fixture.js';

const base = 'https://portico.health/fhir';
const extension = (name: string, value: object) => ({ url: `${base}/StructureDefinition/${name}`, ...value });
const scope = (valueString: string) => extension('required-scope', { valueString });
const role = (valueCode: string) => extension('required-role', { valueCode });

const declared: Record<string, object[]> = {
  'Patient-invite': [scope('system/Patient.$invite'), scope('user/Patient.$invite')],
  'Task-claim': [scope('user/Task.$claim'), role('agent'), role('manager')],
  'Communication-mark-read': [scope('patient/Communication.$mark-read'), scope('user/Communication.$mark-read')],
  'Patient-undeclared': [],
};
const definitions = {
  own,
  operation: (url: string) => ({
    resourceType: 'OperationDefinition',
    extension: declared[url.split('/').at(-1) ?? ''] ?? [],
  }),
} as unknown as Definitions;

const endpoint = (name: string, customer?: string) =>
  ({
    admits: admission(
      table.find(one => one.name === name)!,
      customer,
    ),
  }) as Endpoint;

function allows(who: Actor, route: Omit<Route, 'conditional'>, at = endpoint('portal')): boolean {
  try {
    authorize(
      createPolicy(who, {
        compile: () => ({ kind: 'all' }),
        holdsAudit: true,
        holdsDrafts: false,
        roleSystem: ROLE_SYSTEM,
        containers: [],
      }),
      at,
      { conditional: false, ...route },
      definitions,
    );
    return true;
  } catch (error) {
    assert.ok(error instanceof Fault && error.kind === 'forbidden', String(error));
    return false;
  }
}

const run = (type: string, name: string): Omit<Route, 'conditional'> => ({
  interaction: 'operation',
  type,
  operation: { name, definition: `${base}/OperationDefinition/${type}-${name}`, level: 'type' },
});

const staff = (roles: string[], text = 'user/*.cruds user/*.$*') => actor('staff', text, { roles: new Set(roles) });

describe('authorization of routes', () => {
  it('[B40] asks for the permission of the interaction', () => {
    const interactions = {
      r: ['read', 'vread', 'history-instance'],
      s: ['search-type', 'history-type'],
      c: ['create'],
      u: ['update', 'patch'],
      d: ['delete'],
    } as const;
    const all = Object.values(interactions).flat();
    for (const [permission, granted] of Object.entries(interactions)) {
      const who = actor('system', `system/Observation.${permission}`);
      const allowed = all.filter(interaction => allows(who, { interaction, type: 'Observation' }));
      assert.deepEqual(allowed, granted, permission);
      assert.ok(!all.some(interaction => allows(who, { interaction, type: 'Patient' })));
    }
  });

  it('[B41] patients read what may be theirs and the directory, and write little', () => {
    const who = patientActor('1', 'patient/*.cruds user/*.cruds');
    for (const type of ['Patient', 'Communication', 'Practitioner'])
      assert.ok(allows(who, { interaction: 'read', type }), type);
    for (const type of ['AuditEvent', 'Group', 'Subscription'])
      assert.ok(!allows(who, { interaction: 'read', type }), type);
    assert.ok(allows(who, { interaction: 'create', type: 'Communication' }));
    for (const interaction of ['update', 'patch', 'delete'] as const) {
      assert.ok(allows(who, { interaction, type: 'Communication' }), 'their drafts');
      assert.ok(!allows(who, { interaction, type: 'Binary' }));
    }
    for (const type of ['Patient', 'Practitioner', 'Task', 'Person'])
      assert.ok(!allows(who, { interaction: 'create', type }), type);
  });

  it('[B38] a person who reaches nobody is not told so', () => {
    assert.ok(allows(actor('patient', 'patient/*.rs'), { interaction: 'search-type', type: 'Observation' }));
    assert.ok(allows(staff(['agent']), { interaction: 'search-type', type: 'Task' }));
  });

  it('[B41] staff need the role as well as the scope', () => {
    assert.ok(!allows(staff([]), { interaction: 'read', type: 'Communication' }));
    assert.ok(allows(staff(['agent']), { interaction: 'read', type: 'Communication' }));
    assert.ok(!allows(staff(['agent'], 'user/Task.rs'), { interaction: 'read', type: 'Communication' }));
    assert.ok(!allows(staff(['clinician']), { interaction: 'read', type: 'AuditEvent' }));
    assert.ok(allows(staff(['auditor']), { interaction: 'search-type', type: 'AuditEvent' }));
    assert.ok(!allows(staff(['auditor']), { interaction: 'create', type: 'AuditEvent' }));
    assert.ok(!allows(staff(['constructor', '__proto__']), { interaction: 'read', type: 'Communication' }));
  });

  it('operations need one of their scopes, in the context of the caller', () => {
    assert.ok(allows(actor('system', 'system/Patient.$invite'), run('Patient', 'invite')));
    assert.ok(!allows(actor('system', 'system/Patient.$enroll'), run('Patient', 'invite')));
    assert.ok(!allows(actor('system', 'system/*.cruds'), run('Patient', 'invite')));
    assert.ok(!allows(actor('system', 'system/*.$*'), run('Task', 'claim')));
    assert.ok(!allows(patientActor('1', 'user/Patient.$invite'), run('Patient', 'invite')));
    assert.ok(allows(patientActor('1', 'patient/Communication.$mark-read'), run('Communication', 'mark-read')));
    assert.ok(!allows(actor('system', 'system/*.$*'), run('Patient', 'undeclared')));
  });

  it('operations need one of their roles from staff', () => {
    assert.ok(allows(staff(['manager']), run('Task', 'claim')));
    assert.ok(!allows(staff(['clinician']), run('Task', 'claim')));
    assert.ok(allows(staff([]), run('Patient', 'invite')));
  });

  it('keeps clients to the endpoints that admit them, and to their customers', () => {
    const customer = actor('system', 'system/*.cruds', {
      registrations: new Set(['customer']),
      customers: new Set(['k1']),
    });
    const read = { interaction: 'read', type: 'Patient' } as const;
    assert.ok(allows(customer, read, endpoint('customer', 'k1')));
    assert.ok(!allows(customer, read, endpoint('customer', 'k2')));
    assert.ok(!allows(customer, read, endpoint('portal')));
  });

  it('[R58] lets a bundle in for anybody with a scope: its entries are judged one by one', () => {
    assert.ok(allows(patientActor('1', 'patient/Patient.r'), { interaction: 'batch' }));
    assert.ok(!allows(patientActor('1', 'openid'), { interaction: 'batch' }));
  });

  it('[A01] the open list is short', () => {
    const redeem = run('Patient', 'redeem-invitation');
    assert.ok(isOpen({ interaction: 'capabilities' }, own));
    assert.ok(isOpen(redeem, own));
    for (const other of [
      run('Patient', 'invite'),
      { interaction: 'read' as const },
      { interaction: 'batch' as const },
    ]) {
      assert.ok(!isOpen(other, own));
    }
  });
});
