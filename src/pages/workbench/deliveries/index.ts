/** Delivery: what became of notices, as $deliveries tells it, and lost ones sent again. */
import type { Parameters } from 'fhir/r4.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { html, type Html } from '../../html.js';
import { choice, done, field, heading, hidden, submit } from '../../account/fields.js';
import type { Answer, Fields, Visit } from '../../account/visit.js';
import { wordFor } from '../../scope-words.js';
import type { Reply } from '../desk.js';
import { filterForm } from '../filter-form.js';
import { MEMBER, pathOf } from '../members/paths.js';
import { timesOf, WORKBENCH, type Section, type Work, type WorkbenchParts } from '../parts.js';
import { refusal } from '../refusal.js';
import { scrollTable } from '../scroll-table.js';
import { CHANNELS, deliveriesIn, FILTERS, hasMore, LOST, queryOf, STATES, type Delivery } from './list.js';

const DELIVERIES = `${WORKBENCH}/deliveries`;

const list: Work = (visit, who, query, parts) => shown(visit, who, query, parts);

/** The form names what it shows, and has a field for each. */
const sendAgain: Work = async (visit, who, fields, parts) => {
  const chosen = fields('shown')
    .split(' ')
    .filter(id => id !== '' && fields(`again-${id}`) !== '');
  const parameter = chosen.map(valueId => ({ name: 'delivery', valueId }));
  const resource = { resourceType: 'Parameters', ...(parameter.length > 0 && { parameter }) };
  const reply = await parts.desk(who, { method: 'POST', path: ['$send-again'], resource });
  if (reply.status >= 300) return shown(visit, who, fields, parts, reply);
  return { kind: 'go', to: visit.link(DELIVERIES, { ...chosenBy(fields), after: 'done' }) };
};

const chosenBy = (fields: Fields): Record<string, string> => Object.fromEntries(queryOf(fields));

async function shown(
  visit: Visit,
  who: SignedIn,
  fields: Fields,
  parts: WorkbenchParts,
  refused?: Reply,
): Promise<Answer> {
  const { words } = visit;
  const reply = await parts.desk(who, { method: 'GET', path: ['$deliveries'], query: queryOf(fields) });
  const isListed = reply.status < 300;
  const content = html`${heading(words.deliveries, words.deliveriesWhy)}
  ${done(fields('after') === 'done' ? words.moveDone : undefined)} ${refused && refusal(refused)} ${refusal(reply)}
  ${chooser(visit, fields)}
  ${isListed && listView(visit, reply.resource as unknown as Parameters, fields, await timesOf(visit, parts))}`;
  return { kind: 'page', status: refused?.status ?? reply.status, title: words.deliveries, content };
}

function chooser(visit: Visit, fields: Fields): Html {
  const { words } = visit;
  const day = (name: 'since' | 'until', label: string): Html =>
    field({ name, label, type: 'date', autocomplete: 'off', isOptional: true, value: fields(name) });
  const states = STATES.map((code): [string, Html] => [code, wordFor('delivery', code, words)]);
  const channels = CHANNELS.map((code): [string, Html] => [code, wordFor('channel', code, words)]);
  return filterForm(
    visit,
    DELIVERIES,
    words.deliveryShow,
    html`${choice('state', words.deliveryState, [['', html`${words.deliveryLost}`], ...states], fields('state'))}
    ${choice('channel', words.deliveryChannel, [['', html`${words.deliveryAnyChannel}`], ...channels], fields('channel'))}
    ${day('since', words.deliverySince)} ${day('until', words.deliveryUntil)}`,
  );
}

function listView(visit: Visit, found: Parameters, fields: Fields, format: Intl.DateTimeFormat): Html {
  const { words, form } = visit;
  const all = deliveriesIn(found).toSorted((a, b) => (a.at < b.at ? 1 : -1));
  if (all.length === 0) return html`<p role="status">${words.deliveriesNone}</p>`;
  const columns = [words.deliveryNotice, words.deliveryState, words.deliveryAt, words.deliveryChannel];
  const more = [words.deliveryPerson, words.deliveryAbout, words.deliveryReason, words.deliveryChoose];
  const rows = all.map(one => row(visit, one, format));
  const lost = all.filter(({ state }) => LOST.includes(state));
  const table = scrollTable(words.deliveries, [...columns, ...more], rows);
  const kept = Object.entries(chosenBy(fields)).map(([name, value]) => hidden(name, value));
  return html`${hasMore(found) && html`<p>${words.deliveriesMore}</p>`}
  ${
    lost.length === 0
      ? table
      : form(
          DELIVERIES,
          html`${kept} ${hidden('shown', lost.map(({ id }) => id).join(' '))} ${table} ${submit(words.deliveryAgain)}`,
          chosenBy(fields),
        )
  }`;
}

function row({ words, link }: Visit, one: Delivery, format: Intl.DateTimeFormat): Html {
  const { id, event, about, state, at, person = '', channel, reason } = one;
  const isMember = pathOf(person, ['Patient', 'Person']) !== undefined;
  return html`<tr>
    <th scope="row">${wordFor('event', event, words)}</th>
    <td>${wordFor('delivery', state, words)}</td>
    <td>${format.format(new Date(at))}</td>
    <td>${channel !== undefined && wordFor('channel', channel, words)}</td>
    <td>${isMember && html`<a href="${link(MEMBER, { of: person })}">${words.deliveryOpenMember}</a>`}</td>
    <td><bdi dir="ltr">${about}</bdi></td>
    <td>${reason !== undefined && html`<bdi lang="en">${reason}</bdi>`}</td>
    <td>
      ${
        LOST.includes(state) &&
        html`<input type="checkbox" name="again-${id}" value="1" aria-label="${words.deliveryChoose}" />`
      }
    </td>
  </tr>`;
}

export const deliveriesSection: Section = {
  path: DELIVERIES,
  word: 'deliveries',
  roles: ['healthcare-administrator'],
  pages: [{ path: DELIVERIES, keeps: [...FILTERS], show: list, take: sendAgain }],
};
