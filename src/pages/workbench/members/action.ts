/** One act of member administration: what comes of it is said first, and done once it is confirmed. */
import { html, type Html } from '../../html.js';
import { choice, heading, hidden, submit } from '../../account/fields.js';
import type { Answer, Fields, Visit } from '../../account/visit.js';
import { read, type Reply } from '../desk.js';
import type { Work } from '../parts.js';
import { refusal } from '../refusal.js';
import { actions, isAction, type Action, type ActionName } from './actions.table.js';
import { ACTION, MEMBER, pathOf } from './paths.js';
import { dated, named, type OnRecord } from './person.js';

/** An act as an address or a form names it. */
interface Named {
  readonly name: ActionName;
  readonly action: Action;
  /** What it is done to. */
  readonly on: readonly [type: string, id: string];
  /** The person whose page it is done on. */
  readonly of: string;
}

function actIn(fields: Fields): Named | undefined {
  const name = fields('do');
  if (!isAction(name)) return undefined;
  const action = actions[name];
  const [on, of] = [pathOf(fields('on'), [action.on]), pathOf(fields('of'), ['Patient', 'Person'])];
  return on && of && { name, action, on, of: of.join('/') };
}

/** Links to what can be done, each of which asks first. */
export const actionLinks = (
  { words, link }: Visit,
  names: readonly ActionName[],
  { on, of }: { readonly on: string; readonly of: string },
): Html | false =>
  names.length > 0 &&
  html`<p class="actions">
    ${names.map(name => html`<a href="${link(ACTION, { do: name, on, of })}">${words[actions[name].word]}</a>`)}
  </p>`;

/** The page that asks. */
export const actionPage: Work = async (visit, who, query, { desk }) => {
  const act = actIn(query);
  const person = act && ((await read(desk, who, act.of)) as OnRecord | undefined);
  return act && person ? asked(visit, act, person) : noMember(visit);
};

export const act: Work = async (visit, who, fields, { desk }) => {
  const named = actIn(fields);
  if (!named) return noMember(visit);
  const { action, on, of, name } = named;
  const path = [...on, `$${action.operation}`];
  const channel = fields('channel');
  const parameter = name === 'invite' && channel !== '' ? [{ name: 'channel', valueCode: channel }] : [];
  const resource = { resourceType: 'Parameters', parameter };
  const reply = await desk(who, { method: 'POST', path, ...(parameter.length > 0 && { resource }) });
  if (reply.status < 300) return { kind: 'go', to: visit.link(MEMBER, { of, after: name }) };
  const person = (await read(desk, who, of)) as OnRecord | undefined;
  return person ? asked(visit, named, person, reply) : noMember(visit);
};

function asked(visit: Visit, { name, action, on, of }: Named, person: OnRecord, reply?: Reply): Answer {
  const { words, form, link } = visit;
  const title = words[action.word];
  const names = { do: name, on: on.join('/'), of };
  const content = html`${heading(title)} ${reply && refusal(reply)}
    <p>${named(person, words)} ${person.birthDate !== undefined && html`· ${dated(person.birthDate)}`}</p>
    <p>${words[action.why]}</p>
    ${form(
      ACTION,
      html`${Object.entries(names).map(([key, value]) => hidden(key, value))} ${name === 'invite' && channels(visit)}
      ${submit(title)}`,
      names,
    )}
    <p class="links"><a href="${link(MEMBER, { of })}">${words.memberBack}</a></p>`;
  return { kind: 'page', status: reply?.status ?? 200, title, content };
}

const channels = ({ words }: Visit): Html =>
  choice('channel', words.inviteChannel, [
    ['', html`${words.inviteAnyChannel}`],
    ['email', html`${words.channelEmail}`],
    ['sms', html`${words.channelSms}`],
    ['both', html`${words.inviteBoth}`],
  ]);

export const noMember = ({ words }: Visit): Answer => ({
  ...{ kind: 'page', status: 404, title: words.members },
  content: heading(words.members, words.memberMissing),
});
