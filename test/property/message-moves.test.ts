/** A message in every state, changed, sent, retracted or thrown away by everybody, by PUT, PATCH and DELETE, answered as a model says. */
import assert from 'node:assert/strict';
import type { Resource } from '../../src/fhir/resource.js';
import { eachPortal, type Caller, type Journey } from '../portal/journey.js';
import { castOf, type Cast } from './cast.js';
import { answerToDeletion, answerToMessageUpdate, authorOf, isDraft, sees } from './message-answers.js';
import { messageStates, messageStatuses, type MessageState } from './message-answers.js';
import { portalCode, reference } from './portal-content.js';
import { kindsOf, pathOf, tryAll, update, WAYS, type Make, type Trial, type Try } from './trial.js';

const UNSEEN = { PUT: 405, PATCH: 404 } as const;
const DANA = reference('Patient/demo-patient');

function messageTries(journey: Journey, cast: Cast): Try[] {
  return messageStates.flatMap(state =>
    kindsOf(cast).flatMap(kind => [
      ...WAYS.flatMap(way =>
        messageStatuses.map((status): Try => {
          const expected = answerToMessageUpdate(state, kind, status, UNSEEN[way]);
          return { state, kind, how: `${way} ${status}`, expected, send: update(journey, way, 'status', status) };
        }),
      ),
      {
        ...{ state, kind, how: 'DELETE', expected: answerToDeletion(state, kind), keeps: !sees(kind, state) },
        send: (at: Resource, caller: Caller) => journey.call(caller, 'DELETE', pathOf(at)),
      },
    ]),
  );
}

const makeMessage =
  (journey: Journey, { clinical, members }: Cast): Make =>
  async (of: string) => {
    const state = of as MessageState;
    const write = async (caller: Caller, more: object): Promise<Resource> => {
      const category = [portalCode('message-category', 'medical')];
      const content = { status: 'completed', category, subject: DANA, payload: [{ contentString: 'Words' }] };
      const message = { resourceType: 'Communication', ...content, ...more };
      const { body } = await journey.expect(201, caller, 'POST', 'Communication', message);
      // What becomes of its notice is shown at a message: a version that no caller makes.
      await journey.server.app.dispatcher.idle();
      return (await journey.expect(200, caller, 'GET', pathOf(body))).body;
    };
    const [patient, agent] = [members.patient.caller, members.agent.caller];
    const toGroup = { recipient: [reference(clinical)] };
    if (state === 'draft of patient') return write(patient, { ...toGroup, status: 'preparation' });
    if (state === 'draft of agent') return write(agent, { status: 'preparation' });
    if (state === 'draft of system')
      return write('demo-system', { status: 'preparation', sender: reference(clinical) });
    const question = await write(patient, toGroup);
    if (state === 'question') return question;
    if (state === 'retracted') {
      const trace = { ...question, status: 'entered-in-error' };
      return (await journey.expect(200, patient, 'PUT', pathOf(question), trace)).body;
    }
    const answering = { inResponseTo: [reference(pathOf(question))] };
    const forGroup = { ...answering, sender: reference(clinical) };
    if (state === 'answer of the system') return write('demo-system', forGroup);
    const found = await journey.expect(200, agent, 'GET', `Task?focus=${pathOf(question)}`);
    const [entry] = found.body['entry'] as unknown as { resource: Resource }[];
    await journey.expect(200, agent, 'POST', `${pathOf(entry?.resource ?? assert.fail('no item'))}/$claim`);
    return write(agent, state === 'answer of the group' ? forGroup : answering);
  };

describe('messages: every move, by everybody', () => {
  eachPortal((journey, store) => {
    it('[MSG-19] [MSG-17] a message is its author’s until it is sent, and then retracted by its sender alone', async () => {
      const cast = await castOf(journey());
      const reader = (state: string): Caller =>
        isDraft(state as MessageState) ? cast.members[authorOf(state as MessageState)].caller : 'demo-system';
      const trial: Trial = { journey: journey(), cast, make: makeMessage(journey(), cast), left: new Map(), reader };
      await tryAll(messageTries(journey(), cast), trial, store);
    });
  });
});
