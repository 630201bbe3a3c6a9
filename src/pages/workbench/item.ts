/** One work item: its thread, who has it, what may be done with it, and the answer. */
import type { Communication, Patient, Reference, Task } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import type { Resource } from '../../fhir/resource.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import { alert, done, heading, hidden } from '../account/fields.js';
import type { Answer, Fields, Visit } from '../account/visit.js';
import { find, read, reasonOf, type Reply } from './desk.js';
import { groupsOf, type Group } from './groups.js';
import { nameOf } from './names.js';
import { ITEM, timesOf, WORKBENCH, type WorkbenchParts } from './parts.js';
import { subjectOf } from './subject.js';
import { lastFromPatient, threadOf, threadView, type Thread } from './thread.js';

interface Shown {
  readonly problem?: string | undefined;
  readonly status?: number;
  readonly isDone?: boolean;
  /** What was typed and not sent. */
  readonly text?: string;
}

/** The moves that a button makes, by the state of the Task. */
const moves = {
  ready: ['claim'],
  'in-progress': ['complete', 'wait', 'release'],
  'on-hold': ['resume', 'complete', 'release'],
  completed: ['reopen'],
} as const;
type Move = (typeof moves)[keyof typeof moves][number];
const moveWords = {
  claim: 'moveClaim',
  complete: 'moveComplete',
  wait: 'moveWait',
  release: 'moveRelease',
  resume: 'moveResume',
  reopen: 'moveReopen',
} as const;

const movesOf = ({ status }: Task): readonly Move[] => (status in moves ? moves[status as keyof typeof moves] : []);

export async function itemPage(
  visit: Visit,
  who: SignedIn,
  id: string,
  parts: WorkbenchParts,
  shown: Shown = {},
): Promise<Answer> {
  const { words, link } = visit;
  const task = (await read(parts.desk, who, `Task/${id}`)) as Task | undefined;
  if (!task) return { kind: 'page', status: 404, title: words.workbench, content: heading(words.noItem) };
  const { desk, base } = parts;
  const [thread, groups, patient] = await Promise.all([
    threadOf(desk, who, task),
    groupsOf(desk, who),
    read(desk, who, task.for?.reference ?? 'Patient/-'),
  ]);
  const format = await timesOf(visit, parts);
  const title = subjectOf(thread.messages[0]) ?? words.noSubject;
  const isOwn = task.owner?.reference === who.account;
  const mayAnswer = isOwn && movesOf(task).some(move => move === 'complete');
  const content = html`${heading(title)} ${alert(shown.problem)}
    ${done(shown.isDone === true ? words.moveDone : undefined)} ${patientView(visit, patient)}
    ${threadView(thread, words, { format, base })}
    ${mayAnswer ? answerForm(visit, task, shown.text) : notSent(visit, shown.text)} ${moveForms(visit, task)}
    ${isOwn && (await transferForm(visit, who, task, groups, parts))} ${notes(visit, task)}
    <p class="links"><a href="${link(WORKBENCH)}">${words.workbench}</a></p>`;
  return { kind: 'page', ...defined({ status: shown.status }), title, content };
}

/** Who the patient is, and in which language they are written to. */
function patientView({ words, frame }: Visit, patient: Resource | undefined): Html | false {
  if (!patient) return false;
  const { birthDate, communication = [] } = patient as unknown as Patient;
  const preferred = communication.find(one => one.preferred) ?? communication[0];
  const code = preferred?.language.coding?.[0]?.code;
  const language = code && new Intl.DisplayNames([frame.words.language], { type: 'language' }).of(code);
  return html`<p>
    ${words.patient}: <bdi>${nameOf(patient) ?? words.unnamed}</bdi>
    ${birthDate !== undefined && html`· ${words.bornOn} <bdi dir="ltr">${birthDate}</bdi>`}
    ${language !== undefined && html`· ${words.writesIn} <bdi>${language}</bdi>`}
  </p>`;
}

const answerForm = ({ words, form }: Visit, { id = '' }: Task, text = ''): Html =>
  form(
    `${ITEM}/answer`,
    html`${hidden('id', id)}
      <p class="field">
        <label for="text">${words.yourAnswer}</label>
        <textarea id="text" name="text" rows="6" dir="auto" required maxlength="10000">${text}</textarea>
      </p>
      <p>
        <label><input type="checkbox" name="complete" value="on" checked /> ${words.completeAfter}</label>
      </p>
      <button type="submit">${words.sendAnswer}</button>`,
    { id },
  );

/** What was typed by somebody who may no longer answer. */
const notSent = ({ words }: Visit, text: string | undefined): Html | false =>
  text !== undefined &&
  html`<section aria-labelledby="not-sent-title">
    <h2 id="not-sent-title">${words.notSent}</h2>
    <p class="message" dir="auto">${text}</p>
  </section>`;

const moveForms = ({ words, form }: Visit, task: Task): Html =>
  html`<div class="actions">
    ${movesOf(task).map(move =>
      form(
        `${ITEM}/${move}`,
        html`${hidden('id', task.id ?? '')} <button type="submit" class="quiet">${words[moveWords[move]]}</button>`,
        { id: task.id ?? '' },
      ),
    )}
  </div>`;

/** Other workflow groups that the reader knows of. */
async function transferForm(
  { words, form }: Visit,
  who: SignedIn,
  task: Task,
  own: readonly Group[],
  { desk }: WorkbenchParts,
): Promise<Html | false> {
  const { matches } = await find(desk, who, 'Organization', [
    ['type', 'workflow-group'],
    ['active', 'true'],
    ['_sort', 'name'],
    ['_count', '100'],
  ]);
  const here = own.find(({ reference }) =>
    (task.extension ?? []).some(one => one.valueReference?.reference === reference),
  );
  const others = matches.filter(({ id }) => `Organization/${id ?? ''}` !== here?.reference);
  if (others.length === 0) return false;
  return form(
    `${ITEM}/transfer`,
    html`${hidden('id', task.id ?? '')}
      <p class="field">
        <label for="to">${words.transferTo}</label>
        <select id="to" name="to">
          ${others.map(one => html`<option value="Organization/${one.id}">${nameOf(one)}</option>`)}
        </select>
      </p>
      <button type="submit" class="quiet">${words.moveTransfer}</button>`,
    { id: task.id ?? '' },
  );
}

const notes = ({ words }: Visit, { note = [] }: Task): Html | false =>
  note.length > 0 &&
  html`<section aria-labelledby="notes-title">
    <h2 id="notes-title">${words.notes}</h2>
    <ul>
      ${note.map(({ text }) => html`<li dir="auto">${text}</li>`)}
    </ul>
  </section>`;

/** The moves that forms of the page make. */
export const itemMoves = [...(Object.keys(moveWords) as Move[]), 'transfer', 'unassign'] as const;

export async function moveItem(
  visit: Visit,
  who: SignedIn,
  move: (typeof itemMoves)[number],
  fields: Fields,
  parts: WorkbenchParts,
): Promise<Answer> {
  const id = fields('id');
  const resource =
    move === 'transfer' ? { resourceType: 'Parameters', parameter: [reference('to', fields('to'))] } : undefined;
  const reply = await parts.desk(who, { method: 'POST', path: ['Task', id, `$${move}`], ...defined({ resource }) });
  return after(visit, who, id, reply, parts);
}

const reference = (name: string, target: string) => ({ name, valueReference: { reference: target } });

/** The page once more: with what was done, or why it was not. */
function after(visit: Visit, who: SignedIn, id: string, reply: Reply, parts: WorkbenchParts, text?: string) {
  if (reply.status < 300) return { kind: 'go', to: visit.link(ITEM, { id, after: 'done' }) } as const;
  const problem = reasonOf(reply) ?? visit.words.moveRefused;
  return itemPage(visit, who, id, parts, { status: reply.status, problem, ...defined({ text }) });
}

export async function answerItem(visit: Visit, who: SignedIn, fields: Fields, parts: WorkbenchParts): Promise<Answer> {
  const id = fields('id');
  const task = (await read(parts.desk, who, `Task/${id}`)) as Task | undefined;
  if (!task) return itemPage(visit, who, id, parts);
  const message = answerTo(task, await threadOf(parts.desk, who, task), fields('text'));
  const sent = await parts.desk(who, { method: 'POST', path: ['Communication'], resource: message });
  if (sent.status >= 300 || fields('complete') !== 'on') {
    return after(visit, who, id, sent, parts, fields('text'));
  }
  const completed = await parts.desk(who, { method: 'POST', path: ['Task', id, '$complete'] });
  return after(visit, who, id, completed, parts);
}

/** In the name of the clinical group that was asked. */
function answerTo(task: Task, thread: Thread, text: string): Resource {
  const asked = lastFromPatient(thread);
  const [root] = thread.messages;
  const group = root?.recipient?.find(one => one.reference?.startsWith('Organization/'));
  const answer: Partial<Communication> = {
    status: 'completed',
    ...defined({ category: root?.category, topic: root?.topic, sender: group && bare(group), subject: task.for }),
    inResponseTo: [{ reference: `Communication/${asked?.id ?? ''}` }],
    basedOn: [{ reference: `Task/${task.id ?? ''}` }],
    payload: [{ contentString: text }],
  };
  return { resourceType: 'Communication', ...answer } as unknown as Resource;
}

const bare = ({ reference: to }: Reference): Reference => defined({ reference: to });
