/** The audit: who did what, and when, as far as whoever is signed in may search AuditEvents. */
import type { AuditEvent } from 'fhir/r4.js';
import type { Query } from '../../../fhir/request.js';
import type { PlainKey, PlainTexts } from '../../../texts/words.js';
import { html, type Html } from '../../html.js';
import { choice, field, heading } from '../../account/fields.js';
import type { Fields, Visit } from '../../account/visit.js';
import { foundIn, pageOf } from '../desk.js';
import { filterForm } from '../filter-form.js';
import { namesOf } from '../names.js';
import { timesOf, WORKBENCH, type Section, type Work } from '../parts.js';
import { refusal } from '../refusal.js';
import { scrollTable } from '../scroll-table.js';
import { ACTIONS, criteriaOf, FILTERS, OUTCOMES } from './criteria.js';
import { eventRow } from './event.js';

const AUDIT = `${WORKBENCH}/audit`;
const NEWEST: Query = [
  ['_sort', '-date'],
  ['_include', 'AuditEvent:agent'],
  ['_include', 'AuditEvent:patient'],
  ['_count', '30'],
];

const auditPage: Work = async (visit, who, query, parts) => {
  const { words } = visit;
  const asked = pageOf([...criteriaOf(query), ...NEWEST], query('page'));
  const reply = await parts.desk(who, { method: 'GET', path: ['AuditEvent'], query: asked });
  const { matches, included, next } = foundIn(reply);
  const shown = { name: namesOf(included), format: await timesOf(visit, parts) };
  const rows = (matches as unknown as AuditEvent[]).map(event => eventRow(visit, event, shown));
  const columns = [words.auditWhen, words.auditAgent, words.auditAction, words.auditPatient, words.auditOutcome];
  const content = html`${heading(words.audit, words.auditWhy)} ${refusal(reply)} ${chooser(visit, query)}
  ${rows.length > 0 && scrollTable(words.audit, columns, rows)}
  ${reply.status < 300 && rows.length === 0 && html`<p role="status">${words.auditNone}</p>`}
  ${next !== undefined && older(visit, query, next)}`;
  return { kind: 'page', status: reply.status, title: words.audit, content };
};

const older = ({ words, link }: Visit, query: Fields, page: string): Html => {
  const kept = FILTERS.flatMap(name => (query(name) === '' ? [] : [[name, query(name)] as const]));
  return html`<nav class="links" aria-label="${words.resourcePages}">
    <a href="${link(AUDIT, { ...Object.fromEntries(kept), page })}" rel="next">${words.resourceNext}</a>
  </nav>`;
};

function chooser(visit: Visit, query: Fields): Html {
  const { words } = visit;
  const given = { autocomplete: 'off', isOptional: true, most: 200 };
  const text = (name: 'patient' | 'agent', label: string, hint: string): Html =>
    field({ ...given, name, label, hint, value: query(name), direction: 'auto' });
  const day = (name: 'since' | 'until', label: string): Html =>
    field({ ...given, name, label, type: 'date', value: query(name) });
  const of = (name: 'action' | 'outcome', label: string, keys: Readonly<Record<string, PlainKey>>): Html =>
    choice(name, label, [['', html`${words.auditAny}`], ...optionsOf(keys, words)], query(name));
  return filterForm(
    visit,
    AUDIT,
    words.auditShow,
    html`${text('patient', words.auditPatient, words.auditPatientHint)}
    ${text('agent', words.auditAgent, words.auditAgentHint)} ${of('action', words.auditAction, ACTIONS)}
    ${of('outcome', words.auditOutcome, OUTCOMES)} ${day('since', words.auditSince)} ${day('until', words.auditUntil)}`,
  );
}

const optionsOf = (keys: Readonly<Record<string, PlainKey>>, words: PlainTexts): [string, Html][] =>
  Object.entries(keys).map(([code, key]) => [code, html`${words[key]}`]);

export const auditSection: Section = {
  path: AUDIT,
  word: 'audit',
  roles: ['auditor'],
  pages: [{ path: AUDIT, keeps: [...FILTERS, 'page'], show: auditPage }],
};
