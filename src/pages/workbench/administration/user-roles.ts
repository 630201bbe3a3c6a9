/** The roles of a member of staff: which they hold, the form that grants another, and the one that ends one. */
import type { PractitionerRole } from 'fhir/r4.js';
import { instant } from '../../../fhir/instant.js';
import { asJson, typed, type Resource } from '../../../fhir/resource.js';
import { staffRoles, type StaffRole } from '../../../fhir/staff-roles.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import type { PlainTexts } from '../../../texts/words.js';
import { choice, hidden, submit } from '../../account/fields.js';
import type { Fields, Visit } from '../../account/visit.js';
import { html, type Html } from '../../html.js';
import { namesOf } from '../names.js';
import type { WorkbenchParts } from '../parts.js';
import { rolesIn } from '../roles.js';
import { findAll } from './find-all.js';
import { USER, WORKFLOW_GROUP } from './paths.js';
import type { Target } from './targets.js';

/** A role in force. */
export interface Granted {
  readonly id: string;
  readonly version: string;
  readonly codes: readonly StaffRole[];
  /** `Organization/2` */
  readonly organization: string | undefined;
  readonly place: string | undefined;
}

/** @param person `Practitioner/1` */
export async function grantedTo(person: string, who: SignedIn, { desk }: WorkbenchParts): Promise<Granted[]> {
  const { matches, included } = await findAll(desk, who, 'PractitionerRole', [
    ['practitioner', person],
    ['active', 'true'],
    ['_include', 'PractitionerRole:organization'],
  ]);
  const name = namesOf(included);
  return matches.flatMap(one => {
    const role = typed<PractitionerRole>(one);
    const { id = '', meta, organization } = role;
    const codes = rolesIn(role);
    const place = name(organization?.reference);
    return codes.length === 0
      ? []
      : [{ id, version: meta?.versionId ?? '', codes, organization: organization?.reference, place }];
  });
}

const isOfGroup = (code: StaffRole): boolean => code === 'agent' || code === 'manager';

/** Roles of a workflow group are granted and ended on its page. */
const grantable = staffRoles.filter(code => !isOfGroup(code));

export const roleTitle = (code: StaffRole, words: PlainTexts): string => words[titles[code]];

const titles = {
  'workbench-user': 'roleWorkbenchUser',
  'task-processing': 'roleTaskProcessing',
  clinician: 'roleClinician',
  agent: 'adminAgent',
  manager: 'adminManager',
  scheduler: 'roleScheduler',
  'visit-administrator': 'roleVisitAdministrator',
  auditor: 'roleAuditor',
  'configuration-manager': 'roleConfigurationManager',
  'healthcare-administrator': 'roleHealthcareAdministrator',
  'system-administrator': 'roleSystemAdministrator',
} as const satisfies Record<StaffRole, string>;

/** @param id of the Practitioner */
export const roleList = (visit: Visit, id: string, granted: readonly Granted[]): Html =>
  html`<section aria-labelledby="roles-title">
    <h2 id="roles-title">${visit.words.adminRoles}</h2>
    ${granted.length === 0 && html`<p>${visit.words.adminNoRoles}</p>`}
    <ul class="people">
      ${granted.map(role => roleItem(visit, id, role))}
    </ul>
  </section>`;

function roleItem({ words, form, link }: Visit, id: string, role: Granted): Html {
  const { codes, place, organization = '' } = role;
  const title = codes.map(code => roleTitle(code, words)).join(' · ');
  const group = { id: organization.slice('Organization/'.length) };
  return html`<li>
    <span>${title}${place !== undefined && html` (<bdi>${place}</bdi>)`}</span>
    ${
      codes.some(isOfGroup)
        ? html`<a href="${link(WORKFLOW_GROUP, group)}">${words.adminWorkflowGroup}</a>`
        : form(
            `${USER}/end`,
            html`${hidden('id', id)} ${hidden('role', role.id)} ${hidden('version', role.version)}
              <button type="submit" class="quiet" aria-label="${words.adminEndRole}: ${title}">
                ${words.adminEndRole}
              </button>`,
            { id },
          )
    }
  </li>`;
}

/** @param places organizations at which somebody may hold a role */
export const grantForm = ({ words, form }: Visit, id: string, places: readonly Target[]): Html =>
  html`<section aria-labelledby="grant-title">
    <h2 id="grant-title">${words.adminGrant}</h2>
    ${form(
      `${USER}/grant`,
      html`${hidden('id', id)}
      ${choice(
        'role',
        words.adminRole,
        grantable.map(code => [code, html`${roleTitle(code, words)}`]),
      )}
      ${choice('organization', words.adminRoleAt, [
        ['', html`${words.adminRoleEverywhere}`],
        ...places.map(({ reference, name }) => [reference, html`${name}`] as const),
      ])}
      ${submit(words.adminGrantNow)}`,
      { id },
    )}
  </section>`;

/** The role that the form grants. */
export function roleFrom(fields: Fields, { own, now }: WorkbenchParts): Resource {
  const organization = fields('organization');
  const role: PractitionerRole = {
    resourceType: 'PractitionerRole',
    meta: { profile: [own.structure('workbench-role')] },
    active: true,
    period: { start: instant(now()) },
    practitioner: { reference: `Practitioner/${fields('id')}` },
    ...(organization === '' ? {} : { organization: { reference: organization } }),
    code: [own.concept('role', fields('role'))],
  };
  return asJson(role);
}

/** The role as it is once it has ended. */
export function ended(resource: Resource, { now }: WorkbenchParts): Resource {
  const role = typed<PractitionerRole>(resource);
  const next: PractitionerRole = { ...role, active: false, period: { ...role.period, end: instant(now()) } };
  return asJson(next);
}
