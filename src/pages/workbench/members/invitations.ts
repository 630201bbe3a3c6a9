/** The invitations of a person, and what can be done with those that are open. */
import type { Task } from 'fhir/r4.js';
import type { PlainKey } from '../../../texts/words.js';
import { html, type Html } from '../../html.js';
import type { Visit } from '../../account/visit.js';
import { section } from '../../account/settings-parts.js';
import { actionLinks } from './action.js';

const STATES: Readonly<Record<string, PlainKey>> = {
  requested: 'invitationOpen',
  completed: 'invitationUsed',
  cancelled: 'invitationWithdrawn',
  failed: 'invitationOver',
};

interface Shown {
  /** The person whose page it is. */
  readonly of: string;
  readonly format: Intl.DateTimeFormat;
}

export const invitationSection = (visit: Visit, invitations: readonly Task[], shown: Shown): Html =>
  section(
    'invitations',
    visit.words.memberInvitations,
    html`<ul class="lines">
      ${invitations.map(one => html`<li>${invitationView(visit, one, shown)}</li>`)}
    </ul>`,
  );

function invitationView(visit: Visit, task: Task, { of, format }: Shown): Html {
  const { words } = visit;
  const at = (instant: string | undefined): string => (instant === undefined ? '' : format.format(new Date(instant)));
  const key = Object.hasOwn(STATES, task.status) ? STATES[task.status] : undefined;
  const isOpen = task.status === 'requested';
  const end = task.restriction?.period?.end;
  return html`${at(task.authoredOn)} · ${key === undefined ? task.status : words[key]}
  ${isOpen && end !== undefined && html`· ${words.invitationUntil} ${at(end)}`}
  ${isOpen && actionLinks(visit, ['resend-invitation', 'withdraw'], { on: `Task/${task.id ?? ''}`, of })}`;
}
