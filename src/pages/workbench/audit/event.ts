/** One AuditEvent in words: when, who, what, whose record, and what came of it. */
import type { AuditEvent, AuditEventEntity } from 'fhir/r4.js';
import { didIn } from '../../../identity/accounts/accesses.js';
import { html, type Html } from '../../html.js';
import { didWords } from '../../account/accesses.js';
import type { Visit } from '../../account/visit.js';
import { wordFor } from '../../scope-words.js';
import type { NameOf } from '../names.js';
import { OUTCOMES } from './criteria.js';

interface Shown {
  readonly name: NameOf;
  readonly format: Intl.DateTimeFormat;
}

const RESOURCES = 'http://hl7.org/fhir/resource-types';

export function eventRow(visit: Visit, event: AuditEvent, { name, format }: Shown): Html {
  const { words } = visit;
  const { entity = [], outcome, purposeOfEvent = [], recorded } = event;
  const key = OUTCOMES[outcome ?? ''];
  const reasons = purposeOfEvent.flatMap(({ text }) => text ?? []);
  return html`<tr>
    <th scope="row"><time datetime="${recorded}">${format.format(new Date(recorded))}</time></th>
    <td>${agentView(visit, event, name)}</td>
    <td>
      ${words[didWords[didIn(event)]]}: ${targetView(visit, event)}
      ${reasons.map(reason => html`<br /><bdi>${reason}</bdi>`)}
      ${changesIn(entity).map(change => html`<br /><bdi dir="ltr">${change}</bdi>`)}
    </td>
    <td>${patientsIn(entity).map((one, at) => html`${at > 0 && html`<br />`}${personView(one, name)}`)}</td>
    <td>${key === undefined ? outcome : words[key]}</td>
  </tr>`;
}

const personView = (reference: string, name: NameOf): Html =>
  html`<bdi>${name(reference) ?? reference}</bdi
    >${name(reference) !== undefined && html` <bdi dir="ltr">(${reference})</bdi>`}`;

/** Who acted, and by which app. */
function agentView({ words }: Visit, { agent: [person, app] }: AuditEvent, name: NameOf): Html {
  const { who, altId = '' } = person ?? {};
  const known = who?.reference ?? (altId === 'unknown' ? '' : altId);
  return html`${known === '' ? words.auditNobody : personView(known, name)}
  ${app?.name !== undefined && html`<br />${words.auditApp} <bdi dir="ltr">${app.name}</bdi>`}`;
}

/** The type of what was looked at or changed, its id, and the operation. */
function targetView({ words }: Visit, { entity = [], subtype = [] }: AuditEvent): Html {
  const target = entity.find(({ type }) => type?.system === RESOURCES);
  const operation = subtype.find(({ display = '' }) => display.startsWith('$'))?.display;
  const reference = target?.what?.reference;
  return html`${wordFor('type', target?.type?.code ?? '*', words)}
  ${reference !== undefined && html`<bdi dir="ltr">${reference}</bdi>`}
  ${operation !== undefined && html`<bdi dir="ltr">${operation}</bdi>`}`;
}

const patientsIn = (entity: readonly AuditEventEntity[]): string[] => [
  ...new Set(
    entity.flatMap(({ what, role }) => (role?.code === '1' && what?.reference !== undefined ? [what.reference] : [])),
  ),
];

const changesIn = (entity: readonly AuditEventEntity[]): string[] =>
  entity.flatMap(({ detail = [] }) => detail.map(({ type, valueString }) => `${type}: ${valueString ?? ''}`));
