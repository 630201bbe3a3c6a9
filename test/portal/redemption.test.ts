/** Codes at the edge of time. */
import assert from 'node:assert/strict';
import type { Task } from 'fhir/r4.js';
import { isOver } from '../../src/portal/account-standing.js';
import { standingOf } from '../../src/portal/enrollment.js';
import { redeem } from '../../src/portal/redemption.js';
import { step, type WorkflowReader } from '../../src/portal/step.js';
import { own } from '../fixtures/own.js';

const UNTIL = Date.parse('2026-03-01T10:00:00Z');
const task = { resourceType: 'Task', status: 'requested', intent: 'order', id: 't' } as Task;
const value = { facts: { birthDate: '1980-02-03' }, task: 'Task/t', tries: 0, until: UNTIL };
const reader = {
  own,
  get: () => Promise.resolve({ resource: task, version: {} }),
  document: () => Promise.resolve({ kind: 'invitation', id: 'x', version: 1, value, keys: {} }),
} as unknown as WorkflowReader;

describe('the redemption', () => {
  for (const [when, early, kind] of [
    ['a millisecond before the end looks at the facts', 1, 'unprocessable'],
    ['is over at the very end', 0, 'gone'],
  ] as const)
    it(`[C03] ${when}`, async () => {
      const clock = { now: () => UNTIL - early };
      const world = { clock, ids: { next: () => 'i' }, random: { bytes: (size: number) => new Uint8Array(size) } };
      const outcome = await redeem(
        'code',
        '1999-09-09',
        { accountAge: 16, activates: true, lasts: 1, portalUrl: '' },
        reader,
        world,
      );
      assert.ok('fault' in outcome);
      assert.equal(outcome.fault.kind, kind);
    });
});

describe('the code of an activation', () => {
  it('[PC-4] is over at the very end, and where there is none', () => {
    const activation = { kind: 'account', id: 'p', version: 1, value: { until: UNTIL }, keys: {} };
    assert.deepEqual(
      [isOver(activation, UNTIL - 1), isOver(activation, UNTIL), isOver(undefined, UNTIL)],
      [false, true, true],
    );
  });
});

describe('the standing of an invitee', () => {
  it('[PC-1] is that of an invitation that has expired from its very end on', async () => {
    const facts = { birthDate: '1980-02-03', identifier: { system: 'urn:mrn', value: '1' } };
    const pointer = { value: { invitations: ['x'] } };
    const invitation = { id: 'x', value: { ...value, facts } };
    const stored = (kind: string) => Promise.resolve(kind === 'invitee' ? pointer : invitation);
    const at = async (now: number) => {
      const invited = { ...reader, document: stored } as unknown as WorkflowReader;
      return (await standingOf({ facts, others: [], conditions: step({}) }, 16, invited, now)).status;
    };
    assert.deepEqual([await at(UNTIL - 1), await at(UNTIL)], ['invited', 'invitation-expired']);
  });
});
