/** The profile of a patient: how they are reached. Patients keep their own, and those who do it for others theirs. */
import type { ProfileChange, ProfileOutcome, SeenProfile } from '../../identity/accounts/profile.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Sessions } from '../../identity/sessions/sessions.js';
import { html, type Html } from '../html.js';
import { alert, area, choice, done, field, heading, hidden, submit } from './fields.js';
import { ACCOUNT, actionOf, section } from './settings-parts.js';
import type { Problem } from './throttled.js';
import type { Answer, Fields, FormPage, Visit } from './visit.js';

export interface ProfilePageParts {
  readonly sessions: Sessions;
  /** @param id '' for the first; undefined: the person keeps no such record */
  readonly seenProfile: (signedIn: SignedIn, id: string) => Promise<SeenProfile | undefined>;
  readonly saveProfile: (signedIn: SignedIn, change: ProfileChange) => Promise<ProfileOutcome>;
}

export const PROFILE = `${ACCOUNT}/profile`;

type Values = ProfileChange['values'];

export function profilePages(parts: ProfilePageParts): FormPage[] {
  const { sessions } = parts;
  return [
    {
      path: PROFILE,
      keeps: ['patient', 'after'],
      async show(visit, query) {
        const signedIn = await sessions.current(visit);
        if (!signedIn) return { kind: 'go', to: visit.link('/sign-in') };
        const what = query('after') === 'saved' ? visit.words.saved : undefined;
        return shown(visit, await parts.seenProfile(signedIn, query('patient')), { what });
      },
    },
    actionOf(sessions)('profile', async (visit, signedIn, fields) => {
      const change = changeIn(fields);
      const outcome = await parts.saveProfile(signedIn, change);
      if (outcome === 'done') return { kind: 'go', to: visit.link(PROFILE, { patient: change.id, after: 'saved' }) };
      const seen = await parts.seenProfile(signedIn, change.id);
      return shown(visit, seen, { ...problemOf(visit, outcome), values: change.values });
    }),
  ];
}

const NAMES = [
  ...(['street', 'city', 'state', 'postalCode', 'country', 'email', 'mobile', 'language'] as const),
  ...(['channel', 'quietFrom', 'quietUntil'] as const),
];

const changeIn = (fields: Fields): ProfileChange => ({
  ...{ id: fields('patient'), version: fields('version') },
  values: Object.fromEntries(NAMES.map(name => [name, fields(name).trim()])) as unknown as Values,
});

function problemOf({ words }: Visit, outcome: Exclude<ProfileOutcome, 'done'>): Problem {
  if (outcome === 'conflict') return { status: 409, problem: words.tryAgain };
  return outcome === 'wrong'
    ? { status: 422, problem: words.badProfile }
    : { status: 403, problem: words.profileRefused };
}

interface Shown extends Problem {
  readonly what?: string | undefined;
  /** As they were typed. */
  readonly values?: Values;
}

function shown(visit: Visit, seen: SeenProfile | undefined, { what, problem, values, ...how }: Shown): Answer {
  const { words, link } = visit;
  if (!seen) return { kind: 'go', to: link(ACCOUNT) };
  const content = html`${heading(words.profileTitle, words.profileWhy)} ${done(what)} ${alert(problem)}
    ${seen.all.length > 1 && others(visit, seen)}
    ${section(
      'profile',
      seen.name === '' ? words.noName : seen.name,
      html`${seen.birthDate !== undefined && html`<p>${words.birthDate}: <bdi dir="ltr">${seen.birthDate}</bdi></p>`}
      ${seen.isOn ? profileForm(visit, seen, values ?? seen.values) : html`<p>${words.profileOff}</p>`}`,
    )}
    <p class="links"><a href="${link(ACCOUNT)}">${words.accountTitle}</a></p>`;
  return { kind: 'page', title: words.profileTitle, content, ...how };
}

const others = ({ words, link }: Visit, { all, id }: SeenProfile): Html =>
  html`<nav aria-label="${words.profileWhose}">
    <ul>
      ${all.map(
        one =>
          html`<li>
            <a href="${link(PROFILE, { patient: one.id })}" ${one.id === id && html`aria-current="page"`}
              ><bdi>${one.name === '' ? words.noName : one.name}</bdi></a
            >
          </li>`,
      )}
    </ul>
  </nav>`;

function profileForm(visit: Visit, seen: SeenProfile, values: Values): Html {
  const { words, form } = visit;
  const text = (name: keyof Values, label: string, autocomplete: string, most = 200): Html =>
    field({ name, label, autocomplete, value: values[name], most, isOptional: true, direction: 'auto' });
  const contact = { isOptional: true, most: 254 } as const;
  const content = html`${hidden('patient', seen.id)} ${hidden('version', seen.version)}
  ${area({ name: 'street', label: words.street, autocomplete: 'street-address', value: values.street, most: 400 })}
  ${text('city', words.city, 'address-level2')} ${text('state', words.stateOrRegion, 'address-level1')}
  ${text('postalCode', words.postalCode, 'postal-code')} ${text('country', words.country, 'country-name')}
  ${field({ ...contact, name: 'email', label: words.email, type: 'email', autocomplete: 'email', value: values.email, hint: words.profileEmailHint })}
  ${field({ ...contact, name: 'mobile', label: words.mobile, type: 'tel', autocomplete: 'tel', value: values.mobile })}
  ${choice('language', words.preferredLanguage, languages(visit, seen.languages), values.language)}
  ${choice('channel', words.noticesBy, channels(visit), values.channel)}
  ${field({ ...contact, name: 'quietFrom', label: words.quietFrom, type: 'time', autocomplete: 'off', value: values.quietFrom })}
  ${field({ ...contact, name: 'quietUntil', label: words.quietUntil, type: 'time', autocomplete: 'off', value: values.quietUntil })}
  ${submit(words.save)}`;
  return form(PROFILE, content);
}

/** Each in its own words. */
function languages({ words }: Visit, codes: readonly string[]): [string, Html][] {
  return [
    ['', html`${words.noneChosen}`],
    ...codes.map((code): [string, Html] => [code, html`<bdi>${nameOf(code)}</bdi>`]),
  ];
}

function nameOf(code: string): string {
  try {
    return new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

const channels = ({ words }: Visit): [string, Html][] => [
  ['', html`${words.noneChosen}`],
  ['email', html`${words.byEmail}`],
  ['sms', html`${words.bySms}`],
  ['both', html`${words.byBoth}`],
  ['none', html`${words.byNone}`],
];
