/** Random walks through the portal's workflows: answers and states are those of a model, on every store. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Task } from 'fhir/r4.js';
import {
  asMessage,
  asTask,
  eachPortal,
  output,
  parameters,
  stranger,
  type Answer,
  type Caller,
  type Journey,
} from '../portal/journey.js';
import { InvitationModel, walks, type Step } from './invitation-model.js';
import { orders } from './orders.js';
import { rounds, workItemAfter, type Move, type WorkItem } from './work-item-model.js';
import { samples } from '../fixtures/samples.js';

const RUNS: Record<string, number> = { memory: samples(25, 500), sqlite: samples(25, 500), mongo: samples(4, 50) };
const settings = (store: string) => ({ numRuns: RUNS[store] ?? 10, endOnFailure: store === 'mongo' });

const HOUR = 3_600_000;
const NO_CODE = '0000-0000-0000-0000-0000-0000-0000-0000';

async function walkInvitation(journey: Journey, steps: readonly Step[]): Promise<void> {
  const person = stranger();
  const model = new InvitationModel();
  const tasks: string[] = [];
  const codes: string[] = [];
  const ask = async (step: Step): Promise<number> => {
    if (step.do === 'invite') {
      const order = parameters({ ...person, expiresInDays: step.days });
      const answer = await journey.call('demo-ehr', 'POST', 'Patient/$invite', order);
      if (answer.status === 201) tasks.push((output(answer, 'return') as Task).id ?? '');
      codes.push(...(await journey.codes(person.email)).filter(code => !codes.includes(code)));
      return answer.status;
    }
    if (step.do === 'wait') return assert.fail('asks nothing');
    if (step.do === 'update') {
      const path = `Task/${tasks.at(-1)}`;
      const { body } = await journey.expect(200, 'demo-system', 'GET', path);
      if (step.by === 'PUT')
        return (await journey.call('demo-system', 'PUT', path, { ...body, status: step.to })).status;
      return (await patchStatus(journey, path, step.to)).status;
    }
    const code = codes.at(step.which === 'newest' ? -1 : -2) ?? NO_CODE;
    const birthDate = step.birthDate === 'right' ? person.birthDate : '1990-09-09';
    return (await journey.call('', 'POST', 'Patient/$redeem-invitation', parameters({ code, birthDate }))).status;
  };
  for (const [at, step] of steps.entries()) {
    const expected = model.take(step);
    if (step.do === 'wait') journey.pass(step.hours * HOUR);
    else assert.equal(await ask(step), expected, `step ${at}`);
    const standing = await journey.expect(200, 'demo-ehr', 'POST', 'Patient/$enrollment-status', parameters(person));
    assert.equal(output(standing, 'status'), model.standing, `after step ${at}`);
  }
  for (const [i, id] of tasks.entries()) {
    const { status } = asTask(await journey.expect(200, 'demo-ehr', 'GET', `Task/${id}`));
    assert.equal(status, model.invitations[i]?.status, `invitation ${i}`);
  }
}

/** By a system, as JSON Patch. */
const patchStatus = (journey: Journey, path: string, value: string): Promise<Answer> =>
  journey.call('demo-system', 'PATCH', path, [{ op: 'replace', path: '/status', value }], {
    'content-type': 'application/json-patch+json',
  });

const agents: Record<'agent' | 'manager', { caller: Caller; reference: string }> = {
  agent: { caller: 'demo-agent', reference: 'Practitioner/demo-agent' },
  manager: { caller: 'demo-agent as Practitioner/demo-manager', reference: 'Practitioner/demo-manager' },
};
const group = { reference: 'Organization/demo-clinical-group' };

async function workItem(journey: Journey): Promise<string> {
  const category = [
    { coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'medical' }] },
  ];
  const payload = [{ contentString: 'A question' }];
  const question = { resourceType: 'Communication', status: 'completed', category, payload, recipient: [group] };
  const { id } = asMessage(await journey.expect(201, 'demo-patient', 'POST', 'Communication', question));
  const { body } = await journey.expect(200, 'demo-agent', 'GET', `Task?focus=Communication/${id}`);
  const [entry] = body['entry'] as unknown as { resource: Task }[];
  return entry?.resource.id ?? assert.fail();
}

async function walkWorkItem(journey: Journey, plans: readonly Move[][]): Promise<void> {
  const id = await workItem(journey);
  let item: WorkItem = { status: 'ready', moves: 0 };
  for (const round of plans) {
    const answered = await Promise.all(
      round.map(async move => {
        const answer =
          move.name === 'patch'
            ? patchStatus(journey, `Task/${id}`, move.to)
            : journey.call(agents[move.agent].caller, 'POST', `Task/${id}/$${move.name}`);
        return { move, status: (await answer).status };
      }),
    );
    const explained = orders(answered).flatMap(order => workItemAfter(item, order) ?? []);
    const task = asTask(await journey.expect(200, 'demo-agent', 'GET', `Task/${id}`));
    const found = explained.find(
      ({ status, owner, moves }) =>
        task.status === status &&
        task.owner?.reference === (owner ? agents[owner].reference : 'Organization/demo-workflow-group') &&
        task.meta?.versionId === String(1 + moves),
    );
    const told = () =>
      `${JSON.stringify(answered)} → ${task.status}, ${task.owner?.reference}, ${task.meta?.versionId}`;
    item = found ?? assert.fail(`no order explains ${told()}`);
  }
}

describe('workflows: like their models', () => {
  eachPortal((journey, store) => {
    it('[PC-2] [C02] [C04] an invitation: made, waited for, redeemed, guessed at, updated plainly', () =>
      fc.assert(
        fc.asyncProperty(walks, steps => walkInvitation(journey(), steps)),
        settings(store),
      ));

    it('[MSG-6] a work item: claimed, released, completed, by two at once, and plain updates among them', () =>
      fc.assert(
        fc.asyncProperty(rounds, plans => walkWorkItem(journey(), plans)),
        settings(store),
      ));
  });
});
