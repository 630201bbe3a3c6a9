/** Members are looked for. What is looked for travels in the form, and in sealed page links: never in an address. */
import type { Bundle, BundleEntry } from 'fhir/r4.js';
import { html, type Html } from '../../html.js';
import { field, heading, submit, type Field } from '../../account/fields.js';
import type { Answer, Fields, Visit } from '../../account/visit.js';
import { foundIn, type Reply } from '../desk.js';
import type { Work } from '../parts.js';
import { refusal } from '../refusal.js';
import { scrollTable } from '../scroll-table.js';
import { DUPLICATES, MEMBERS } from './paths.js';
import { dated, lines, memberLink, oddities, type OnRecord } from './person.js';
import { codesOf, nextActionIn, standingIn } from './standing.js';

/** The criteria of Patient/$members. */
const CRITERIA = ['name', 'birthDate', 'identifier', 'email', 'phone'] as const;

export const searchPage: Work = async (visit, who, query, { desk }) => {
  const page = query('page');
  if (page === '') return shown(visit, () => '');
  const path = ['Patient', '$members'];
  return shown(visit, () => '', await desk(who, { method: 'GET', path, query: [['_page', page]] }));
};

export const searchMembers: Work = async (visit, who, fields, { desk }) => {
  const parameter = CRITERIA.flatMap(name => {
    const value = fields(name).trim();
    if (value === '') return [];
    return [name === 'birthDate' ? { name, valueDate: value } : { name, valueString: value }];
  });
  const resource = { resourceType: 'Parameters', ...(parameter.length > 0 && { parameter }) };
  return shown(visit, fields, await desk(who, { method: 'POST', path: ['Patient', '$members'], resource }));
};

function shown(visit: Visit, fields: Fields, reply?: Reply): Answer {
  const { words, link } = visit;
  const content = html`${heading(words.members, words.membersWhy)} ${reply !== undefined && refusal(reply)}
    ${searchForm(visit, fields)} ${reply !== undefined && reply.status < 300 && results(visit, reply)}
    <p class="links"><a href="${link(DUPLICATES)}">${words.duplicates}</a></p>`;
  return { kind: 'page', status: reply?.status ?? 200, title: words.members, content };
}

function searchForm({ words, form }: Visit, fields: Fields): Html {
  const of = (name: (typeof CRITERIA)[number], label: string, more: Partial<Field> = {}): Html =>
    field({ name, label, autocomplete: 'off', isOptional: true, most: 200, value: fields(name), ...more });
  return form(
    MEMBERS,
    html`<div class="criteria">
        ${of('name', words.memberName, { direction: 'auto' })}
        ${of('birthDate', words.memberBirthDate, { hint: words.memberBirthDateHint })}
        ${of('identifier', words.memberIdentifier)} ${of('email', words.memberEmail)} ${of('phone', words.memberPhone)}
      </div>
      ${submit(words.memberSearch)}`,
  );
}

function results(visit: Visit, reply: Reply): Html {
  const { words, link } = visit;
  const { next } = foundIn(reply);
  const { entry = [] } = reply.resource as unknown as Bundle;
  const matches = entry.filter(({ search }) => search?.mode === 'match');
  if (matches.length === 0) return html`<p role="status">${words.membersNone}</p>`;
  const columns = [words.memberName, words.memberBirthDate, words.memberStanding, words.memberNext];
  return html`${scrollTable(
    words.members,
    columns,
    matches.map(one => row(visit, one)),
  )}
  ${
    next !== undefined &&
    html`<nav class="links" aria-label="${words.resourcePages}">
      <a href="${link(MEMBERS, { page: next })}" rel="next">${words.resourceNext}</a>
    </nav>`
  }`;
}

function row(visit: Visit, { resource, search }: BundleEntry): Html {
  const { words } = visit;
  const record = resource as OnRecord;
  const [status] = codesOf(search?.extension, 'enrollment-status');
  const actions = codesOf(search?.extension, 'next-action').map(code => html`${nextActionIn(code, words)}`);
  return html`<tr>
    <th scope="row">${memberLink(visit, record)}</th>
    <td>${dated(record.birthDate)}</td>
    <td>${lines([html`${standingIn(status, words)}`, ...oddities(record, words).map(one => html`${one}`)])}</td>
    <td>${lines(actions)}</td>
  </tr>`;
}
