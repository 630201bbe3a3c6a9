/** Tables of workflows, operations and OperationDefinitions are held against each other before the server starts. */
import assert from 'node:assert/strict';
import { checkStart, loadModel } from '../../src/compose/model.js';
import { loadConfig } from '../../src/config/config.js';
import type { Resource } from '../../src/fhir/resource.js';
import { workflowGaps } from '../../src/operations/workflow-gaps.js';
import { workItemWorkflow } from '../../src/portal/work-item.js';
import { workflows } from '../../src/portal/workflows.js';
import type { Operation } from '../../src/service.js';
import { operationDefinitions } from '../fixtures/operations.js';
import { own } from '../fixtures/own.js';

const workItem = workItemWorkflow(own);
const url = (name: string) => `https://portico.health/fhir/OperationDefinition/Task-${name}`;
const definition = (canonical: string): Resource => ({
  resourceType: 'OperationDefinition',
  url: canonical,
  resource: ['Task'],
  instance: true,
  affectsState: true,
});
const NAMES = ['assign', 'claim', 'complete', 'release', 'reopen', 'resume', 'transfer', 'unassign', 'wait'];
const all = ['claim', ...NAMES.filter(name => name !== 'claim')].map(url);

describe('the check of workflows at start', () => {
  it('finds a move that no operation makes, and one without an OperationDefinition that fits', () => {
    assert.deepEqual(workflowGaps([workItem], { own, operations: all, definition }), []);
    assert.deepEqual(workflowGaps([workItem], { own, operations: all.slice(1), definition }), [
      `the workflow work item: the move claim has no operation ${url('claim')}`,
    ]);
    const none = (canonical: string) => (canonical === url('release') ? undefined : definition(canonical));
    assert.deepEqual(workflowGaps([workItem], { own, operations: all, definition: none }), [
      `the workflow work item: the move release has no OperationDefinition ${url('release')}`,
    ]);
    for (const wrong of [{ resource: ['Patient'] }, { instance: false }, { affectsState: false }]) {
      const odd = (canonical: string) =>
        canonical === url('complete') ? { ...definition(canonical), ...wrong } : definition(canonical);
      assert.equal(
        workflowGaps([workItem], { own, operations: all, definition: odd }).length,
        1,
        JSON.stringify(wrong),
      );
    }
  });

  it('finds a move that leads nowhere', () => {
    const moves = { ...workItem.moves, claim: { ...workItem.moves.claim, to: 'limbo' } };
    assert.deepEqual(workflowGaps([{ ...workItem, moves }], { own, operations: all, definition }), [
      'the workflow work item: the move claim knows no state limbo',
    ]);
  });

  it('stops the start', () => {
    const model = loadModel(loadConfig({ PORTICO_STORE: 'memory' }));
    const served = (urls: readonly string[]) => urls.map(one => ({ definition: one }) as Operation);
    checkStart(model, served(operationDefinitions));
    const without = operationDefinitions.filter(one => one !== url('claim'));
    assert.throws(() => checkStart(model, served(without)), /the move claim has no operation .*Task-claim/);
    assert.throws(() => checkStart(model, served(without)), /Task: the operation \$claim has no handler/);
  });

  it('holds for the workflows of the portal, whose moves are operations or the server’s own', () => {
    const offered = workflows(own).flatMap(({ moves }) => Object.keys(moves).filter(name => moves[name]?.operation));
    const others = ['confirm', 'deactivate', 'reactivate', 'reject', 'resend', 'resend', 'unlink-proxy', 'withdraw'];
    assert.deepEqual(offered.sort(), [...NAMES, ...others].sort());
  });
});
