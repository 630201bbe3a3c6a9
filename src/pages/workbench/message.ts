/** A new message to a patient, from a clinical group, a provider, or the writer. */
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import { choice, done, field, heading } from '../account/fields.js';
import type { Answer, Fields, Received, Visit } from '../account/visit.js';
import { read } from './desk.js';
import { groupsOf } from './groups.js';
import { messageForm } from './message-form.js';
import { nameOf } from './names.js';
import { MESSAGE, WORKBENCH, type WorkbenchParts } from './parts.js';
import { refusal } from './refusal.js';
import { carryOut, type Sending } from './send.js';
import { sendersFor } from './senders.js';
import { templatesFor } from './templates.js';
import { uploadProblems } from './uploads.js';
import { BLANK, writtenIn, type Written } from './written.js';

interface Shown {
  readonly problem?: Html | false;
  readonly status?: number;
  readonly done?: 'messageSent' | 'draftKept' | undefined;
  readonly written?: Written;
}

/** @param patient `Patient/1` */
export async function messagePage(
  visit: Visit,
  who: SignedIn,
  patient: string,
  { desk }: WorkbenchParts,
  { problem = false, status = 200, done: what, written = BLANK }: Shown = {},
): Promise<Answer> {
  const { words, link } = visit;
  const found = patient.startsWith('Patient/') ? await read(desk, who, patient) : undefined;
  if (!found) return { kind: 'page', status: 404, title: words.newMessage, content: heading(words.noPatient) };
  const groups = (await groupsOf(desk, who)).map(({ reference }) => reference);
  const [senders, templates] = await Promise.all([sendersFor(desk, who), templatesFor(desk, who, groups)]);
  const first = html`${choice(
    'category',
    words.category,
    categories.map(one => [one, html`${words[categoryWords[one]]}`]),
    written.category,
  )}
  ${field({ name: 'subject', label: words.subjectLine, autocomplete: 'off', value: written.subject, direction: 'auto', most: 200 })}`;
  const content = html`${heading(words.newMessage)}
    <p>${words.patient} <bdi>${nameOf(found) ?? words.unnamed}</bdi></p>
    ${problem} ${done(what && words[what])}
    ${messageForm(visit, written, {
      ...{ action: MESSAGE, query: { patient }, label: words.messageText, first },
      ...{ senders, templates, self: who.account, sendLabel: words.sendMessage },
    })}
    <p class="links"><a href="${link(WORKBENCH)}">${words.queues}</a></p>`;
  return { kind: 'page', status, title: words.newMessage, content };
}

const categories = ['general', 'medical', 'billing'] as const;
const categoryWords = { general: 'categoryGeneral', medical: 'categoryMedical', billing: 'categoryBilling' } as const;

export async function writeMessage(
  visit: Visit,
  who: SignedIn,
  fields: Fields,
  parts: WorkbenchParts,
  files: readonly Received[],
): Promise<Answer> {
  const patient = fields('patient');
  const written = writtenIn(fields, files);
  const problems = uploadProblems(files);
  if (problems) return messagePage(visit, who, patient, parts, { ...problems, written });
  const {
    reply,
    written: now,
    isOver,
  } = await carryOut(fields('do'), fields('template'), written, sendingTo(who, patient, written, parts));
  if (reply && reply.status >= 300) {
    return messagePage(visit, who, patient, parts, { problem: refusal(reply), status: reply.status, written });
  }
  if (isOver)
    return { kind: 'go', to: visit.link(MESSAGE, { patient, after: fields('do') === 'discard' ? '' : 'sent' }) };
  return messagePage(visit, who, patient, parts, { written: now, ...(reply ? { done: 'draftKept' } : {}) });
}

function sendingTo(
  who: SignedIn,
  patient: string,
  { subject, category }: Written,
  { desk, own }: WorkbenchParts,
): Sending {
  const message = {
    ...{ topic: { text: subject }, recipient: [{ reference: patient }] },
    ...(category === '' ? {} : { category: [own.concept('message-category', category)] }),
  };
  return { desk, who, own, subject: patient, message };
}
