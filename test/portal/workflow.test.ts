/** The frame of workflows: moves, their guards, and plain updates judged by the same table. */
import assert from 'node:assert/strict';
import type { CodeableConcept, Task } from 'fhir/r4.js';
import { Fault } from '../../src/fhir/fault.js';
import type { Notice } from '../../src/portal/effect.js';
import type { WorkflowReader } from '../../src/portal/step.js';
import { judge, move, stateOf, statusState, type Moving, type Workflow } from '../../src/portal/workflow.js';
import { own } from '../fixtures/own.js';
import { workflows } from '../../src/portal/workflows.js';

const concept = (code: string): CodeableConcept => ({ coding: [{ system: 'urn:review', code }] });
const said: Notice = { kind: 'notice', event: 'enrolled', about: 'Task/1', persons: [], parameters: {} };

type Name = 'submit' | 'approve' | 'reject' | 'appeal' | 'archive';

/** An application whose stages are told by the business status, while the status stays in-progress. */
const review: Workflow<Name, Task, { word?: string }, string> = {
  name: 'application',
  resource: 'Task',
  governs: ({ code }) => code?.text === 'application',
  states: {
    draft: statusState<Task>('draft'),
    waiting: statusState<Task>('in-progress', concept('waiting')),
    decided: statusState<Task>('in-progress', concept('decided')),
    archived: statusState<Task>('completed'),
  },
  moves: {
    submit: { from: ['draft'], to: 'waiting', by: ['patient'] },
    approve: {
      from: ['waiting'],
      to: 'decided',
      by: ['staff'],
      reads: async (_task, { all }) => (await all.document('reviewer', 'r'))?.id ?? '',
      async guard(_task, { by }, reviewer) {
        await Promise.resolve();
        if (by.fhirUser !== reviewer) throw new Fault('forbidden', 'Not the reviewer.');
      },
      change: (_task, { input, now }) => ({
        lastModified: new Date(now).toISOString(),
        description: input.word ?? 'yes',
      }),
      effects: () => [said],
    },
    reject: { from: ['waiting'], to: 'decided', by: ['system'], change: () => ({ description: 'no' }) },
    appeal: { from: ['decided'], to: 'waiting', by: ['patient'] },
    archive: { from: ['decided'], to: 'archived', by: ['system'], repeatable: true },
  },
};

const application = (state: keyof typeof review.states, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  id: '1',
  intent: 'order',
  code: { text: 'application' },
  status: 'draft',
  ...review.states[state]?.enter,
  ...more,
});
const all = { document: async () => ({ id: 'Practitioner/r' }) } as unknown as WorkflowReader;
const moving = (by: Moving['by'], input: { word?: string } = {}) => ({ by, now: 0, all, input });
const reviewer = { kind: 'staff', fhirUser: 'Practitioner/r' } as const;
const system = { kind: 'system' } as const;
const plain = (before: Task, wanted: Task, by: Moving['by']) => judge(review, before, wanted, by, () => moving(by));
const kind = (expected: string) => (error: unknown) => error instanceof Fault && error.kind === expected;

describe('a workflow', () => {
  it('tells states of one status by the business status', () => {
    for (const state of Object.keys(review.states)) assert.equal(stateOf(review, application(state), system), state);
    assert.equal(stateOf(review, application('draft', { status: 'in-progress' }), system), 'in-progress');
    const other = { status: 'in-progress', businessStatus: concept('lost') } as const;
    assert.equal(stateOf(review, application('draft', other), system), 'in-progress urn:review|lost');
  });

  it('moves by the table: state, kind of mover, asynchronous guard; then change, state and effects', async () => {
    const { resource, effects } = await move(
      review,
      'approve',
      application('waiting'),
      moving(reviewer, { word: 'fine' }),
    );
    assert.deepEqual(
      resource,
      application('decided', { description: 'fine', lastModified: '1970-01-01T00:00:00.000Z' }),
    );
    assert.deepEqual(effects, [said]);
    await assert.rejects(move(review, 'approve', application('draft'), moving(reviewer)), kind('conflict'));
    await assert.rejects(move(review, 'approve', application('waiting'), moving(system)), kind('forbidden'));
    const other = { kind: 'staff', fhirUser: 'Practitioner/x' } as const;
    await assert.rejects(move(review, 'approve', application('waiting'), moving(other)), kind('forbidden'));
  });

  it('makes a repeatable move again without a change', async () => {
    const archived = application('archived');
    assert.equal((await move(review, 'archive', archived, moving(system))).resource, archived);
    await assert.rejects(move(review, 'archive', archived, moving(reviewer)), kind('forbidden'));
    await assert.rejects(move(review, 'submit', application('waiting'), moving({ kind: 'patient' })), kind('conflict'));
  });

  it('judges a plain update of status or business status by the same table', async () => {
    const before = application('waiting');
    const approved = await plain(before, application('decided', { description: 'sent' }), reviewer);
    assert.deepEqual([approved.resource.description, approved.effects], ['yes', [said]]);
    assert.equal(
      (await plain(before, application('decided'), system)).resource.description,
      'no',
      'the move that is theirs',
    );
    await assert.rejects(plain(before, application('decided'), { kind: 'patient' }), kind('forbidden'));
    await assert.rejects(plain(before, application('archived'), system), kind('conflict'));
    await assert.rejects(
      plain(before, application('waiting', { businessStatus: concept('lost') }), system),
      kind('conflict'),
    );
    const unknown = application('draft', { status: 'on-hold' });
    await assert.rejects(plain(unknown, { ...unknown, status: 'ready' }, system), kind('conflict'));
  });

  it('lets an update through that leaves the state alone, but not out of the workflow', async () => {
    const before = application('waiting');
    const wanted = { ...before, description: 'more' };
    assert.equal((await plain(before, wanted, system)).resource, wanted);
    await assert.rejects(plain(before, { ...before, code: { text: 'else' } }, system), kind('conflict'));
  });

  it('throws on what is no fault of the mover', async () => {
    const broken = {
      ...review,
      moves: { ...review.moves, reject: { ...review.moves.reject, guard: () => assert.fail('broken') } },
    };
    const update = judge(broken, application('waiting'), application('decided'), system, () => moving(system));
    await assert.rejects(update, assert.AssertionError);
  });
});

describe('the workflows of the portal', () => {
  for (const { name, states, moves } of workflows(own))
    it(`${name}: its moves lead from listed states to listed states`, () => {
      for (const { from, to } of Object.values(moves)) {
        for (const state of [...from, to]) assert.ok(Object.hasOwn(states, state), state);
      }
    });
});
