/** The queues of a member of staff: the groups they work in, what waits in each, and the work items of the part that is open. */
import type { Communication, Task } from 'fhir/r4.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import { heading } from '../account/fields.js';
import type { Answer, Fields, Visit } from '../account/visit.js';
import { find, type Found } from './desk.js';
import { conditions, countsOf, groupsOf, views, type Group, type View } from './groups.js';
import { namesOf } from './names.js';
import { ITEM, timesOf, WORKBENCH, type WorkbenchParts } from './parts.js';
import { subjectOf } from './subject.js';

const PAGE = '20';

export async function queuePage(visit: Visit, who: SignedIn, query: Fields, parts: WorkbenchParts): Promise<Answer> {
  const { words, link } = visit;
  const groups = await groupsOf(parts.desk, who);
  const group = groups.find(({ reference }) => reference === query('group')) ?? groups[0];
  if (!group) return { kind: 'page', title: words.workbench, content: heading(words.workbench, words.noGroups) };
  const view = views.find(one => one === query('view')) ?? 'queued';
  const [counts, found] = await Promise.all([
    countsOf(parts.desk, who, group),
    find(parts.desk, who, 'Task', [
      ...conditions(view, group, who),
      ['_sort', view === 'done' ? '-modified' : 'authored-on'],
      ...(['focus', 'subject', 'owner'] as const).map(code => ['_include', `Task:${code}`] as const),
      ['_count', PAGE],
      ...(query('page') === '' ? [] : [['_page', query('page')] as const]),
    ]),
  ]);
  const place = { group: group.reference, view };
  const content = html`${heading(words.workbench)} ${groups.length > 1 && groupList(visit, groups, group)}
    <h2><bdi>${group.name}</bdi></h2>
    ${viewList(visit, place, counts)} ${await itemList(visit, found, parts)}
    ${
      found.next !== undefined &&
      html`<nav class="links" aria-label="${words.resourcePages}">
        <a href="${link(WORKBENCH, { ...place, page: found.next })}" rel="next">${words.resourceNext}</a>
      </nav>`
    }`;
  return { kind: 'page', title: words.workbench, content };
}

const groupList = ({ words, link }: Visit, groups: readonly Group[], open: Group): Html =>
  html`<nav class="links" aria-label="${words.groups}">
    <ul>
      ${groups.map(
        ({ reference, name }) =>
          html`<li>
            <a
              href="${link(WORKBENCH, { group: reference })}"
              ${reference === open.reference && html`aria-current="page"`}
              ><bdi>${name}</bdi></a
            >
          </li>`,
      )}
    </ul>
  </nav>`;

const viewList = (
  { words, link }: Visit,
  { group, view: open }: { group: string; view: View },
  counts: Readonly<Record<View, number | undefined>>,
): Html =>
  html`<nav class="links" aria-label="${words.queue}">
    <ul>
      ${views.map(
        view =>
          html`<li>
            <a href="${link(WORKBENCH, { group, view })}" ${view === open && html`aria-current="page"`}
              >${words[viewWords[view]]} (<bdi>${counts[view] ?? '1000+'}</bdi>)</a
            >
          </li>`,
      )}
    </ul>
  </nav>`;

const viewWords = {
  queued: 'viewQueued',
  mine: 'viewMine',
  waiting: 'viewWaiting',
  others: 'viewOthers',
  done: 'viewDone',
} as const;

async function itemList(visit: Visit, { matches, included }: Found, parts: WorkbenchParts): Promise<Html> {
  const { words, link } = visit;
  if (matches.length === 0) return html`<p>${words.noItems}</p>`;
  const name = namesOf(included);
  const messages = new Map(included.map(one => [`${one.resourceType}/${one.id ?? ''}`, one]));
  const format = await timesOf(visit, parts);
  const row = (task: Task): Html => {
    const message = messages.get(task.focus?.reference ?? '') as Communication | undefined;
    const due = task.restriction?.period?.end;
    return html`<tr>
      <th scope="row">
        <a href="${link(ITEM, { id: task.id ?? '' })}"><bdi>${subjectOf(message) ?? words.noSubject}</bdi></a>
      </th>
      <td><bdi>${name(task.for?.reference) ?? words.unnamed}</bdi></td>
      <td>${task.authoredOn !== undefined && format.format(new Date(task.authoredOn))}</td>
      <td>${due !== undefined && format.format(new Date(due))}</td>
      <td><bdi>${name(task.owner?.reference)}</bdi></td>
    </tr>`;
  };
  return html`<div class="scroll" role="region" aria-label="${words.queue}" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">${words.subjectLine}</th>
          <th scope="col">${words.patient}</th>
          <th scope="col">${words.since}</th>
          <th scope="col">${words.due}</th>
          <th scope="col">${words.owner}</th>
        </tr>
      </thead>
      <tbody>
        ${(matches as unknown as Task[]).map(row)}
      </tbody>
    </table>
  </div>`;
}
