/** One possible duplicate: both records side by side, and the decision. */
import type { Patient, Task } from 'fhir/r4.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { defined } from '../../../fhir/defined.js';
import { html, type Html } from '../../html.js';
import { area, choice, heading, hidden, submit } from '../../account/fields.js';
import type { Answer, Visit } from '../../account/visit.js';
import { read, type Reply } from '../desk.js';
import type { Work, WorkbenchParts } from '../parts.js';
import { refusal } from '../refusal.js';
import { comparison } from './comparison.js';
import { pairOf } from './duplicates.js';
import { DUPLICATE, DUPLICATES, pathOf } from './paths.js';
import { named } from './person.js';

type Move = 'confirm' | 'reject';

export const duplicatePage: Work = (visit, who, query, parts) => shown(visit, who, query('id'), parts);

/** The answer to the form of a decision. */
export const decide =
  (move: Move): Work =>
  async (visit, who, fields, parts) => {
    const id = fields('id');
    const path = pathOf(`Task/${id}`, ['Task']);
    if (!path) return missing(visit);
    const kept = pathOf(fields('kept'), ['Patient'])?.join('/');
    const parameter = [
      ...(move === 'confirm' && kept !== undefined ? [{ name: 'kept', valueReference: { reference: kept } }] : []),
      ...(fields('note').trim() === '' ? [] : [{ name: 'note', valueString: fields('note').trim() }]),
    ];
    const resource = parameter.length > 0 ? { resourceType: 'Parameters', parameter } : undefined;
    const reply = await parts.desk(who, { method: 'POST', path: [...path, `$${move}`], ...defined({ resource }) });
    if (reply.status < 300) return { kind: 'go', to: visit.link(DUPLICATES, { after: 'done' }) };
    return shown(visit, who, id, parts, reply);
  };

async function shown(
  visit: Visit,
  who: SignedIn,
  id: string,
  { desk }: WorkbenchParts,
  reply?: Reply,
): Promise<Answer> {
  const { words, link } = visit;
  const path = pathOf(`Task/${id}`, ['Task']);
  const task = path && ((await read(desk, who, path.join('/'))) as Task | undefined);
  const isReview = task?.code?.coding?.some(({ code }) => code === 'review-duplicate') === true;
  if (!task || !isReview) return missing(visit);
  const pair = await pairOf(task, who, desk);
  const isOpen = task.status === 'requested';
  const content = html`${heading(words.duplicate, words.duplicateWhy)} ${reply && refusal(reply)}
    ${pair.length < 2 && html`<p>${words.duplicateGone}</p>`} ${comparison(visit, pair)}
    ${isOpen ? forms(visit, id, pair) : html`<p>${words.duplicateDecided}</p>`}
    <p class="links"><a href="${link(DUPLICATES)}">${words.duplicates}</a></p>`;
  return { kind: 'page', status: reply?.status ?? 200, title: words.duplicate, content };
}

function forms({ words, form }: Visit, id: string, pair: readonly Patient[]): Html {
  const records = pair.map((one, at): [string, Html] => [
    `Patient/${one.id ?? ''}`,
    html`${words[at === 0 ? 'duplicateFirst' : 'duplicateSecond']}: ${named(one, words)}`,
  ]);
  const note = (name: string): Html => area({ name, label: words.duplicateNote, autocomplete: 'off', most: 1000 });
  return html`<div class="decisions">
    <section aria-labelledby="same-title">
      <h2 id="same-title">${words.duplicateSame}</h2>
      <p>${words.duplicateSameWhy}</p>
      ${form(
        `${DUPLICATE}/confirm`,
        html`${hidden('id', id)}
        ${records.length > 0 && choice('kept', words.duplicateKept, [['', html`${words.duplicateByAccount}`], ...records])}
        ${note('note')} ${submit(words.duplicateConfirm)}`,
        { id },
      )}
    </section>
    <section aria-labelledby="two-title">
      <h2 id="two-title">${words.duplicateTwo}</h2>
      <p>${words.duplicateTwoWhy}</p>
      ${form(`${DUPLICATE}/reject`, html`${hidden('id', id)} ${submit(words.duplicateReject)}`, { id })}
    </section>
  </div>`;
}

const missing = ({ words }: Visit): Answer => ({
  ...{ kind: 'page', status: 404, title: words.duplicates },
  content: heading(words.duplicates, words.duplicateMissing),
});
