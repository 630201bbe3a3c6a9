/** Possible duplicates that wait for a decision, the oldest first. */
import type { Patient, Person, Task } from 'fhir/r4.js';
import type { Query } from '../../../fhir/request.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { html, type Html } from '../../html.js';
import { done, heading } from '../../account/fields.js';
import type { Visit } from '../../account/visit.js';
import { find, pageOf, read, type Desk } from '../desk.js';
import { timesOf, type Work } from '../parts.js';
import { scrollTable } from '../scroll-table.js';
import { DUPLICATE, DUPLICATES, MEMBERS } from './paths.js';
import { named, type OnRecord } from './person.js';

const OPEN: Query = [
  ['code', 'review-duplicate'],
  ['status', 'requested'],
  ['_sort', 'authored-on'],
  ['_count', '20'],
];

/** The records that a review is about; those that are gone are not there. */
export async function pairOf({ focus, input = [] }: Task, who: SignedIn, desk: Desk): Promise<Patient[]> {
  const other = focus?.reference ?? '';
  const account = other.startsWith('Person/') ? ((await read(desk, who, other)) as Person | undefined) : undefined;
  const own = account?.link?.find(({ target }) => target.reference?.startsWith('Patient/'))?.target.reference;
  const record = input.find(({ type }) => type.text === 'possible duplicate')?.valueReference?.reference;
  const names = [account ? own : other, record].filter(name => name?.startsWith('Patient/'));
  const found = await Promise.all(names.map(name => read(desk, who, name ?? '')));
  return found.flatMap(one => (one ? [one as unknown as Patient] : []));
}

export const duplicatesPage: Work = async (visit, who, query, parts) => {
  const { words, link } = visit;
  const { desk } = parts;
  const found = await find(desk, who, 'Task', pageOf(OPEN, query('page')));
  const format = await timesOf(visit, parts);
  const tasks = found.matches as unknown as Task[];
  const rows = await Promise.all(tasks.map(async task => row(visit, task, await pairOf(task, who, desk), format)));
  const columns = [words.duplicateRecords, words.since];
  const content = html`${heading(words.duplicates, words.duplicatesWhy)}
    ${done(query('after') === 'done' ? words.moveDone : undefined)}
    ${rows.length === 0 ? html`<p>${words.duplicatesNone}</p>` : scrollTable(words.duplicates, columns, rows)}
    ${
      found.next !== undefined &&
      html`<nav class="links" aria-label="${words.resourcePages}">
        <a href="${link(DUPLICATES, { page: found.next })}" rel="next">${words.resourceNext}</a>
      </nav>`
    }
    <p class="links"><a href="${link(MEMBERS)}">${words.members}</a></p>`;
  return { kind: 'page', title: words.duplicates, content };
};

function row({ words, link }: Visit, task: Task, pair: readonly OnRecord[], format: Intl.DateTimeFormat): Html {
  const names = pair.map((one, at) => html`${at > 0 && ' · '}${named(one, words)}`);
  return html`<tr>
    <th scope="row">
      <a href="${link(DUPLICATE, { id: task.id ?? '' })}">${names.length > 0 ? names : words.duplicateGone}</a>
    </th>
    <td>${task.authoredOn !== undefined && format.format(new Date(task.authoredOn))}</td>
  </tr>`;
}
