/** The counts of queues: of each group what waits, and of the open group its parts. They follow what changes while the page is open. */
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import type { Answer, Fields, Visit } from '../account/visit.js';
import { EVENTS } from './events.js';
import { countOf, countsOf, groupsOf, type Counts, type Group } from './groups.js';
import { WORKBENCH, type WorkbenchParts } from './parts.js';
import { choiceIn, views, written, type Choice, type View } from './queue-choice.js';

export const LIVE = `${WORKBENCH}/live`;

/** More than the server counts. */
const MANY = '1000+';

export interface Counted {
  readonly groups: readonly (Group & { readonly queued: number | undefined })[];
  readonly counts: Counts;
}

export async function countedFor(
  who: SignedIn,
  groups: readonly Group[],
  { group: open }: Choice,
  { desk }: Pick<WorkbenchParts, 'desk'>,
): Promise<Counted> {
  const counts = await countsOf(desk, who, open);
  const queued = groups.map(async group => ({
    ...group,
    queued: group.reference === open ? counts.queued : await countOf(desk, who, group.reference, 'queued'),
  }));
  return { groups: await Promise.all(queued), counts };
}

/** What an open page asks for when it is told that something changed. */
export async function livePage(visit: Visit, who: SignedIn, query: Fields, parts: WorkbenchParts): Promise<Answer> {
  const { words } = visit;
  const groups = await groupsOf(parts.desk, who);
  const group = groups.find(({ reference }) => reference === query('group'));
  if (!group) return { kind: 'page', status: 404, title: words.workbench, content: html`<p>${words.noGroups}</p>` };
  const choice = choiceIn(query, group.reference);
  const counted = await countedFor(who, groups, choice, parts);
  const isStale = query('known') !== known(counted, choice);
  return { kind: 'page', title: words.workbench, content: countsView(visit, choice, counted, { isStale }) };
}

const figure = (count: number | undefined): string => (count === undefined ? MANY : String(count));
const known = ({ counts }: Counted, { view }: Choice): string => figure(counts[view]);

/** With script, it is replaced by what the page at LIVE answers; `isStale`: the list beside it shows less than it counts. */
export function countsView(
  visit: Visit,
  choice: Choice,
  counted: Counted,
  { isStale = false, shown = known(counted, choice) }: { isStale?: boolean; shown?: string } = {},
): Html {
  const { words, link } = visit;
  const address = link(LIVE, { ...written(choice), known: shown });
  return html`<div
    id="counts"
    hx-get="${address}"
    hx-trigger="changed from:#events throttle:2s"
    hx-select="#counts"
    hx-swap="outerHTML"
  >
    ${counted.groups.length > 1 && groupList(visit, counted, choice)} ${viewList(visit, choice, counted)}
    <p class="news" role="status">
      ${isStale && html`<a id="news" href="${link(WORKBENCH, written(choice))}">${words.listChanged}</a>`}
    </p>
  </div>`;
}

/** Where the page is told of changes: outside what is replaced. */
export const eventsSource = (): Html => html`<div id="events" hx-sse:connect="${EVENTS}" hx-sse:close="ended"></div>`;

const groupList = ({ words, link }: Visit, { groups }: Counted, { group: open }: Choice): Html =>
  html`<nav class="links" aria-label="${words.groups}">
    <ul>
      ${groups.map(
        ({ reference, name, queued }) =>
          html`<li>
            <a
              id="${idOf(reference)}"
              href="${link(WORKBENCH, { group: reference })}"
              ${reference === open && html`aria-current="page"`}
              ><bdi>${name}</bdi> (<bdi>${figure(queued)}</bdi>)</a
            >
          </li>`,
      )}
    </ul>
  </nav>`;

const idOf = (reference: string): string => `group-${reference.replace(/^.*\//, '')}`;

const viewList = ({ words, link }: Visit, choice: Choice, { counts }: Counted): Html =>
  html`<nav class="links" aria-label="${words.queue}">
    <ul>
      ${views.map(
        view =>
          html`<li>
            <a
              id="view-${view}"
              href="${link(WORKBENCH, written({ ...choice, view }))}"
              ${view === choice.view && html`aria-current="page"`}
              >${words[viewWords[view]]} (<bdi>${figure(counts[view])}</bdi>)</a
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
} as const satisfies Record<View, string>;
