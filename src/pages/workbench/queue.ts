/** The queues of a member of staff: the groups they work in, what waits in each, and the work items of the part that is open. */
import type { Query } from '../../fhir/request.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import { choice as chooser, field, heading, hidden } from '../account/fields.js';
import type { Answer, Fields, Visit } from '../account/visit.js';
import { find, pageOf } from './desk.js';
import { agentsOf, groupsOf } from './groups.js';
import { timesOf, WORKBENCH, type WorkbenchParts } from './parts.js';
import { choiceIn, filters, orders, searchOf, written, type Choice } from './queue-choice.js';
import { countedFor, countsView, eventsSource } from './queue-counts.js';
import { itemList } from './queue-list.js';
import { shortcutHelp } from './shortcuts.js';
import { WORKLOAD } from './workload.js';

const SHOWN: Query = [
  ...(['focus', 'subject', 'owner'] as const).map(code => ['_include', `Task:${code}`] as const),
  ['_count', '20'],
  // The counts beside the list are asked for anyway.
  ['_total', 'none'],
];

export async function queuePage(visit: Visit, who: SignedIn, query: Fields, parts: WorkbenchParts): Promise<Answer> {
  const { words, link } = visit;
  const { desk } = parts;
  const groups = await groupsOf(desk, who);
  const group = groups.find(({ reference }) => reference === query('group')) ?? groups[0];
  if (!group) return { kind: 'page', title: words.workbench, content: heading(words.workbench, words.noGroups) };
  const choice = choiceIn(query, group.reference);
  const now = parts.now();
  const [counted, agents, format, found] = await Promise.all([
    countedFor(who, groups, choice, parts),
    agentsOf(desk, who, group.reference),
    timesOf(visit, parts),
    find(desk, who, 'Task', pageOf([...searchOf(choice, who, now), ...SHOWN], query('page'))),
  ]);
  const content = html`${heading(words.workbench)} ${eventsSource()} ${countsView(visit, choice, counted)}
    <h2><bdi>${group.name}</bdi></h2>
    ${group.manages && html`<p><a href="${link(WORKLOAD, { group: group.reference })}">${words.workload}</a></p>`}
    ${chooserForm(visit, choice)}
    ${itemList(visit, { found, choice, agents, manages: group.manages, format, now, own: parts.own })}
    ${
      found.next !== undefined &&
      html`<nav class="links" aria-label="${words.resourcePages}">
        <a href="${link(WORKBENCH, { ...written(choice), page: found.next })}" rel="next">${words.resourceNext}</a>
      </nav>`
    }
    ${shortcutHelp(words)}`;
  return { kind: 'page', title: words.workbench, content };
}

/** By which the list is ordered and narrowed. */
function chooserForm({ words, frame }: Visit, { group, view, order, only, name }: Choice): Html {
  const options = <T extends string>(values: readonly T[], texts: Readonly<Record<T, keyof typeof words>>) =>
    values.map(value => [value, html`${words[texts[value]]}`] as const);
  const isChosen = order !== orders[0] || only !== filters[0] || name !== '';
  return html`<details ${isChosen && html`open`}>
    <summary>${words.orderAndFilter}</summary>
    <form class="chooser" method="get" action="${WORKBENCH}">
      ${hidden('group', group)} ${hidden('view', view)} ${hidden('lang', frame.words.language)}
      ${chooser('order', words.order, options(orders, orderWords), order)}
      ${chooser('only', words.only, options(filters, filterWords), only)}
      ${field({ name: 'name', label: words.patientNameBegins, autocomplete: 'off', value: name, isOptional: true, direction: 'auto', most: 100 })}
      <button type="submit" class="quiet">${words.apply}</button>
    </form>
  </details>`;
}

const orderWords = { age: 'orderAge', due: 'orderDue', urgency: 'orderUrgency' } as const;
const filterWords = { all: 'filterAll', overdue: 'filterOverdue', urgent: 'filterUrgent' } as const;
