/** The page of one person: the record, where they stand, and what can be done for them. */
import type { SignedIn } from '../../../identity/sessions/session.js';
import { html, type Html } from '../../html.js';
import { done, heading } from '../../account/fields.js';
import type { Visit } from '../../account/visit.js';
import { read } from '../desk.js';
import { MESSAGE, timesOf, type Work, type WorkbenchParts } from '../parts.js';
import { sendersFor } from '../senders.js';
import { accountSection } from './account.js';
import { actionLinks, noMember } from './action.js';
import { isAction, type ActionName } from './actions.table.js';
import { factsOf, type Facts } from './facts.js';
import { invitationSection } from './invitations.js';
import { DUPLICATE, MEMBER, MEMBERS, pathOf } from './paths.js';
import { contactsOf, dated, identifiersOf, keptFor, lines, named, oddities, type OnRecord } from './person.js';
import { standingIn } from './standing.js';

export const memberPage: Work = async (visit, who, query, parts) => {
  const path = pathOf(query('of'), ['Patient', 'Person']);
  const record = path && ((await read(parts.desk, who, path.join('/'))) as OnRecord | undefined);
  if (!record) return noMember(visit);
  const { words, link } = visit;
  const facts = await factsOf(record, who, parts.desk);
  const of = `${record.resourceType}/${record.id ?? ''}`;
  const shown = { of, format: await timesOf(visit, parts) };
  const content = html`${heading(words.member)} ${done(isAction(query('after')) ? words.moveDone : undefined)}
    ${recordView(visit, record, facts)} ${reviewLinks(visit, facts)}
    ${actionLinks(visit, entrances(record, facts), { on: of, of })}
    ${facts.account && accountSection(visit, facts.account, of)}
    ${facts.invitations.length > 0 && invitationSection(visit, facts.invitations, shown)}
    ${record.resourceType === 'Patient' && (await messageLink(visit, of, who, parts))}
    <p class="links"><a href="${link(MEMBERS)}">${words.members}</a></p>`;
  return { kind: 'page', title: words.member, content };
};

/** To a new message, for whom the message's page has somebody to send it as. */
async function messageLink(
  { words, link }: Visit,
  patient: string,
  who: SignedIn,
  { desk }: WorkbenchParts,
): Promise<Html | false> {
  const { groups } = await sendersFor(desk, who);
  return (
    groups.length > 0 && html`<p class="links"><a href="${link(MESSAGE, { patient })}">${words.newMessage}</a></p>`
  );
}

/** The ways to an account. */
const entrances = ({ resourceType }: OnRecord, { next }: Facts): ActionName[] =>
  (['invite', 'enroll'] as const).filter(name => resourceType === 'Patient' && next.includes(name));

function recordView({ words, link }: Visit, record: OnRecord, { standing }: Facts): Html {
  const kept = keptFor(record);
  const rows: readonly (readonly [label: string, value: Html | false])[] = [
    [words.memberName, named(record, words)],
    [words.memberBirthDate, dated(record.birthDate)],
    [words.memberIdentifier, lines(identifiersOf(record))],
    [words.memberContact, lines(contactsOf(record))],
    [words.memberStanding, standing !== undefined && html`${standingIn(standing, words)}`],
    [words.memberMind, lines(oddities(record, words).map(one => html`<strong>${one}</strong>`))],
    [words.memberKept, kept !== undefined && html`<a href="${link(MEMBER, { of: kept })}">${words.memberKeptOpen}</a>`],
  ];
  return html`<dl class="facts">
    ${rows.map(
      ([label, value]) =>
        value !== false &&
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

const reviewLinks = ({ words, link }: Visit, { reviews }: Facts): Html[] =>
  reviews.map(
    ({ id = '' }) => html`<p class="links"><a href="${link(DUPLICATE, { id })}">${words.memberUnderReview}</a></p>`,
  );
