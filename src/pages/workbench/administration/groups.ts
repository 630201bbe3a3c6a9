/** All groups: whom patients write to, with the flows of their messages, and who answers, with how many agents. */
import type { Organization, PractitionerRole } from 'fhir/r4.js';
import { typed } from '../../../fhir/resource.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { heading } from '../../account/fields.js';
import type { Answer, Visit } from '../../account/visit.js';
import { html, type Html } from '../../html.js';
import type { StaffPage, WorkbenchParts } from '../parts.js';
import { scrollTable } from '../scroll-table.js';
import { categoryWords } from './clinical-group.js';
import { findAll } from './find-all.js';
import { flowCategories, flowValuesOf } from './flow-values.js';
import { stateOf } from './form-parts.js';
import { forRoles, type Administrator } from './guard.js';
import { CLINICAL_GROUP, GROUPS, WORKFLOW_GROUP } from './paths.js';
import { groupsOfType, targetsOf, type Target } from './targets.js';

export const groupsPage: StaffPage = {
  path: GROUPS,
  show: forRoles(['healthcare-administrator', 'manager'], (visit, by, _query, parts) => shown(visit, by, parts)),
};

async function shown(visit: Visit, by: Administrator, parts: WorkbenchParts): Promise<Answer> {
  const { who, isAdministrator, manages } = by;
  const { words } = visit;
  const [targets, agents] = await Promise.all([targetsOf(who, parts), agentCounts(who, parts)]);
  const isShown = ({ reference }: Target): boolean => isAdministrator || manages.includes(reference);
  const content = html`${heading(words.adminGroups, words.adminGroupsWhy)}
  ${isAdministrator && clinicalTable(visit, await groupsOfType('clinical-group', who, parts), { ...targets, own: parts.own })}
  ${workflowTable(visit, targets.groups.filter(isShown), agents, isAdministrator)}`;
  return { kind: 'page', title: words.adminGroups, content };
}

/** How many agents and managers a workflow group has, by its reference. */
async function agentCounts(who: SignedIn, { desk, own }: WorkbenchParts): Promise<Map<string, number>> {
  const { matches } = await findAll(desk, who, 'PractitionerRole', [
    ['active', 'true'],
    ['role', `${own.codeSystem('role')}|agent,${own.codeSystem('role')}|manager`],
  ]);
  const roles = matches.map(one => typed<PractitionerRole>(one));
  const groups = Map.groupBy(roles, ({ organization }) => organization?.reference ?? '');
  return new Map([...groups].map(([group, there]) => [group, there.length]));
}

const clinicalTable = (
  visit: Visit,
  groups: readonly Organization[],
  targets: { groups: readonly Target[]; endpoints: readonly Target[] } & Pick<WorkbenchParts, 'own'>,
): Html => {
  const { words, link } = visit;
  const names = new Map([...targets.groups, ...targets.endpoints].map(({ reference, name }) => [reference, name]));
  const flows = (group: Organization): Html[] => {
    const values = flowValuesOf(group, targets.own);
    return flowCategories.flatMap(category => {
      const { target, hours } = values[category];
      if (target === '') return [];
      const due = hours === '' ? undefined : visit.t('adminHours', { count: Number(hours) });
      return [
        html`<li>
          ${words[categoryWords[category]]}:
          <bdi>${names.get(target) ?? target}</bdi>${due !== undefined && html` · ${due}`}
        </li>`,
      ];
    });
  };
  return section(
    {
      id: 'clinical',
      title: words.adminClinicalGroups,
      columns: [words.adminName, words.adminFlows, words.adminState],
    },
    groups.map(group => {
      const lines = flows(group);
      return html`<tr>
        <th scope="row">
          <a href="${link(CLINICAL_GROUP, { id: group.id ?? '' })}"><bdi>${group.name}</bdi></a>
        </th>
        <td>
          ${
            lines.length === 0
              ? words.adminNoFlow
              : html`<ul>
                  ${lines}
                </ul>`
          }
        </td>
        <td>${stateOf(visit, group.active !== false)}</td>
      </tr>`;
    }),
    html`<a class="button" href="${link(CLINICAL_GROUP)}">${words.adminNewClinicalGroup}</a>`,
  );
};

const workflowTable = (
  visit: Visit,
  groups: readonly Target[],
  agents: ReadonlyMap<string, number>,
  mayMake: boolean,
): Html => {
  const { words, link, t } = visit;
  return section(
    {
      id: 'workflow',
      title: words.adminWorkflowGroups,
      columns: [words.adminName, words.adminAgents, words.adminState],
    },
    groups.map(({ reference, name, isActive }) => {
      const count = agents.get(reference) ?? 0;
      return html`<tr>
        <th scope="row">
          <a href="${link(WORKFLOW_GROUP, { id: reference.slice('Organization/'.length) })}"><bdi>${name}</bdi></a>
        </th>
        <td>${count === 0 ? words.adminNoAgents : t('adminAgentCount', { count })}</td>
        <td>${stateOf(visit, isActive)}</td>
      </tr>`;
    }),
    mayMake && html`<a class="button" href="${link(WORKFLOW_GROUP)}">${words.adminNewWorkflowGroup}</a>`,
  );
};

/** A table with its title, and what is made beside it. */
export const section = (
  { id, title, columns }: { id: string; title: string; columns: readonly string[] },
  rows: readonly Html[],
  make: Html | false,
): Html =>
  html`<section>
    <h2 id="${id}-title">${title}</h2>
    ${rows.length > 0 && scrollTable(title, columns, rows)} ${make !== false && html`<p>${make}</p>`}
  </section>`;
