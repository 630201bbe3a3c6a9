/** The work item's table of transitions, move by move, and who may make them. */
import assert from 'node:assert/strict';
import type { PractitionerRole, Task } from 'fhir/r4.js';
import { Fault } from '../../src/fhir/fault.js';
import type { Query } from '../../src/fhir/request.js';
import type { Versioned, WorkflowReader } from '../../src/portal/step.js';
import { entitlementOf } from '../../src/portal/entitlement.js';
import { workItemWorkflow, type Handling, type WorkItemMove } from '../../src/portal/work-item.js';
import { move, SERVER, type Moving } from '../../src/portal/workflow.js';
import { own } from '../fixtures/own.js';
import { defined } from '../../src/fhir/defined.js';

const workItem = workItemWorkflow(own);

/** The state that a status stands for. */
const STATES: Partial<Record<Task['status'], [state: string]>> = {
  ready: ['queued'],
  requested: ['queued'],
  'in-progress': ['claimed'],
  'on-hold': ['waiting'],
  completed: ['done'],
  cancelled: ['cancelled'],
};
const RESULTS: Record<string, Task['status']> = {
  ...{ queued: 'ready', claimed: 'in-progress', waiting: 'on-hold', done: 'completed', cancelled: 'cancelled' },
};
const OF_SERVER = new Set<WorkItemMove>(['answer', 'withdraw', 'recall']);
/** Moves that are not for the agent of these tests, or lack the parameter that they need. */
const REFUSED: Partial<Record<WorkItemMove, string>> = {
  ...{ assign: 'forbidden', unassign: 'forbidden', transfer: 'unprocessable', 'hand-on': 'unprocessable' },
};

const task = (status: Task['status'], owner: string): Task => ({
  resourceType: 'Task',
  status,
  intent: 'order',
  code: { coding: [{ system: 'https://portico.health/fhir/CodeSystem/task-code', code: 'workbench' }] },
  extension: [
    {
      url: 'https://portico.health/fhir/StructureDefinition/workflow-group-of',
      valueReference: { reference: 'Organization/g' },
    },
  ],
  owner: { reference: owner },
});

/** Roles that make the agent of these tests an agent of the group, or none. */
const rolesOf = (entitled: boolean): PractitionerRole[] =>
  entitled ? ['workbench-user', 'task-processing', 'agent'].map(code => role(code, 'Organization/g')) : [];

const by = { kind: 'staff', fhirUser: 'Practitioner/a' } as const;
const moving = (note?: string, entitled = true): Moving<Handling> => ({
  by,
  now: 0,
  all: readerOf(rolesOf(entitled)),
  input: defined({ note }),
});
const faultOf = async (name: WorkItemMove, of: Task, how = moving()): Promise<string> => {
  try {
    return (await move(workItem, name, of, how)).resource.status;
  } catch (error) {
    return error instanceof Fault ? error.kind : assert.fail();
  }
};

const role = (code: string, organization: string, period?: PractitionerRole['period']): PractitionerRole => ({
  resourceType: 'PractitionerRole',
  code: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/role', code }] }],
  organization: { reference: organization },
  ...defined({ period }),
});
const readerOf = (roles: PractitionerRole[], gone = false): WorkflowReader =>
  ({
    own,
    get: async () => ({ resource: { resourceType: 'Practitioner', active: !gone } }),
    find: async (_type: string, query: Query) =>
      roles
        .filter(({ active = true }) => query.every(([name, value]) => name !== 'active' || value === String(active)))
        .map(resource => ({ resource })) as Versioned<never>[],
  }) as unknown as WorkflowReader;

describe('the work item', () => {
  const { moves } = workItem;
  const statuses: Task['status'][] = [
    'draft',
    'ready',
    'requested',
    'in-progress',
    'on-hold',
    'completed',
    'cancelled',
    'failed',
  ];
  for (const name of Object.keys(moves) as WorkItemMove[])
    it(`[MSG-6] allows ${name} from ${moves[name].from.join(', ')} alone`, async () => {
      for (const status of statuses) {
        const how = OF_SERVER.has(name) ? { ...moving(), by: SERVER } : moving();
        const outcome = await faultOf(name, task(status, 'Practitioner/a'), how);
        const [state = ''] = STATES[status] ?? [];
        const allowed = moves[name].from.includes(state);
        const expected = allowed ? (REFUSED[name] ?? RESULTS[moves[name].to]) : 'conflict';
        assert.equal(outcome, expected, status);
      }
    });

  it('[MSG-6] goes back to the group when it is released, and keeps notes', async () => {
    const { resource: released } = await move(
      workItem,
      'release',
      task('in-progress', 'Practitioner/a'),
      moving('no time'),
    );
    assert.equal(released.owner?.reference, 'Organization/g');
    assert.deepEqual(
      released.note?.map(({ text }) => text),
      ['no time'],
    );
    const { resource: again } = await move(workItem, 'claim', released, moving('mine'));
    assert.deepEqual(
      again.note?.map(({ text }) => text),
      ['no time', 'mine'],
    );
  });

  it('[MSG-6] is moved by its owner alone, who must be entitled', async () => {
    assert.equal(await faultOf('complete', task('in-progress', 'Practitioner/b')), 'conflict');
    assert.equal(await faultOf('claim', task('requested', 'Organization/g'), moving(undefined, false)), 'forbidden');
    for (const name of ['complete', 'release'] as const) {
      const claimed = task('in-progress', 'Practitioner/a');
      assert.equal(await faultOf(name, claimed, moving(undefined, false)), 'forbidden', `${name}, no agent any more`);
    }
    const system = { ...moving(), by: { kind: 'system' } } as const;
    assert.equal(await faultOf('claim', task('requested', 'Organization/g'), system), 'forbidden');
  });

  it('is not just any Task', () => {
    assert.equal(workItem.governs(task('requested', 'Organization/g')), true);
    assert.equal(workItem.governs({ ...task('requested', 'Organization/g'), code: { text: 'else' } }), false);
  });

  const noon = Date.parse('2026-03-01T12:00:00Z');
  const base = [role('workbench-user', 'Organization/o'), role('task-processing', 'Organization/o')];

  const cases: [string, PractitionerRole[], boolean][] = [
    ['an agent of the group', [...base, role('agent', 'Organization/g')], true],
    ['a manager of the group', [...base, role('manager', 'Organization/g')], true],
    ['an agent of another group', [...base, role('agent', 'Organization/h')], false],
    ['a manager of another group', [...base, role('manager', 'Organization/h')], false],
    [
      'an agent of another group with a lesser role here',
      [...base, role('agent', 'Organization/h'), role('workbench-user', 'Organization/g')],
      false,
    ],
    ['an agent whose role was ended', [...base, { ...role('agent', 'Organization/g'), active: false }], false],
    ['who is no Workbench user', [...base.slice(1), role('agent', 'Organization/g')], false],
    ['who may not process tasks', [...base.slice(0, 1), role('agent', 'Organization/g')], false],
    ['an agent on the last day', [...base, role('agent', 'Organization/g', { end: '2026-03-01' })], true],
    ['an agent of last year', [...base, role('agent', 'Organization/g', { end: '2025' })], false],
    [
      'an agent from this afternoon',
      [...base, role('agent', 'Organization/g', { start: '2026-03-01T13:00:00Z' })],
      false,
    ],
  ];
  for (const [who, roles, expected] of cases)
    it(`[MSG-6] ${expected ? 'is' : 'is not'} for ${who}`, async () => {
      const { processes } = await entitlementOf('Practitioner/a', 'Organization/g', readerOf(roles), noon);
      assert.equal(processes, expected);
    });

  it('[MSG-6] is not for an agent who is inactive, whatever roles are left', async () => {
    const roles = [...base, role('agent', 'Organization/g')];
    const { processes } = await entitlementOf('Practitioner/a', 'Organization/g', readerOf(roles, true), noon);
    assert.equal(processes, false);
  });
});
