/** A member of staff: their name and address, whether they are here, and their roles, which are granted and ended here. */
import type { PractitionerRole } from 'fhir/r4.js';
import { typed } from '../../../fhir/resource.js';
import { field } from '../../account/fields.js';
import type { Fields, Visit } from '../../account/visit.js';
import { html } from '../../html.js';
import { read, type Call, type Reply } from '../desk.js';
import { backTo, type StaffPage, type WorkbenchParts } from '../parts.js';
import { editorPage, type Editor } from './editor.js';
import { activeField } from './form-parts.js';
import { forRoles, missing, type Administrator } from './guard.js';
import { USER, USERS } from './paths.js';
import { refusalOf } from './refusal.js';
import { groupsOfType, groupTarget } from './targets.js';
import { ended, grantedTo, grantForm, roleFrom, roleList } from './user-roles.js';
import { userValuesOf, withUserValues, type UserValues } from './user-values.js';

const ROLES = ['healthcare-administrator'] as const;

const editor: Editor<UserValues> = {
  path: USER,
  roles: ROLES,
  type: 'Practitioner',
  isOne: () => true,
  valuesOf: userValuesOf,
  typed: fields => ({
    ...{ given: fields('given').trim(), family: fields('family').trim(), email: fields('email').trim() },
    active: fields('active') === '1',
  }),
  applied: withUserValues,
  places: () => ({
    ...{ 'Practitioner.name': 'family', 'Practitioner.telecom': 'email', 'Practitioner.active': 'active' },
  }),
  async view(visit, { who }, { values, problems, resource }, parts) {
    const { words, link } = visit;
    const id = resource?.id;
    const name = { most: 100, autocomplete: 'off', direction: 'auto' } as const;
    return {
      title: id === undefined ? words.adminNewUser : words.adminUser,
      lede: words.adminUserWhy,
      fields: html`${field({ ...name, name: 'given', label: words.givenName, value: values.given })}
      ${field({ ...name, name: 'family', label: words.familyName, value: values.family, problem: problems['family'] })}
      ${field({
        ...{ name: 'email', label: words.email, type: 'email', value: values.email, most: 254, autocomplete: 'off' },
        ...{ isOptional: true, problem: problems['email'] },
      })}
      ${activeField(visit, values.active, problems['active'])}`,
      below: html`${id !== undefined && (await rolesView(visit, id, { who, parts }))}
        <p class="links"><a href="${link(USERS)}">${words.adminUsers}</a></p>`,
    };
  },
};

async function rolesView(
  visit: Visit,
  id: string,
  { who, parts }: Pick<Administrator, 'who'> & { parts: WorkbenchParts },
) {
  const [granted, groups] = await Promise.all([
    grantedTo(`Practitioner/${id}`, who, parts),
    groupsOfType('clinical-group', who, parts),
  ]);
  return html`${roleList(visit, id, granted)} ${grantForm(visit, id, groups.map(groupTarget))}`;
}

const { page, show } = editorPage(editor);

type Change = (
  by: Administrator,
  fields: Fields,
  parts: WorkbenchParts,
  call: Partial<Call>,
) => Promise<Reply | undefined>;

/** A form that changes the roles of somebody. */
const roleMove = (name: 'grant' | 'end', change: Change): StaffPage => ({
  ...{ path: `${USER}/${name}`, ...backTo(USER) },
  take: forRoles(ROLES, async (visit, by, fields, parts) => {
    const reply = await change(by, fields, parts, { language: visit.frame.words.language });
    if (!reply) return missing(visit);
    if (reply.status >= 300) return show(visit, by, fields, parts, refusalOf(reply, visit.words));
    return { kind: 'go', to: visit.link(USER, { id: fields('id'), after: 'saved' }) };
  }),
});

const grant: Change = async ({ who }, fields, parts, call) => {
  const resource = roleFrom(fields, parts);
  const held = await grantedTo(`Practitioner/${fields('id')}`, who, parts);
  const isHeld = held.some(
    ({ codes, organization = '' }) =>
      codes.some(code => code === fields('role')) && organization === fields('organization'),
  );
  if (isHeld) return { status: 200, resource };
  return parts.desk(who, { method: 'POST', path: ['PractitionerRole'], resource, ...call });
};

const end: Change = async ({ who }, fields, parts, call) => {
  const id = fields('role');
  const role = await read(parts.desk, who, `PractitionerRole/${id}`);
  if (!role || typed<PractitionerRole>(role).practitioner?.reference !== `Practitioner/${fields('id')}`)
    return undefined;
  const resource = ended(role, parts);
  return parts.desk(who, {
    ...{ method: 'PUT', path: ['PractitionerRole', id], version: fields('version'), resource, ...call },
  });
};

/** The page, and the forms that grant and end roles. */
export const userPages: readonly StaffPage[] = [page, roleMove('grant', grant), roleMove('end', end)];
