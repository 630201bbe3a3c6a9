/** A workflow group: its name, whether it works, and its agents and managers, who are enrolled and removed here. */
import type { Organization, Parameters } from 'fhir/r4.js';
import type { OwnCanonicals } from '../../../fhir/own-canonicals.js';
import { asJson, typed, type Resource } from '../../../fhir/resource.js';
import type { Fields, Visit } from '../../account/visit.js';
import { html } from '../../html.js';
import type { Call } from '../desk.js';
import { backTo, type StaffPage } from '../parts.js';
import { agentsOf, agentTable, candidatesFor, enrolForm } from './agents.js';
import { editorPage, type Editor } from './editor.js';
import { activeField, nameField } from './form-parts.js';
import { forRoles } from './guard.js';
import { GROUPS, WORKFLOW_GROUP } from './paths.js';
import { refusalOf } from './refusal.js';

interface Values {
  readonly name: string;
  readonly active: boolean;
}

const ROLES = ['healthcare-administrator', 'manager'] as const;

const editor: Editor<Values> = {
  path: WORKFLOW_GROUP,
  roles: ROLES,
  type: 'Organization',
  isOne: (resource, own) => own.hasCode(typed<Organization>(resource).type, 'organization-type', 'workflow-group'),
  valuesOf(resource) {
    const { name = '', active }: Partial<Organization> = resource ? typed<Organization>(resource) : {};
    return { name, active: active !== false };
  },
  typed: fields => ({ name: fields('name').trim(), active: fields('active') === '1' }),
  applied: ({ name, active }, before, own) => {
    const next: Organization = { ...(before ? typed<Organization>(before) : newGroup(own)), name, active };
    return asJson(next);
  },
  places: () => ({ 'Organization.name': 'name', 'Organization.active': 'active' }),
  async view(visit, { who, isAdministrator, manages }, { values, problems, resource }, parts) {
    const { words, link } = visit;
    const reference = `Organization/${resource?.id ?? ''}`;
    const mayEnrol = resource !== undefined && (isAdministrator || manages.includes(reference));
    const agents = resource ? await agentsOf(reference, who, parts) : [];
    return {
      title: titleOf(visit, values, resource, isAdministrator),
      lede: words.adminWorkflowGroupWhy,
      fields: html`${nameField(visit, values.name, problems['name'])}
      ${activeField(visit, values.active, problems['active'])}`,
      isReadOnly: !isAdministrator,
      below: html`${resource && agentTable(visit, resource, agents, { mayEnrol, isAdministrator })}
        ${mayEnrol && enrolForm(visit, resource, await candidatesFor(who, parts), isAdministrator)}
        <p class="links"><a href="${link(GROUPS)}">${words.adminGroups}</a></p>`,
    };
  },
};

function titleOf({ words }: Visit, { name }: Values, resource: Resource | undefined, isAdministrator: boolean): string {
  if (!isAdministrator) return name;
  return resource ? words.adminWorkflowGroup : words.adminNewWorkflowGroup;
}

const { page, show } = editorPage(editor);

/** A form that changes who works in the group. */
const agentMove = (name: 'enrol' | 'remove', callOf: (fields: Fields) => Call): StaffPage => ({
  ...{ path: `${WORKFLOW_GROUP}/${name}`, ...backTo(WORKFLOW_GROUP) },
  take: forRoles(ROLES, async (visit, by, fields, parts) => {
    const reply = await parts.desk(by.who, { ...callOf(fields), language: visit.frame.words.language });
    if (reply.status >= 300) return show(visit, by, fields, parts, refusalOf(reply, visit.words));
    return { kind: 'go', to: visit.link(WORKFLOW_GROUP, { id: fields('id'), after: 'saved' }) };
  }),
});

/** The page, and the forms that enrol and remove agents. */
export const workflowGroupPages: readonly StaffPage[] = [
  page,
  agentMove('enrol', fields => ({
    ...({ method: 'POST', path: ['PractitionerRole', '$enrol-agent'] } as const),
    resource: enrolment(fields),
  })),
  agentMove('remove', fields => ({ method: 'POST', path: ['PractitionerRole', fields('role'), '$remove-agent'] })),
];

/** What `$enrol-agent` is told. */
function enrolment(fields: Fields): Resource {
  const told: Parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'practitioner', valueReference: { reference: fields('practitioner') } },
      { name: 'group', valueReference: { reference: `Organization/${fields('id')}` } },
      { name: 'role', valueCode: fields('role') },
    ],
  };
  return asJson(told);
}

const newGroup = (own: OwnCanonicals): Organization => ({
  resourceType: 'Organization',
  meta: { profile: [own.structure('workflow-group')] },
  type: [own.concept('organization-type', 'workflow-group')],
});
