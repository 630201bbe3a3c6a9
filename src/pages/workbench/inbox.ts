/** The reader's own inbox: what patients write to them in person, and the threads of that. */
import type { Communication } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import type { Query } from '../../fhir/request.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import { done, heading, hidden } from '../account/fields.js';
import type { Answer, Fields, Received, Visit } from '../account/visit.js';
import { find, read, type Reply } from './desk.js';
import { contextView } from './item-context.js';
import { groupsOf } from './groups.js';
import { messageForm } from './message-form.js';
import { namesOf } from './names.js';
import { backTo, timesOf, WORKBENCH, type Section, type WorkbenchParts } from './parts.js';
import { refusal } from './refusal.js';
import { scrollTable } from './scroll-table.js';
import { carryOut } from './send.js';
import { sendersFor } from './senders.js';
import { subjectOf } from './subject.js';
import { templatesFor } from './templates.js';
import { lastFromPatient, retract, threadOf, threadView } from './thread.js';
import { uploadProblems } from './uploads.js';
import { BLANK, writtenIn, type Written } from './written.js';

const INBOX = `${WORKBENCH}/inbox`;
const THREAD = `${INBOX}/thread`;
const PAGE = '20';

const received = ({ account }: SignedIn): Query => [
  ['recipient', account],
  ['status', 'completed'],
];

async function inboxPage(visit: Visit, who: SignedIn, query: Fields, parts: WorkbenchParts): Promise<Answer> {
  const { words, link } = visit;
  const { desk } = parts;
  const [found, unread, format] = await Promise.all([
    find(desk, who, 'Communication', [
      ...received(who),
      ['_sort', '-sent'],
      ...(['sender', 'subject'] as const).map(code => ['_include', `Communication:${code}`] as const),
      ['_count', PAGE],
      ...(query('page') === '' ? [] : [['_page', query('page')] as const]),
    ]),
    find(desk, who, 'Communication', [...received(who), ['unread', 'true'], ['_count', '100']]),
    timesOf(visit, parts),
  ]);
  const name = namesOf(found.included);
  const isNew = new Set(unread.matches.map(({ id }) => id));
  const row = (message: Communication): Html =>
    html`<tr data-row>
      <th scope="row">
        <a href="${link(THREAD, { id: message.id ?? '' })}"><bdi>${subjectOf(message) ?? words.noSubject}</bdi></a>
        ${isNew.has(message.id) && html`<strong class="flag">${words.unread}</strong>`}
      </th>
      <td><bdi>${name(message.sender?.reference) ?? words.unnamed}</bdi></td>
      <td><bdi>${name(message.subject?.reference) ?? words.unnamed}</bdi></td>
      <td>${message.sent !== undefined && format.format(new Date(message.sent))}</td>
    </tr>`;
  const columns = [words.subjectLine, words.from, words.patient, words.since];
  const rows = (found.matches as unknown as Communication[]).map(row);
  const content = html`${heading(words.ownInbox, words.ownInboxWhy)}
  ${rows.length === 0 ? html`<p>${words.noItems}</p>` : scrollTable(words.ownInbox, columns, rows)}
  ${
    found.next !== undefined &&
    html`<nav class="links" aria-label="${words.resourcePages}">
      <a href="${link(INBOX, { page: found.next })}" rel="next">${words.resourceNext}</a>
    </nav>`
  }`;
  return { kind: 'page', title: words.ownInbox, content };
}

interface Shown {
  readonly problem?: Html | false;
  readonly status?: number;
  readonly done?: 'moveDone' | 'draftKept' | undefined;
  readonly written?: Written;
}

/** @param id of a message of the thread */
async function threadPage(
  visit: Visit,
  who: SignedIn,
  id: string,
  parts: WorkbenchParts,
  { problem = false, status, done: what, written = { ...BLANK, sender: who.account } }: Shown = {},
): Promise<Answer> {
  const { words, link } = visit;
  const { desk, base, own } = parts;
  const message = await messageOf(who, id, parts);
  if (!message) return { kind: 'page', status: 404, title: words.ownInbox, content: heading(words.noMessage) };
  const [thread, patient, groups, settings, format] = await Promise.all([
    threadOf(parts, who, rootOf(message)),
    read(desk, who, message.subject?.reference ?? 'Patient/-'),
    groupsOf(desk, who),
    parts.settings(),
    timesOf(visit, parts),
  ]);
  const [senders, templates] = await Promise.all([
    sendersFor(desk, who),
    templatesFor(
      desk,
      who,
      groups.map(({ reference }) => reference),
    ),
  ]);
  const title = subjectOf(thread.messages[0]) ?? words.noSubject;
  const content = html`${heading(title)} ${problem} ${done(what && words[what])}
    ${contextView(visit, { patient, thread, own, now: parts.now(), majority: settings['proxy-age'] })}
    <h2>${words.thread}</h2>
    ${threadView(visit, thread, { format, base, own, retract: { action: `${THREAD}/retract`, id } })}
    <div class="actions">
      ${button(visit, id, 'read', words.markRead)} ${button(visit, id, 'unread', words.markUnread)}
    </div>
    ${messageForm(visit, written, {
      ...{ action: `${THREAD}/answer`, query: { id }, label: words.yourAnswer, sendLabel: words.sendAnswer },
      ...{ senders, templates, self: who.account },
    })}
    <p class="links"><a href="${link(INBOX)}">${words.ownInbox}</a></p>`;
  return { kind: 'page', ...defined({ status }), title, content };
}

const button = ({ form }: Visit, id: string, mark: 'read' | 'unread', label: string): Html =>
  form(`${THREAD}/${mark}`, html`${hidden('id', id)} <button type="submit" class="quiet">${label}</button>`, { id });

/** A message that the reader sees. */
async function messageOf(who: SignedIn, id: string, { desk }: WorkbenchParts): Promise<Communication | undefined> {
  return (await read(desk, who, `Communication/${id}`)) as unknown as Communication | undefined;
}

const rootOf = ({ id = '', partOf }: Communication): string =>
  partOf?.[0]?.reference?.replace(/^Communication\//, '') ?? id;

async function answerMessage(
  visit: Visit,
  who: SignedIn,
  fields: Fields,
  parts: WorkbenchParts,
  files: readonly Received[],
): Promise<Answer> {
  const id = fields('id');
  const message = await messageOf(who, id, parts);
  if (!message) return threadPage(visit, who, id, parts);
  const written = writtenIn(fields, files);
  const problems = uploadProblems(files);
  if (problems) return threadPage(visit, who, id, parts, { ...problems, written });
  const thread = await threadOf(parts, who, rootOf(message));
  const { category, topic, subject } = thread.messages[0] ?? message;
  const asked = lastFromPatient(thread) ?? message;
  const {
    reply,
    written: now,
    isOver,
  } = await carryOut(fields('do'), fields('template'), written, {
    ...{ who, desk: parts.desk, own: parts.own, subject: subject?.reference ?? '' },
    message: { ...defined({ category, topic }), inResponseTo: [{ reference: `Communication/${asked.id ?? ''}` }] },
  });
  if (reply && reply.status >= 300) return after(visit, who, id, reply, parts, now);
  if (isOver) return { kind: 'go', to: visit.link(THREAD, { id, after: 'done' }) };
  return threadPage(visit, who, id, parts, { written: now, ...(reply ? { done: 'draftKept' } : {}) });
}

function after(
  visit: Visit,
  who: SignedIn,
  id: string,
  reply: Reply,
  parts: WorkbenchParts,
  written?: Written,
): Answer | Promise<Answer> {
  if (reply.status < 300) return { kind: 'go', to: visit.link(THREAD, { id, after: 'done' }) };
  return threadPage(visit, who, id, parts, { status: reply.status, problem: refusal(reply), ...defined({ written }) });
}

async function mark(
  visit: Visit,
  who: SignedIn,
  name: 'read' | 'unread',
  fields: Fields,
  parts: WorkbenchParts,
): Promise<Answer> {
  const path = ['Communication', fields('id'), `$mark-${name}`];
  return after(visit, who, fields('id'), await parts.desk(who, { method: 'POST', path }), parts);
}

export const inboxSection: Section = {
  path: INBOX,
  word: 'ownInbox',
  pages: [
    { path: INBOX, keeps: ['page'], show: inboxPage },
    {
      path: THREAD,
      keeps: ['id'],
      show: (visit, who, query, parts) =>
        threadPage(visit, who, query('id'), parts, query('after') === 'done' ? { done: 'moveDone' } : {}),
    },
    { path: `${THREAD}/answer`, ...backTo(THREAD), takesFiles: true, take: answerMessage },
    {
      ...{ path: `${THREAD}/retract`, ...backTo(THREAD) },
      take: async (visit, who, fields, parts) =>
        after(visit, who, fields('id'), await retract(parts.desk, who, fields('message')), parts),
    },
    ...(['read', 'unread'] as const).map(name => ({
      ...{ path: `${THREAD}/${name}`, ...backTo(THREAD) },
      take: (...[visit, who, fields, parts]: Parameters<typeof answerMessage>) => mark(visit, who, name, fields, parts),
    })),
  ],
};
