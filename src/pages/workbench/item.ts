/** One work item: its thread, whom it is about, who has it, what may be done with it, and the answer. */
import type { Task } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import { done, heading } from '../account/fields.js';
import type { Answer, Fields, Received, Visit } from '../account/visit.js';
import { answerForm, askedOf, begunAnswer, sendingOf } from './answer.js';
import { read, type Reply } from './desk.js';
import { agentsOf, groupsOf, type Group } from './groups.js';
import { contextView } from './item-context.js';
import { isClaimedBy, moveForms, moveItem, otherGroups, type ItemMove } from './item-moves.js';
import { notesView } from './item-notes.js';
import { standingView } from './item-standing.js';
import { ITEM, timesOf, WORKBENCH, type WorkbenchParts } from './parts.js';
import { uploadProblems } from './uploads.js';
import { refusal } from './refusal.js';
import { carryOut } from './send.js';
import { shortcutHelp } from './shortcuts.js';
import { subjectOf } from './subject.js';
import { retract, threadOf, threadView } from './thread.js';
import { writtenIn, type Written } from './written.js';

interface Shown {
  readonly problem?: Html | false;
  readonly status?: number;
  /** What was done: the name of a text. */
  readonly done?: 'moveDone' | 'draftKept' | undefined;
  /** What is written and not sent. */
  readonly written?: Written;
}

export async function itemPage(
  visit: Visit,
  who: SignedIn,
  id: string,
  parts: WorkbenchParts,
  shown: Shown = {},
): Promise<Answer> {
  const { words, link } = visit;
  const { desk, base, own } = parts;
  const task = (await read(desk, who, `Task/${id}`)) as Task | undefined;
  if (!task) return { kind: 'page', status: 404, title: words.workbench, content: heading(words.noItem) };
  const [thread, groups, patient, settings, format] = await Promise.all([
    threadOf(parts, who, rootOf(task)),
    groupsOf(desk, who),
    read(desk, who, task.for?.reference ?? 'Patient/-'),
    parts.settings(),
    timesOf(visit, parts),
  ]);
  const group = groupOf(task, groups);
  const [agents, elsewhere] = await Promise.all([
    group ? agentsOf(desk, who, group.reference) : [],
    otherGroups(desk, who, group),
  ]);
  const now = parts.now();
  const title = subjectOf(thread.messages[0]) ?? words.noSubject;
  const mayAnswer = isClaimedBy(task, who);
  const written = shown.written ?? (mayAnswer ? await begunAnswer(who, task, thread, parts) : undefined);
  const content = html`${heading(title)} ${shown.problem ?? false} ${done(shown.done && words[shown.done])}
    ${contextView(visit, { patient, thread, now, own, majority: settings['proxy-age'] })}
    <div class="columns">
      <section aria-labelledby="thread-title">
        <h2 id="thread-title">${words.thread}</h2>
        ${threadView(visit, thread, { format, base, own, retract: { action: `${ITEM}/retract`, id } })}
        ${
          mayAnswer && written
            ? await answerForm(visit, who, task, { written, thread, group, parts })
            : notSent(visit, written)
        }
      </section>
      <div>
        ${await standingView(visit, who, task, { group, format, now, parts })}
        ${moveForms(visit, task, who, { group, agents, elsewhere })}
        ${await notesView(visit, who, task, { desk, format, mayNote: group !== undefined })}
      </div>
    </div>
    <p class="links"><a href="${link(WORKBENCH)}">${words.queues}</a></p>
    ${shortcutHelp(words)}`;
  return { kind: 'page', ...defined({ status: shown.status }), title, content };
}

/** The group that has it, where it is one of the reader's. */
const groupOf = ({ extension = [] }: Task, groups: readonly Group[]): Group | undefined =>
  groups.find(({ reference }) => extension.some(one => one.valueReference?.reference === reference));

/** What was typed by somebody who may no longer answer. */
const notSent = ({ words }: Visit, written: Written | undefined): Html | false =>
  written !== undefined &&
  written.text !== '' &&
  html`<section aria-labelledby="not-sent-title">
    <h3 id="not-sent-title">${words.notSent}</h3>
    <p class="message" dir="auto">${written.text}</p>
  </section>`;

export async function makeMove(
  visit: Visit,
  who: SignedIn,
  move: ItemMove,
  fields: Fields,
  parts: WorkbenchParts,
): Promise<Answer> {
  return after(visit, who, fields('id'), await moveItem(parts.desk, who, move, fields, { now: parts.now() }), parts);
}

/** The page once more: with what was done, or why it was not. */
function after(
  visit: Visit,
  who: SignedIn,
  id: string,
  reply: Reply,
  parts: WorkbenchParts,
  written?: Written,
): Answer | Promise<Answer> {
  if (reply.status < 300) return { kind: 'go', to: visit.link(ITEM, { id, after: 'done' }) };
  return itemPage(visit, who, id, parts, { status: reply.status, problem: refusal(reply), ...defined({ written }) });
}

export async function answerItem(
  visit: Visit,
  who: SignedIn,
  fields: Fields,
  parts: WorkbenchParts,
  files: readonly Received[],
): Promise<Answer> {
  const id = fields('id');
  const task = (await read(parts.desk, who, `Task/${id}`)) as Task | undefined;
  if (!task) return itemPage(visit, who, id, parts);
  const thread = await threadOf(parts, who, rootOf(task));
  const sent = writtenIn(fields, files);
  const written = { ...sent, sender: sent.sender === '' ? askedOf(thread) : sent.sender };
  const problems = uploadProblems(files);
  if (problems) return itemPage(visit, who, id, parts, { ...problems, written });
  const sending = sendingOf(who, task, thread, parts);
  const does = fields('do');
  const outcome = await carryOut(does, fields('template'), written, sending);
  const { reply, isOver } = outcome;
  if (reply && reply.status >= 300) return after(visit, who, id, reply, parts, outcome.written);
  if (does === 'insert') return itemPage(visit, who, id, parts, { written: outcome.written });
  if (does === 'keep') return itemPage(visit, who, id, parts, { written: outcome.written, done: 'draftKept' });
  if (does === 'discard' || !isOver || !written.completes)
    return { kind: 'go', to: visit.link(ITEM, { id, after: 'done' }) };
  const completed = await parts.desk(who, { method: 'POST', path: ['Task', id, '$complete'] });
  return after(visit, who, id, completed, parts);
}

/** Takes back a message that was sent. */
export async function retractMessage(
  visit: Visit,
  who: SignedIn,
  fields: Fields,
  parts: WorkbenchParts,
): Promise<Answer> {
  return after(visit, who, fields('id'), await retract(parts.desk, who, fields('message')), parts);
}

const rootOf = ({ groupIdentifier }: Task): string => groupIdentifier?.value ?? '';
