/** What the operations of member administration are called on: an account that waits, an invitation, reviews of duplicates. */
import assert from 'node:assert/strict';
import type { Task } from 'fhir/r4.js';
import { asPerson, output, parameters, stranger, type Journey } from '../portal/journey.js';

export interface Members {
  /** `Person/1` */
  readonly account: string;
  /** `Task/1` */
  readonly invitation: string;
  readonly reviews: readonly [string, string];
}

const PENDING = {
  active: false,
  extension: [{ url: 'https://portico.health/fhir/StructureDefinition/account-standing', valueCode: 'pending' }],
};

export async function membersIn(journey: Journey): Promise<Members> {
  const facts = stranger();
  const member = asPerson(await journey.expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(facts)));
  await journey.expect(204, 'demo-system', 'DELETE', `Person/${member.id}`);
  const waiting = { resourceType: 'Person', ...PENDING, link: member.link };
  const { body } = await journey.expect(201, 'demo-system', 'POST', 'Person', waiting);
  const invited = await journey.expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(stranger()));
  const review = async () => `Task/${await reviewIn(journey)}`;
  return {
    account: `Person/${String(body.id)}`,
    invitation: `Task/${(output(invited, 'return') as Task).id}`,
    reviews: [await review(), await review()],
  };
}

async function reviewIn(journey: Journey): Promise<string> {
  const record = async () => {
    const patient = { resourceType: 'Patient', name: [{ family: stranger().family }] };
    return { reference: `Patient/${(await journey.expect(201, 'demo-system', 'POST', 'Patient', patient)).body.id}` };
  };
  const code = { coding: [{ system: 'https://portico.health/fhir/CodeSystem/task-code', code: 'review-duplicate' }] };
  const { body } = await journey.expect(201, 'demo-system', 'POST', 'Task', {
    ...{ resourceType: 'Task', status: 'requested', intent: 'order', code, authoredOn: '2026-01-01T00:00:00Z' },
    ...{ identifier: [{ system: 'urn:pair', value: 'x' }], focus: await record() },
    input: [{ type: { text: 'possible duplicate' }, valueReference: await record() }],
  });
  return body.id ?? assert.fail();
}
