/** The staff: everybody by name, with their roles. */
import type { Practitioner, PractitionerRole } from 'fhir/r4.js';
import { typed, type Resource } from '../../../fhir/resource.js';
import type { Query } from '../../../fhir/request.js';
import { field, heading, submit } from '../../account/fields.js';
import type { Answer, Fields, Visit } from '../../account/visit.js';
import { html, type Html } from '../../html.js';
import { find, type Found } from '../desk.js';
import { nameOf } from '../names.js';
import type { StaffPage, WorkbenchParts } from '../parts.js';
import { rolesIn } from '../roles.js';
import { scrollTable } from '../scroll-table.js';
import { stateOf } from './form-parts.js';
import { forRoles, type Administrator } from './guard.js';
import { USER, USERS } from './paths.js';
import { roleTitle } from './user-roles.js';

const PAGE = '50';

export const usersPage: StaffPage = {
  path: USERS,
  keeps: ['page'],
  show: forRoles(['healthcare-administrator'], (visit, by, query, parts) => shown(visit, by, query, parts)),
  // What is looked for is in no address.
  take: forRoles(['healthcare-administrator'], (visit, by, fields, parts) => shown(visit, by, fields, parts)),
};

async function shown(visit: Visit, { who }: Administrator, fields: Fields, parts: WorkbenchParts): Promise<Answer> {
  const { words, link, form } = visit;
  const name = fields('name').trim();
  const found = await find(parts.desk, who, 'Practitioner', searchOf(name, fields('page')));
  const content = html`${heading(words.adminUsers, words.adminUsersWhy)}
    ${form(
      USERS,
      html`${field({
        ...{ name: 'name', label: words.adminName, value: name, most: 100, autocomplete: 'off' },
        ...{ isOptional: true, direction: 'auto' },
      })}
      ${submit(words.adminSearch)}`,
    )}
    ${found.matches.length === 0 ? html`<p role="status">${words.adminNobody}</p>` : table(visit, found)}
    ${
      found.next !== undefined &&
      html`<nav class="links" aria-label="${words.resourcePages}">
        <a href="${link(USERS, { page: found.next })}" rel="next">${words.resourceNext}</a>
      </nav>`
    }
    <p><a class="button" href="${link(USER)}">${words.adminNewUser}</a></p>`;
  return { kind: 'page', title: words.adminUsers, content };
}

/** A page is found by its token alone. */
const searchOf = (name: string, page: string): Query =>
  page !== ''
    ? [['_page', page]]
    : [
        ...(name === '' ? [] : [['name', name] as const]),
        ...([
          ['_sort', 'family'],
          ['_count', PAGE],
          ['_revinclude', 'PractitionerRole:practitioner'],
        ] as const),
      ];

function table(visit: Visit, { matches, included }: Found): Html {
  const { words, link } = visit;
  const roles = Map.groupBy(
    included.map(one => typed<PractitionerRole>(one)).filter(({ active }) => active !== false),
    ({ practitioner }) => practitioner?.reference ?? '',
  );
  const row = (one: Resource): Html => {
    const { id = '', active } = typed<Practitioner>(one);
    const codes = new Set((roles.get(`Practitioner/${id}`) ?? []).flatMap(rolesIn));
    return html`<tr>
      <th scope="row">
        <a href="${link(USER, { id })}"><bdi>${nameOf(one) ?? words.unnamed}</bdi></a>
      </th>
      <td>${[...codes].map(code => roleTitle(code, words)).join(' · ')}</td>
      <td>${stateOf(visit, active !== false)}</td>
    </tr>`;
  };
  return scrollTable(words.adminUsers, [words.adminName, words.adminRoles, words.adminState], matches.map(row));
}
