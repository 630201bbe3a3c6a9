/** Who works in a workflow group, and what each of them has: for those who manage it. */
import type { Parameters, ParametersParameter } from 'fhir/r4.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { heading, hidden } from '../account/fields.js';
import type { Answer, Fields, Visit } from '../account/visit.js';
import { html, type Html } from '../html.js';
import { find, read, type Reply } from './desk.js';
import { nameOf, namesOf, type NameOf } from './names.js';
import { backTo, timesOf, WORKBENCH, type StaffPage, type WorkbenchParts } from './parts.js';
import { refusal } from './refusal.js';
import { scrollTable } from './scroll-table.js';

export const WORKLOAD = `${WORKBENCH}/workload`;

type Part = ParametersParameter;

const one = (parts: readonly Part[], name: string): Part | undefined => parts.find(part => part.name === name);

async function workloadPage(
  visit: Visit,
  who: SignedIn,
  query: Fields,
  parts: WorkbenchParts,
  taken?: Reply,
): Promise<Answer> {
  const { words } = visit;
  const group = query('group');
  const [type = '', id = ''] = group.split('/');
  const [reply, found] = await Promise.all([
    parts.desk(who, { method: 'GET', path: [type, id, '$workload'] }),
    read(parts.desk, who, group),
  ]);
  const refused = refusal(reply);
  if (refused)
    return {
      kind: 'page',
      title: words.workload,
      status: reply.status,
      content: html`${heading(words.workload)} ${refused}`,
    };
  const { parameter = [] } = reply.resource as unknown as Parameters;
  const agents = parameter.filter(({ name }) => name === 'agent').map(({ part = [] }) => part);
  const people = agents.flatMap(agent => one(agent, 'practitioner')?.valueReference?.reference ?? []);
  const { matches } = await find(parts.desk, who, 'Practitioner', [
    ['_id', people.map(person => person.slice('Practitioner/'.length)).join()],
    ['_count', '1000'],
  ]);
  const format = await timesOf(visit, parts);
  const rows = agents.map(agent => agentRow(visit, group, agent, namesOf(matches), format));
  const content = html`${heading(words.workload, words.workloadWhy)} ${taken && outcome(visit, taken)}
    <h2><bdi>${found && nameOf(found)}</bdi></h2>
    ${queueLine(visit, parameter, format)}
    ${
      rows.length === 0
        ? html`<p>${words.workloadNone}</p>`
        : scrollTable(words.workload, [...columns.map(name => words[name]), words.moves], rows)
    }`;
  return {
    kind: 'page',
    title: words.workload,
    ...(taken && taken.status >= 300 && { status: taken.status }),
    content,
  };
}

const columns = ['workloadAgent', 'workloadClaimed', 'workloadWaiting', 'workloadOverdue', 'workloadLast'] as const;

const outcome = ({ words }: Visit, reply: Reply): Html =>
  refusal(reply) || html`<p role="status">${words.workloadTaken}</p>`;

function queueLine({ words }: Visit, parameter: readonly Part[], format: Intl.DateTimeFormat): Html {
  const oldest = one(parameter, 'oldest')?.valueDateTime;
  return html`<p>
    ${words.workloadQueued}: <bdi>${one(parameter, 'queued')?.valueInteger}</bdi>${
      oldest !== undefined && html` · ${words.workloadOldest} ${format.format(new Date(oldest))}`
    }
  </p>`;
}

function agentRow(
  visit: Visit,
  group: string,
  agent: readonly Part[],
  name: NameOf,
  format: Intl.DateTimeFormat,
): Html {
  const { words, form } = visit;
  const person = one(agent, 'practitioner')?.valueReference?.reference ?? '';
  const called = name(person) ?? words.unnamed;
  const roles = agent.filter(part => part.name === 'role').map(({ valueCode }) => valueCode);
  const [claimed = 0, waiting = 0, overdue = 0] = ['claimed', 'waiting', 'overdue'].map(
    count => one(agent, count)?.valueInteger,
  );
  const last = one(agent, 'lastActivity')?.valueInstant;
  const processes = one(agent, 'processes')?.valueBoolean === true;
  return html`<tr>
    <th scope="row">
      <bdi>${called}</bdi>
      ${roles.includes('manager') && html`<span class="flag">${words.adminManager}</span>`}
      ${!processes && html`<strong class="flag ill">${words.workloadCannot}</strong>`}
    </th>
    <td>${claimed}</td>
    <td>${waiting}</td>
    <td>${overdue > 0 ? html`<strong class="flag ill">${overdue}</strong>` : overdue}</td>
    <td>${last !== undefined && format.format(new Date(last))}</td>
    <td>
      ${
        claimed + waiting > 0 &&
        form(
          `${WORKLOAD}/take-back`,
          html`${hidden('group', group)} ${hidden('person', person)}
            <button type="submit" class="quiet" aria-label="${words.workloadTakeBack}: ${called}">
              ${words.workloadTakeBack}
            </button>`,
          { group },
        )
      }
    </td>
  </tr>`;
}

async function takeBack(visit: Visit, who: SignedIn, fields: Fields, parts: WorkbenchParts): Promise<Answer> {
  const [type = '', id = ''] = fields('group').split('/');
  const parameter = [{ name: 'practitioner', valueReference: { reference: fields('person') } }];
  const resource = { resourceType: 'Parameters', parameter };
  const reply = await parts.desk(who, { method: 'POST', path: [type, id, '$take-back'], resource });
  return workloadPage(visit, who, fields, parts, reply);
}

export const workloadPages: readonly StaffPage[] = [
  { path: WORKLOAD, keeps: ['group'], show: (visit, who, query, parts) => workloadPage(visit, who, query, parts) },
  { path: `${WORKLOAD}/take-back`, ...backTo(WORKLOAD, ['group']), take: takeBack },
];
