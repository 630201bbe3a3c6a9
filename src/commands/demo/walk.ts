/** The main job, step by step: from a patient nobody has invited yet to an answered question; then what administrators change. */
import { randomInt } from 'node:crypto';
import type { JsonObject, Resource } from '../../fhir/resource.js';
import { parameter, parametersOf } from '../../fhir/parameters.js';
import { administer } from './administer.js';
import { message } from './message.js';
import { PDF } from './pdf.js';
import type { Portal } from './portal.js';

const ehr = 'demo-ehr';
const clinician = 'demo-clinician';
const agent = 'demo-agent';
const birthDate = '1984-09-12';

/** The patient of this run: a new one each time, who reads Arabic. */
interface Newcomer {
  patient: string;
  email: string;
  /** The client of the patient's app, once there is an account. */
  app: string;
}

/** Rejects at the first answer that is not as expected. */
export async function walk(portal: Portal): Promise<void> {
  const newcomer = await arrive(portal);
  const { message } = await beWrittenTo(portal, newcomer);
  const answer = await answerBack(portal, newcomer, message);
  await beWorkedOn(portal, answer);
  const { app, patient } = newcomer;
  portal.step('Her app shows one more unread message, from the clinical group; she reads it in the thread.');
  const unread = { sender: 'Organization/demo-clinical-group', recipient: patient, unread: 'true', _summary: 'count' };
  if ((await portal.search(app, 'Communication', unread))['total'] !== 1)
    throw new Error('the answer of the group should be unread');
  const thread = await portal.search(app, 'Communication', { 'part-of': `Communication/${message}`, _sort: 'sent' });
  if (thread['total'] !== 2) throw new Error('the thread should hold two answers');
  await administer(portal, app);
}

async function arrive(portal: Portal): Promise<Newcomer> {
  const number = String(randomInt(1e9));
  const email = `layla.${number}@example.org`;
  portal.step('A new patient is registered in the health record; the EHR sends her on.');
  const phone = `+1202${number.padStart(7, '5').slice(-7)}`;
  const { id = '' } = await portal.create(ehr, registered(number, email, phone));
  const patient = `Patient/${id}`;
  portal.step('The EHR asks where she stands with the portal.');
  demand(await portal.operation(ehr, { name: 'enrollment-status', on: patient, method: 'GET' }), 'not-enrolled');
  portal.step(
    'She is not enrolled, so it invites her by both channels. The code is in no answer: it goes to her alone.',
  );
  const both = parametersOf([parameter('channel', 'code', 'both')]);
  demand(await portal.operation(ehr, { name: 'invite', on: patient, input: both, status: 201 }), 'invited');
  portal.step('She gets the invitation in her language, Arabic: a text message, and an e-mail.');
  await portal.mail(phone);
  const { text } = await portal.mail(email);
  const code = /invitation#([0-9A-Z-]+)/.exec(text)?.[1] ?? '';
  portal.step('She redeems it with her date of birth, and has an account.');
  const input = parametersOf([parameter('code', 'string', code), parameter('birthDate', 'date', birthDate)]);
  const redemption = { name: 'redeem-invitation', on: 'Patient', input };
  const account = await portal.operation(undefined, { ...redemption, status: 201 });
  portal.step('The code is good for once: whoever tries again learns nothing.');
  await portal.operation(undefined, { ...redemption, status: 410 });
  return { patient, email, app: `demo-patient as Person/${account.id ?? ''}` };
}

function registered(number: string, email: string, phone: string): Resource {
  return {
    resourceType: 'Patient',
    active: true,
    identifier: [{ system: 'https://portico.health/demo/mrn', value: number }],
    name: [{ family: 'حداد', given: ['ليلى'] }],
    gender: 'female',
    birthDate,
    telecom: [
      { system: 'email', value: email },
      { system: 'phone', use: 'mobile', value: phone },
    ],
    communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'ar' }] }, preferred: true }],
  };
}

async function beWrittenTo(portal: Portal, { patient, email, app }: Newcomer): Promise<{ message: string }> {
  portal.step('A clinician writes to her, with a PDF.');
  const pdf: Resource = {
    resourceType: 'Binary',
    contentType: 'application/pdf',
    securityContext: { reference: patient },
    data: PDF,
  };
  const binary = await portal.create(clinician, pdf);
  const attachment = { contentType: 'application/pdf', url: `Binary/${binary.id ?? ''}`, title: 'Result' };
  const text = 'Your result is attached. All is well; do you have questions?';
  const body = message(portal, text, 'medical', {
    topic: { text: 'Your result' },
    subject: { reference: patient },
    payload: [{ contentString: text }, { contentAttachment: attachment }],
  });
  const { id = '' } = await portal.create(clinician, body);
  portal.step('She is told by e-mail that there is a message, and nothing of what it says.');
  await portal.mail(email);
  portal.step('Her app shows that one message is unread.');
  const unread = { recipient: patient, unread: 'true', _summary: 'count' };
  if ((await portal.search(app, 'Communication', unread))['total'] !== 1)
    throw new Error('one message should be unread');
  portal.step('She finds it in her inbox by its subject line, opens the PDF, and marks the message as read.');
  await portal.search(app, 'Communication', { recipient: patient });
  await portal.get(app, `Binary/${binary.id ?? ''}`);
  await portal.operation(app, { name: 'mark-read', on: `Communication/${id}` });
  return { message: id };
}

async function answerBack(portal: Portal, { app }: Newcomer, to: string): Promise<string> {
  portal.step('She answers. The answer becomes a work item of the clinical group’s message desk.');
  const body = message(portal, 'Thank you. May I start running again?', 'medical', {
    inResponseTo: [{ reference: `Communication/${to}` }],
  });
  const { id = '' } = await portal.create(app, body);
  return id;
}

async function beWorkedOn(portal: Portal, answer: string): Promise<void> {
  portal.step('An agent of the message desk finds the work item and claims it.');
  const found = await portal.search(agent, 'Task', { focus: `Communication/${answer}` });
  const task = `Task/${((found['entry'] ?? []) as { resource: Resource }[])[0]?.resource.id ?? ''}`;
  await portal.operation(agent, { name: 'claim', on: task });
  portal.step('The agent answers by it in the name of the clinical group, and completes it.');
  const body = message(portal, 'Yes, from next week on.', 'medical', {
    topic: { text: 'Running' },
    sender: { reference: 'Organization/demo-clinical-group' },
    inResponseTo: [{ reference: `Communication/${answer}` }],
    basedOn: [{ reference: task }],
  });
  await portal.create(agent, body);
  await portal.operation(agent, { name: 'complete', on: task });
}

function demand(answer: Resource, status: string): void {
  const all = (answer['parameter'] ?? []) as JsonObject[];
  if (!all.some(one => one['name'] === 'status' && one['valueCode'] === status)) throw new Error(`not ${status}`);
}
