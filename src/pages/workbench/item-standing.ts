/** Where a work item stands: in which group, with whom, since when, until when. */
import type { Task } from 'fhir/r4.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import type { Visit } from '../account/visit.js';
import { read } from './desk.js';
import { extensionOf } from './extension.js';
import type { Group } from './groups.js';
import { nameOf } from './names.js';
import type { WorkbenchParts } from './parts.js';
import { isOverdue, priorityMark } from './work-marks.js';

interface Standing {
  readonly group: Group | undefined;
  readonly format: Intl.DateTimeFormat;
  readonly now: number;
  readonly parts: Pick<WorkbenchParts, 'desk' | 'own'>;
}

export async function standingView(
  { words }: Visit,
  who: SignedIn,
  task: Task,
  { group, format, now, parts: { desk, own } }: Standing,
): Promise<Html> {
  const owner = task.owner?.reference;
  const name = owner === undefined || owner === group?.reference ? undefined : await read(desk, who, owner);
  const due = task.restriction?.period?.end;
  const at = (time: string): string => format.format(new Date(time));
  return html`<section aria-labelledby="standing-title">
    <h2 id="standing-title">${words.standing}</h2>
    <ul class="item-facts">
      <li>${words[stateWords[task.status] ?? 'viewDone']} ${priorityMark(task, words)}</li>
      ${group && html`<li><bdi>${group.name}</bdi></li>`}
      ${name && html`<li>${words.owner} <bdi>${nameOf(name) ?? words.unnamed}</bdi></li>`}
      ${task.authoredOn !== undefined && html`<li>${words.since} ${at(task.authoredOn)}</li>`}
      ${
        due !== undefined &&
        html`<li>
          ${words.due} ${at(due)} ${isOverdue(task, now) && html`<strong class="flag ill">${words.overdue}</strong>`}
        </li>`
      }
      ${extensionOf(task, 'escalated', own) && html`<li><strong class="flag ill">${words.escalated}</strong></li>`}
      ${task.statusReason?.text !== undefined && html`<li dir="auto">${task.statusReason.text}</li>`}
    </ul>
  </section>`;
}

const stateWords: Readonly<
  Partial<Record<Task['status'], 'viewQueued' | 'viewOthers' | 'viewWaiting' | 'stateCancelled'>>
> = {
  ready: 'viewQueued',
  requested: 'viewQueued',
  'in-progress': 'viewOthers',
  'on-hold': 'viewWaiting',
  cancelled: 'stateCancelled',
};
