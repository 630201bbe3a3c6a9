/** The account of a person: what can be done with it, and for whom they act or who acts for them. */
import type { ParametersParameter } from 'fhir/r4.js';
import { html, type Html } from '../../html.js';
import type { Visit } from '../../account/visit.js';
import { section } from '../../account/settings-parts.js';
import { actionLinks } from './action.js';
import { accountActions } from './actions.table.js';
import type { Account } from './facts.js';
import { MEMBER, pathOf } from './paths.js';
import { standingIn } from './standing.js';

/** @param of the person whose page it is */
export function accountSection(visit: Visit, { person, standing = '', relations }: Account, of: string): Html {
  const { words } = visit;
  const names = Object.hasOwn(accountActions, standing) ? (accountActions[standing] ?? []) : [];
  return section(
    'account',
    words.memberAccount,
    html`<p>${standingIn(standing, words)}</p>
      ${actionLinks(visit, names, { on: person, of })}
      ${
        relations.length > 0 &&
        html`<ul>
          ${relations.map(parts => html`<li>${relationLine(visit, parts)}</li>`)}
        </ul>`
      }`,
  );
}

const STANDINGS = { active: 'relationActive', upcoming: 'relationUpcoming', inactive: 'relationInactive' } as const;

function relationLine({ words, link }: Visit, parts: readonly ParametersParameter[]): Html {
  const part = (name: string): ParametersParameter | undefined => parts.find(one => one.name === name);
  const { reference = '', display } = part('person')?.valueReference ?? {};
  const standing = part('standing')?.valueCode ?? '';
  const known = Object.hasOwn(STANDINGS, standing) ? words[STANDINGS[standing as keyof typeof STANDINGS]] : standing;
  const name = html`<bdi>${display ?? words.unnamed}</bdi>`;
  const isOpen = pathOf(reference, ['Patient', 'Person']) !== undefined;
  return html`${part('role')?.valueCode === 'proxy' ? words.memberActsFor : words.memberActedFor}:
  ${isOpen ? html`<a href="${link(MEMBER, { of: reference })}">${name}</a>` : name} · ${known}`;
}
