/** The work item's table of transitions, move by move, and who may make them. */
import assert from 'node:assert/strict';
import type { PractitionerRole, Task } from 'fhir/r4.js';
import { Fault } from '../../src/fhir/fault.js';
import type { Versioned, WorkflowReader } from '../../src/portal/step.js';
import { isEntitled, moveWorkItem, moves, type Handling, type WorkItemMove } from '../../src/portal/work-item.js';
import { defined } from '../../src/fhir/defined.js';

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

const handling: Handling = { agent: 'Practitioner/a', entitled: true, now: 0 };
const faultOf = (move: WorkItemMove, of: Task, by: Handling): string => {
  try {
    return moveWorkItem(of, move, by).status;
  } catch (error) {
    return error instanceof Fault ? error.kind : assert.fail();
  }
};

describe('the work item', () => {
  const statuses: Task['status'][] = ['draft', 'requested', 'in-progress', 'completed', 'cancelled', 'failed'];
  for (const move of Object.keys(moves) as WorkItemMove[])
    it(`[MSG-6] allows ${move} from ${moves[move].from.join(', ')} alone`, () => {
      for (const status of statuses) {
        const outcome = faultOf(move, task(status, 'Practitioner/a'), handling);
        assert.equal(outcome, moves[move].from.includes(status) ? moves[move].to : 'conflict', status);
      }
    });

  it('[MSG-6] goes back to the group when it is released, and keeps notes', () => {
    const released = moveWorkItem(task('in-progress', 'Practitioner/a'), 'release', { ...handling, note: 'no time' });
    assert.equal(released.owner?.reference, 'Organization/g');
    assert.deepEqual(
      released.note?.map(({ text }) => text),
      ['no time'],
    );
    const again = moveWorkItem(released, 'claim', { ...handling, note: 'mine' });
    assert.deepEqual(
      again.note?.map(({ text }) => text),
      ['no time', 'mine'],
    );
  });

  it('[MSG-6] is moved by its owner alone, who must be entitled', () => {
    assert.equal(faultOf('complete', task('in-progress', 'Practitioner/b'), handling), 'conflict');
    assert.equal(faultOf('claim', task('requested', 'Organization/g'), { ...handling, entitled: false }), 'forbidden');
  });

  it('is not just any Task', () => {
    assert.equal(
      faultOf('claim', { ...task('requested', 'Organization/g'), code: { text: 'else' } }, handling),
      'conflict',
    );
  });

  const noon = Date.parse('2026-03-01T12:00:00Z');
  const role = (code: string, organization: string, period?: PractitionerRole['period']): PractitionerRole => ({
    resourceType: 'PractitionerRole',
    code: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/role', code }] }],
    organization: { reference: organization },
    ...defined({ period }),
  });
  const readerOf = (roles: PractitionerRole[]): WorkflowReader =>
    ({ find: async () => roles.map(resource => ({ resource })) as Versioned<never>[] }) as unknown as WorkflowReader;
  const base = [role('workbench-user', 'Organization/o'), role('task-processing', 'Organization/o')];

  const cases: [string, PractitionerRole[], boolean][] = [
    ['an agent of the group', [...base, role('agent', 'Organization/g')], true],
    ['a manager of the group', [...base, role('manager', 'Organization/g')], true],
    ['an agent of another group', [...base, role('agent', 'Organization/h')], false],
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
      assert.equal(await isEntitled('Practitioner/a', 'Organization/g', readerOf(roles), noon), expected);
    });
});
