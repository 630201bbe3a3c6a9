/**
 * Every move from every state by every kind of caller, by operation and by plain PUT and PATCH, answered as models say; what is
 * refused changes nothing.
 */
import assert from 'node:assert/strict';
import type { Resource } from '../../src/fhir/resource.js';
import { eachPortal, output, parameters, stranger, type Caller, type Journey } from '../portal/journey.js';
import { castOf, type Cast } from './cast.js';
import { portalCode, reference } from './portal-content.js';
import { accountStates, answerOfAccount, answerOfInvitation } from './status-answers.js';
import { invitationStates, invitationStatuses } from './status-answers.js';
import { kindsOf, pathOf, tryAll, update, WAYS, type Make, type Trial, type Try } from './trial.js';
import { answerToOperation, answerToUpdate } from './work-item-answers.js';
import { itemMoves, itemStates, itemStatuses, type ItemMove, type ItemState } from './work-item-answers.js';

const naming = (name: string, to: string) => ({
  resourceType: 'Parameters',
  parameter: [{ name, valueReference: reference(to) }],
});

/** The parameters of a move that has some. */
function bodyOf(name: ItemMove, { members, other }: Cast): object | undefined {
  if (name === 'assign') return naming('owner', members['second agent'].person ?? '');
  return name === 'transfer' ? naming('to', other) : undefined;
}

function workItemTries(journey: Journey, cast: Cast): Try[] {
  return itemStates.flatMap(state =>
    kindsOf(cast).flatMap(kind => [
      ...itemMoves.map((name): Try => {
        const body = bodyOf(name, cast);
        const send = (at: Resource, caller: Caller) => journey.call(caller, 'POST', `${pathOf(at)}/$${name}`, body);
        return { state, kind, how: `$${name}`, expected: answerToOperation(state, kind, name), send };
      }),
      ...WAYS.flatMap(way =>
        itemStatuses.map((status): Try => {
          const expected = answerToUpdate(state, kind, status);
          return { state, kind, how: `${way} ${status}`, expected, send: update(journey, way, 'status', status) };
        }),
      ),
    ]),
  );
}

const makeWorkItem =
  (journey: Journey, { clinical, members }: Cast): Make =>
  async state => {
    const question = {
      resourceType: 'Communication',
      status: 'completed',
      category: [portalCode('message-category', 'medical')],
      payload: [{ contentString: 'A question' }],
      recipient: [reference(clinical)],
    };
    const { body: sent } = await journey.expect(201, 'demo-patient', 'POST', 'Communication', question);
    const retracted = { ...sent, status: 'entered-in-error' };
    if (state === 'cancelled') await journey.expect(200, 'demo-patient', 'PUT', pathOf(sent), retracted);
    const found = await journey.expect(200, 'demo-system', 'GET', `Task?focus=Communication/${String(sent.id)}`);
    const [entry] = found.body['entry'] as unknown as { resource: Resource }[];
    const item = entry?.resource ?? assert.fail();
    const owner = state === 'claimed by manager' ? 'manager' : 'agent';
    const steps: Record<ItemState, string[]> = {
      queued: [],
      'claimed by agent': ['claim'],
      'claimed by manager': ['claim'],
      'waiting by agent': ['claim', 'wait'],
      done: ['claim', 'complete'],
      cancelled: [],
    };
    let at = item;
    for (const name of steps[state as ItemState]) {
      at = (await journey.expect(200, members[owner].caller, 'POST', `${pathOf(item)}/$${name}`)).body;
    }
    return at;
  };

function invitationTries(journey: Journey, cast: Cast): Try[] {
  return invitationStates.flatMap(state =>
    kindsOf(cast).flatMap(kind =>
      WAYS.flatMap(way =>
        invitationStatuses.map((status): Try => {
          const expected = answerOfInvitation(state, kind, status);
          return { state, kind, how: `${way} ${status}`, expected, send: update(journey, way, 'status', status) };
        }),
      ),
    ),
  );
}

const makeInvitation =
  (journey: Journey): Make =>
  async state => {
    const answer = await journey.expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(stranger()));
    // The delivery of its notice is shown at the invitation: a version that no caller made.
    await journey.server.app.dispatcher.idle();
    const task = (await journey.expect(200, 'demo-system', 'GET', pathOf(output(answer, 'return') as Resource))).body;
    if (state === 'requested') return task;
    return (await journey.expect(200, 'demo-system', 'PUT', pathOf(task), { ...task, status: state })).body;
  };

function accountTries(journey: Journey, cast: Cast): Try[] {
  return accountStates.flatMap(state =>
    kindsOf(cast).flatMap(kind =>
      WAYS.flatMap(way =>
        [true, false].map((active): Try => {
          const send = update(journey, way, 'active', active);
          return { state, kind, how: `${way} active ${active}`, expected: answerOfAccount(kind), send };
        }),
      ),
    ),
  );
}

const makeAccount =
  (journey: Journey): Make =>
  async state => {
    const person = { resourceType: 'Person', active: state === 'active', name: [{ family: 'Somebody' }] };
    return (await journey.expect(201, 'demo-system', 'POST', 'Person', person)).body;
  };

describe('workflows: every move, by everybody', () => {
  eachPortal((journey, store) => {
    let cast: Cast;
    before(async () => {
      cast = await castOf(journey());
    });
    const trial = (make: Make): Trial => ({ journey: journey(), cast, make, left: new Map() });

    it('[MSG-6] a work item moves for its agents and managers alone, whatever way is tried', () =>
      tryAll(workItemTries(journey(), cast), trial(makeWorkItem(journey(), cast)), store));

    it('[PC-2] an invitation that is open is ended by systems that may write it, and by nobody else', () =>
      tryAll(invitationTries(journey(), cast), trial(makeInvitation(journey())), store));

    it('[PC-4] an account is closed and reopened by systems that may write it and by administrators, and by nobody else', () =>
      tryAll(accountTries(journey(), cast), trial(makeAccount(journey())), store));
  });
});
