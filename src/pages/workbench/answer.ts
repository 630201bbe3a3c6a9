/** The answer to the thread of a work item. */
import type { Communication, Task } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import type { Visit } from '../account/visit.js';
import { find } from './desk.js';
import { extensionOf } from './extension.js';
import type { Group } from './groups.js';
import { messageForm } from './message-form.js';
import { ITEM, type WorkbenchParts } from './parts.js';
import type { Sending } from './send.js';
import { sendersFor, type Senders } from './senders.js';
import { templatesFor } from './templates.js';
import { lastFromPatient, type Thread } from './thread.js';
import { BLANK, writtenAs, type Written } from './written.js';

/** Whose message it answers, in the name of the group or provider that was asked. */
export function sendingOf(
  who: SignedIn,
  task: Task,
  thread: Thread,
  { desk, own }: Pick<WorkbenchParts, 'desk' | 'own'>,
): Sending {
  const asked = lastFromPatient(thread);
  const [root] = thread.messages;
  const message: Partial<Communication> = {
    ...defined({ category: root?.category, topic: root?.topic }),
    inResponseTo: [{ reference: `Communication/${asked?.id ?? ''}` }],
    basedOn: [{ reference: `Task/${task.id ?? ''}` }],
  };
  const subject = task.for?.reference ?? '';
  return { desk, who, own, subject, message };
}

/** Who was asked, and answers where the writer chooses nobody else. */
export function askedOf({ messages: [root] }: Thread): string {
  const groups = root?.recipient?.filter(({ reference }) => reference?.startsWith('Organization/'));
  return groups?.[0]?.reference ?? '';
}

/** What the reader has kept of an answer to this thread; else nothing but who was asked. */
export async function begunAnswer(
  who: SignedIn,
  task: Task,
  thread: Thread,
  { desk, own }: Pick<WorkbenchParts, 'desk' | 'own'>,
): Promise<Written> {
  const { matches } = await find(desk, who, 'Communication', [
    ['status', 'preparation'],
    ['based-on', `Task/${task.id ?? ''}`],
    ['_sort', '-_lastUpdated'],
    ['_count', '1'],
  ]);
  const [draft] = matches as unknown as Communication[];
  if (!draft) return { ...BLANK, sender: askedOf(thread) };
  return writtenAs(draft, extensionOf(draft, 'reply-allowed', own)?.valueBoolean === false);
}

export interface AnswerParts {
  readonly written: Written;
  readonly thread: Thread;
  /** That has the work item. */
  readonly group: Group | undefined;
  readonly parts: Pick<WorkbenchParts, 'desk'>;
}

export async function answerForm(
  visit: Visit,
  who: SignedIn,
  task: Task,
  { written, thread, group, parts }: AnswerParts,
): Promise<Html> {
  const { words } = visit;
  const [senders, templates] = await Promise.all([
    sendersFor(parts.desk, who),
    templatesFor(parts.desk, who, group ? [group.reference] : []),
  ]);
  const last = html`<p>
    <label
      ><input type="checkbox" name="complete" value="on" ${written.completes && html`checked`} />
      ${words.completeAfter}</label
    >
  </p>`;
  return messageForm(visit, written, {
    ...{ action: `${ITEM}/answer`, query: { id: task.id ?? '' }, label: words.yourAnswer },
    ...{ senders: withAsked(senders, thread), templates, self: who.account, sendLabel: words.sendAnswer, last },
  });
}

/** Who was asked is among them, whatever else the writer works for. */
function withAsked({ groups, providers }: Senders, thread: Thread): Senders {
  const reference = askedOf(thread);
  const isKnown = reference === '' || groups.some(one => one.reference === reference);
  return { groups: isKnown ? groups : [{ reference, name: thread.name(reference) }, ...groups], providers };
}
