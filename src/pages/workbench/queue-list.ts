/** The work items of a part of a queue, as a table. */
import type { Communication, Task } from 'fhir/r4.js';
import type { OwnCanonicals } from '../../fhir/own-canonicals.js';
import { html, type Html } from '../html.js';
import { hidden } from '../account/fields.js';
import type { Visit } from '../account/visit.js';
import type { Found } from './desk.js';
import { extensionOf } from './extension.js';
import type { Agent } from './groups.js';
import { namesOf, type NameOf } from './names.js';
import { ITEM } from './parts.js';
import type { Choice } from './queue-choice.js';
import { isOverdue, priorityMark } from './work-marks.js';
import { subjectOf } from './subject.js';

export interface Listing {
  readonly found: Found;
  readonly choice: Choice;
  /** Who works in the group now. */
  readonly agents: readonly Agent[];
  readonly manages: boolean;
  readonly format: Intl.DateTimeFormat;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly own: OwnCanonicals;
}

export function itemList(visit: Visit, listing: Listing): Html {
  const { words } = visit;
  const { matches, included } = listing.found;
  if (matches.length === 0) return html`<p>${words.noItems}</p>`;
  const name = namesOf(included);
  const messages = new Map(included.map(one => [`${one.resourceType}/${one.id ?? ''}`, one]));
  const subject = ({ focus }: Task): string =>
    subjectOf(messages.get(focus?.reference ?? '') as Communication | undefined) ?? words.noSubject;
  return html`<div class="scroll" role="region" aria-label="${words.queue}" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">${words.subjectLine}</th>
          <th scope="col">${words.patient}</th>
          <th scope="col">${words.since}</th>
          <th scope="col">${words.due}</th>
          <th scope="col">${words.owner}</th>
          <th scope="col">${words.moves}</th>
        </tr>
      </thead>
      <tbody>
        ${(matches as unknown as Task[]).map(task => row(visit, task, { ...listing, name, title: subject(task) }))}
      </tbody>
    </table>
  </div>`;
}

interface Row extends Listing {
  readonly name: NameOf;
  readonly title: string;
}

function row(visit: Visit, task: Task, { name, title, format, now, agents, manages, own }: Row): Html {
  const { words, link } = visit;
  const due = task.restriction?.period?.end;
  const owner = task.owner?.reference;
  return html`<tr data-row>
    <th scope="row" id="item-${task.id}">
      <a href="${link(ITEM, { id: task.id ?? '' })}"><bdi>${title}</bdi></a>
      ${priorityMark(task, words)}
    </th>
    <td><bdi>${name(task.for?.reference) ?? words.unnamed}</bdi></td>
    <td>${task.authoredOn !== undefined && format.format(new Date(task.authoredOn))}</td>
    <td>
      ${due !== undefined && format.format(new Date(due))}
      ${isOverdue(task, now) && html`<strong class="flag ill">${words.overdue}</strong>`}
      ${extensionOf(task, 'escalated', own) && html`<strong class="flag ill">${words.escalated}</strong>`}
    </td>
    <td>
      <bdi>${name(owner)}</bdi>
      ${hasLeft(task, agents) && html`<strong class="flag ill">${words.hasLeft}</strong>`}
    </td>
    <td>
      ${task.status === 'ready' && moveForm(visit, task, 'claim', words.moveClaim)}
      ${task.status === 'in-progress' && manages && moveForm(visit, task, 'unassign', words.moveUnassign)}
    </td>
  </tr>`;
}

/** Whoever has it works in the group no longer. */
const hasLeft = ({ status, owner }: Task, agents: readonly Agent[]): boolean =>
  ['in-progress', 'on-hold'].includes(status) && !agents.some(({ reference }) => reference === owner?.reference);

const moveForm = ({ form }: Visit, { id = '' }: Task, move: string, label: string): Html =>
  form(
    `${ITEM}/${move}`,
    html`${hidden('id', id)}
      <button type="submit" class="quiet" data-move="${move}" aria-describedby="item-${id}">${label}</button>`,
    { id },
  );
