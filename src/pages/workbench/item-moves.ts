/** What may be done with a work item: the moves of its agent, and those of whoever manages its group. */
import type { Parameters, ParametersParameter, Task } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import { instant } from '../../fhir/instant.js';
import type { Resource } from '../../fhir/resource.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import { choice, hidden } from '../account/fields.js';
import type { Fields, Visit } from '../account/visit.js';
import { find, type Desk, type Reply } from './desk.js';
import type { Agent, Group } from './groups.js';
import { nameOf } from './names.js';
import { ITEM } from './parts.js';

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

/** The moves that forms of the page make, each an operation of Task. */
export const itemMoves = [
  ...(Object.keys(moveWords) as Move[]),
  ...(['transfer', 'unassign', 'assign', 'prioritize', 'note'] as const),
] as const;
export type ItemMove = (typeof itemMoves)[number];

const movesOf = ({ status }: Task): readonly Move[] => (status in moves ? moves[status as keyof typeof moves] : []);

export const isOpen = ({ status }: Task): boolean => status in moves && status !== 'completed';

/** Its owner has it in work or waits for the patient. */
export const isClaimedBy = (task: Task, { account }: SignedIn): boolean =>
  task.owner?.reference === account && movesOf(task).includes('complete');

export interface MoveParts {
  /** The reader's group that has the item; undefined: none of theirs. */
  readonly group: Group | undefined;
  /** Who works in that group. */
  readonly agents: readonly Agent[];
  /** Other workflow groups. */
  readonly elsewhere: readonly Agent[];
}

/** The other workflow groups that the reader knows of. */
export async function otherGroups(desk: Desk, who: SignedIn, group: Group | undefined): Promise<Agent[]> {
  const { matches } = await find(desk, who, 'Organization', [
    ['type', 'workflow-group'],
    ['active', 'true'],
    ['_sort', 'name'],
    ['_count', '100'],
  ]);
  return matches
    .map(one => ({ reference: `Organization/${one.id ?? ''}`, name: nameOf(one) }))
    .filter(({ reference }) => reference !== group?.reference);
}

export const moveForms = (visit: Visit, task: Task, who: SignedIn, parts: MoveParts): Html =>
  html`<div class="actions">${movesOf(task).map(move => button(visit, task, move))}</div>
    ${(isClaimedBy(task, who) || parts.group?.manages === true) && isOpen(task) && transferForm(visit, task, parts)}
    ${parts.group?.manages === true && isOpen(task) && managerForms(visit, task, parts)}`;

const button = ({ words, form }: Visit, { id = '' }: Task, move: Move): Html =>
  form(
    `${ITEM}/${move}`,
    html`${hidden('id', id)}
      <button type="submit" class="quiet" data-move="${move}">${words[moveWords[move]]}</button>`,
    { id },
  );

/** To somebody else in the group, or to another group. */
function transferForm(
  { words, form }: Visit,
  { id = '', owner }: Task,
  { agents, elsewhere }: MoveParts,
): Html | false {
  const others = agents.filter(({ reference }) => reference !== owner?.reference);
  if (others.length + elsewhere.length === 0) return false;
  const options = (label: string, list: readonly Agent[]): Html | false =>
    list.length > 0 &&
    html`<optgroup label="${label}">
      ${list.map(({ reference, name }) => html`<option value="${reference}">${name ?? reference}</option>`)}
    </optgroup>`;
  return form(
    `${ITEM}/transfer`,
    html`${hidden('id', id)}
      <p class="field">
        <label for="to">${words.transferTo}</label>
        <select id="to" name="to">
          ${options(words.transferAgents, others)} ${options(words.transferGroups, elsewhere)}
        </select>
      </p>
      <button type="submit" class="quiet">${words.moveTransfer}</button>`,
    { id },
  );
}

const priorities = ['routine', 'urgent', 'asap', 'stat'] as const;

/** They say how urgent it is and who has it, or take it back. */
function managerForms(
  { words, form }: Visit,
  { id = '', status, priority = 'routine' }: Task,
  { agents }: MoveParts,
): Html {
  const unassign = form(
    `${ITEM}/unassign`,
    html`${hidden('id', id)} <button type="submit" class="quiet">${words.moveUnassign}</button>`,
    { id },
  );
  const assign = form(
    `${ITEM}/assign`,
    html`${hidden('id', id)}
      ${choice(
        'owner',
        words.assignTo,
        agents.map(({ reference, name }) => [reference, html`${name ?? reference}`]),
      )} <button type="submit" class="quiet">${words.moveAssign}</button>`,
    { id },
  );
  const prioritize = form(
    `${ITEM}/prioritize`,
    html`${hidden('id', id)}
      ${choice(
        'priority',
        words.priority,
        priorities.map(one => [one, html`${words[one]}`]),
        priority,
      )}
      <p class="field">
        <label for="hours">${words.dueInHours}</label>
        <input id="hours" name="hours" type="number" min="1" max="8760" autocomplete="off" />
      </p>
      <button type="submit" class="quiet">${words.movePrioritize}</button>`,
    { id },
  );
  return html`<details class="manage">
    <summary>${words.manage}</summary>
    ${status !== 'ready' && unassign} ${agents.length > 0 && assign} ${prioritize}
  </details>`;
}

const HOUR = 3600_000;
const hasValue = (text: string): string | undefined => (text === '' ? undefined : text);
const to = (name: string, target: string): ParametersParameter => ({ name, valueReference: { reference: target } });

/** What a form says, as input of its operation. @param now milliseconds since the epoch */
function inputOf(move: ItemMove, fields: Fields, now: number): ParametersParameter[] {
  switch (move) {
    case 'transfer':
      return [to('to', fields('to'))];
    case 'assign':
      return [to('owner', fields('owner'))];
    case 'note':
      return [{ name: 'note', valueString: fields('note') }];
    case 'prioritize': {
      const hours = hasValue(fields('hours'));
      const due = hours === undefined ? [] : [{ name: 'due', valueDateTime: dueIn(Number(hours), now) }];
      return [{ name: 'priority', valueCode: fields('priority') }, ...due];
    }
    default:
      return [];
  }
}

/** What is no number of hours is no instant either: the endpoint refuses it. */
const dueIn = (hours: number, now: number): string =>
  Number.isFinite(hours) && Math.abs(hours) < 1e6 ? instant(now + hours * HOUR) : String(hours);

export function moveItem(
  desk: Desk,
  who: SignedIn,
  move: ItemMove,
  fields: Fields,
  { now }: { readonly now: number },
): Promise<Reply> {
  const parameter = inputOf(move, fields, now);
  const input: Parameters = { resourceType: 'Parameters', parameter };
  const resource = parameter.length === 0 ? undefined : (input as unknown as Resource);
  const path = ['Task', fields('id'), `$${move}`];
  return desk(who, { method: 'POST', path, ...defined({ resource }) });
}
