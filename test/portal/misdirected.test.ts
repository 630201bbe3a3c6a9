/** A notice reaches somebody whom it was not meant for, and they say so by its link. */
import assert from 'node:assert/strict';
import type { Bundle, Task } from 'fhir/r4.js';
import { asTask, DAY, eachPortal, issue, output, parameters, stranger, type Answer } from './journey.js';

const REVIEW = 'https://portico.health/fhir/CodeSystem/task-code|contact-review';

eachPortal(journey => {
  /** The tokens in the e-mails to this address, oldest first. */
  async function tokens(to: string): Promise<string[]> {
    const mails = await journey().mails(to);
    return mails.map(({ text = '' }) => /not-for-me\?token=([\w-]+)/.exec(text)?.[1] ?? '');
  }

  const report = (token: string): Promise<Answer> =>
    journey().call('', 'POST', 'Task/$report-misdirected', parameters({ token }));

  async function reviewsOf(person: string): Promise<Task[]> {
    const { body } = await journey().expect(200, 'demo-ehr', 'GET', `Task?code=${REVIEW}&focus=${person}`);
    return ((body as unknown as Bundle<Task>).entry ?? []).map(({ resource }) => resource!);
  }

  it('[PC-2] an invitation ends once its reader says that it is not theirs, and cannot be redeemed any more', async () => {
    const person = stranger();
    const invited = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const task = output(invited, 'return') as Task;
    const [token = ''] = await tokens(person.email);
    const [code = ''] = await journey().codes(person.email);
    const answer = await report(token);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(output(answer, 'status'), 'reported');
    const { status, statusReason } = asTask(await journey().expect(200, 'demo-ehr', 'GET', `Task/${task.id}`));
    assert.equal(status, 'cancelled');
    assert.match(statusReason?.text ?? '', /not meant for them/);
    const redemption = parameters({ code, birthDate: person.birthDate });
    await journey().expect(410, '', 'POST', 'Patient/$redeem-invitation', redemption);
    assert.equal((await report(token)).status, 200, 'a second report of the same');
  });

  it('[PC-2] of a person on record, member administration has one Task to review the contact, however many reports', async () => {
    const { family, given, birthDate, email } = stranger();
    const telecom = [{ system: 'email', value: email }];
    const patient = { resourceType: 'Patient', active: true, name: [{ family, given: [given] }], birthDate, telecom };
    const { body } = await journey().expect(201, 'demo-ehr', 'POST', 'Patient', patient);
    const reference = `Patient/${String(body.id)}`;
    await journey().expect(201, 'demo-ehr', 'POST', `${reference}/$invite`);
    await journey().expect(201, 'demo-ehr', 'POST', `${reference}/$invite`);
    const sent = await tokens(email);
    assert.equal(sent.length, 2);
    const answers = await Promise.all([...sent, ...sent].map(report));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    const reviews = await reviewsOf(reference);
    assert.deepEqual(
      reviews.map(({ status, for: of }) => ({ status, of: of?.reference })),
      [{ status: 'requested', of: reference }],
    );
  });

  it('[A11] a report is by the token of a notice alone: made up, cut, of a page link, or too old is all the same', async () => {
    const person = stranger();
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const [token = ''] = await tokens(person.email);
    const page = await journey().expect(200, 'demo-ehr', 'GET', 'Patient?_count=1');
    const next = (page.body as unknown as Bundle).link?.find(({ relation }) => relation === 'next')?.url ?? '';
    const [cursor = ''] = /[\w-]{60,}/.exec(next) ?? [];
    assert.ok(cursor);
    const refused = await Promise.all(['x', token.slice(0, -1), `${token}A`, cursor].map(report));
    journey().pass(181 * DAY);
    refused.push(await report(token));
    assert.deepEqual(
      refused.map(({ status }) => status),
      [410, 410, 410, 410, 410],
    );
    assert.equal(new Set(refused.map(answer => JSON.stringify(issue(answer)))).size, 1);
  });
});
