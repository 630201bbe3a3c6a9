/** Who works in a workflow group, and who may be enrolled. */
import type { PractitionerRole } from 'fhir/r4.js';
import { typed, type Resource } from '../../../fhir/resource.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { choice, hidden } from '../../account/fields.js';
import type { Visit } from '../../account/visit.js';
import { html, type Html } from '../../html.js';
import { namesOf } from '../names.js';
import type { WorkbenchParts } from '../parts.js';
import { rolesIn } from '../roles.js';
import { findAll } from './find-all.js';
import { WORKFLOW_GROUP } from './paths.js';

export interface Agent {
  /** Id of the PractitionerRole. */
  readonly role: string;
  readonly isManager: boolean;
  readonly name: string;
}

/** The active agents and managers of a group. @param group `Organization/2` */
export async function agentsOf(group: string, who: SignedIn, parts: WorkbenchParts): Promise<Agent[]> {
  const { matches, included } = await findAll(parts.desk, who, 'PractitionerRole', [
    ['organization', group],
    ['active', 'true'],
    ['role', `${parts.own.codeSystem('role')}|agent,${parts.own.codeSystem('role')}|manager`],
    ['_include', 'PractitionerRole:practitioner'],
  ]);
  const name = namesOf(included);
  return matches.map(one => {
    const role = typed<PractitionerRole>(one);
    const person = role.practitioner?.reference ?? '';
    return {
      ...{ role: role.id ?? '', isManager: rolesIn(role).includes('manager') },
      name: name(person) ?? person,
    };
  });
}

/** Staff who may process work items: reference and name. */
export async function candidatesFor(who: SignedIn, parts: WorkbenchParts): Promise<[string, string][]> {
  const { matches, included } = await findAll(parts.desk, who, 'PractitionerRole', [
    ['role', `${parts.own.codeSystem('role')}|task-processing`],
    ['active', 'true'],
    ['_include', 'PractitionerRole:practitioner'],
  ]);
  const name = namesOf(included.filter(({ active }) => active !== false));
  const people = new Set(matches.map(one => typed<PractitionerRole>(one).practitioner?.reference ?? ''));
  return [...people]
    .flatMap((person): [string, string][] => {
      const found = name(person);
      return found === undefined || person === who.account ? [] : [[person, found]];
    })
    .sort(([, one], [, other]) => one.localeCompare(other));
}

export const agentTable = (
  { words, form }: Visit,
  { id = '' }: Resource,
  agents: readonly Agent[],
  { mayEnrol, isAdministrator }: { mayEnrol: boolean; isAdministrator: boolean },
): Html =>
  html`<section aria-labelledby="agents-title">
    <h2 id="agents-title">${words.adminAgents}</h2>
    ${agents.length === 0 && html`<p>${words.adminNoAgents}</p>`}
    <ul class="people">
      ${agents.map(
        ({ role, name, isManager }) =>
          html`<li>
            <span><bdi>${name}</bdi> · ${isManager ? words.adminManager : words.adminAgent}</span>
            ${
              mayEnrol &&
              (isAdministrator || !isManager) &&
              form(
                `${WORKFLOW_GROUP}/remove`,
                html`${hidden('id', id)} ${hidden('role', role)}
                  <button type="submit" class="quiet" aria-label="${words.adminRemove}: ${name}">
                    ${words.adminRemove}
                  </button>`,
                { id },
              )
            }
          </li>`,
      )}
    </ul>
  </section>`;

export const enrolForm = (
  { words, form }: Visit,
  { id = '' }: Resource,
  candidates: readonly (readonly [string, string])[],
  mayEnrolManagers: boolean,
): Html =>
  html`<section aria-labelledby="enrol-title">
    <h2 id="enrol-title">${words.adminEnrol}</h2>
    ${
      candidates.length === 0
        ? html`<p>${words.adminNoCandidates}</p>`
        : form(
            `${WORKFLOW_GROUP}/enrol`,
            html`${hidden('id', id)}
              ${choice(
                'practitioner',
                words.adminWhom,
                candidates.map(([person, name]) => [person, html`${name}`]),
              )}
              ${choice('role', words.adminAs, [
                ['agent', html`${words.adminAgent}`],
                ...(mayEnrolManagers ? [['manager', html`${words.adminManager}`] as const] : []),
              ])} <button type="submit">${words.adminEnrolNow}</button>`,
            { id },
          )
    }
  </section>`;
