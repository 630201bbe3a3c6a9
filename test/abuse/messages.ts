/** Messages that people try to send. */
import assert from 'node:assert/strict';
import type { Answer, Caller, Journey } from '../portal/journey.js';
import { system, totalOf } from './ward.js';

export const group = { reference: 'Organization/demo-clinical-group' };

export const message = (more: object = {}): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'medical' }] }],
  recipient: [group],
  payload: [{ contentString: 'A question.' }],
  ...more,
});

export const to = (patient: string) => ({ subject: { reference: `Patient/${patient}` } });

/** The number of messages there are. */
export const counting = (journey: () => Journey) => async (): Promise<number | undefined> =>
  totalOf(await journey().expect(200, system, 'GET', 'Communication?_summary=count'));

/** A message is refused, and nothing is written. */
export function refusing(journey: () => Journey) {
  const count = counting(journey);
  return async (status: number, caller: Caller, resource: object): Promise<Answer> => {
    const before = await count();
    const answer = await journey().call(caller, 'POST', 'Communication', resource);
    assert.equal(answer.status, status, answer.text);
    assert.equal(await count(), before);
    return answer;
  };
}
