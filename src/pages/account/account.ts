/** The account of the person who is signed in: sessions, password, address, second step, and its end. */
import type { AddressOutcome, PasswordOutcome } from '../../identity/accounts/account-settings.js';
import type { Confirmed, SettingRefusal } from '../../identity/accounts/confirm.js';
import type { StoredCredential } from '../../identity/accounts/credential.js';
import type { ListedMethod } from '../../identity/accounts/method-removal.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { ListedSession } from '../../identity/sessions/sessions.js';
import { html, type Html } from '../html.js';
import { CONNECTED_APPS } from './connected-apps.js';
import { isStaff, WORKBENCH } from '../workbench/parts.js';
import { newPasswordFields, problemOf } from './entrance.js';
import { factorPages, factorSettings, passkeyForm, type FactorOverview, type FactorPageParts } from './factor.js';
import { alert, done, field, heading, hidden, submit } from './fields.js';
import { departing, type ExternalPageParts } from './external.js';
import { methodList, methodPages, SAVED, type MethodPageParts } from './methods.js';
import { providerButtons, type OfferedProvider } from './provider-buttons.js';
import { ACCESSES } from './accesses.js';
import { PROFILE } from './profile.js';
import { RELATIONS } from './relations.js';
import { ACCOUNT, actionOf, confirmed, current, problemIn, section, type Action } from './settings-parts.js';
import type { Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

type Done = { readonly kind: 'done' } | SettingRefusal;

export interface AccountPageParts extends MethodPageParts, FactorPageParts, ExternalPageParts {
  readonly confirm: (given: Confirmed) => Promise<StoredCredential | SettingRefusal>;
  /** What the page shows of the account. */
  readonly overview: (signedIn: SignedIn, language: string) => Promise<Overview>;
  readonly changePassword: (given: Confirmed, next: string) => Promise<PasswordOutcome>;
  readonly proposeAddress: (given: Confirmed, address: string) => Promise<AddressOutcome>;
  readonly proveAddress: (
    signedIn: SignedIn,
    given: { readonly browser: string; readonly code: string },
  ) => Promise<{ readonly kind: 'done' | 'wrong' }>;
  readonly closeAccount: (given: Confirmed) => Promise<Done>;
  readonly endSession: (signedIn: SignedIn, id: string) => Promise<void>;
  readonly signOutEverywhere: (signedIn: SignedIn) => Promise<void>;
}

export interface Overview extends FactorOverview {
  readonly userName: string;
  readonly hasPassword: boolean;
  /** The ways in. */
  readonly methods: readonly ListedMethod[];
  /** Those that may be added. */
  readonly providers: readonly OfferedProvider[];
  /** Proved for this account; undefined: that of the record. */
  readonly address: string | undefined;
  /** Members close their accounts themselves. */
  readonly mayClose: boolean;
  /** IANA name of the zone that instants are shown in. */
  readonly timeZone: string;
}

export function accountPages(parts: AccountPageParts): FormPage[] {
  const { sessions } = parts;
  const action = actionOf(sessions);
  const shown = (visit: Visit, signedIn: SignedIn, how: Shown = {}): Promise<Answer> =>
    page(visit, signedIn, parts, how);
  return [
    {
      path: ACCOUNT,
      keeps: ['after'],
      async show(visit, query) {
        const signedIn = await sessions.current(visit);
        const how = query('after') === SAVED ? { done: visit.words.saved } : {};
        return signedIn ? shown(visit, signedIn, how) : { kind: 'go', to: visit.link('/sign-in') };
      },
    },
    action('password', async (visit, signedIn, fields) => {
      const { words } = visit;
      const refused = (problem: string) => shown(visit, signedIn, { status: 422, problem });
      if (fields('password') !== fields('again')) return refused(problemOf(words, 'differs'));
      const outcome = await parts.changePassword(confirmed(visit, signedIn, fields), fields('password'));
      if (outcome.kind === 'choose') return refused(problemOf(words, outcome.fault));
      if (outcome.kind === 'done') return { kind: 'go', to: visit.link(ACCOUNT), cookies: [outcome.cookie] };
      return shown(visit, signedIn, problemIn(visit, outcome));
    }),
    action('address', async (visit, signedIn, fields) => {
      const outcome = await parts.proposeAddress(confirmed(visit, signedIn, fields), fields('address'));
      if (outcome.kind === 'sent') return provePage(visit, outcome.browser);
      if (outcome.kind === 'no-address')
        return shown(visit, signedIn, { status: 422, problem: visit.words.badAddress });
      return shown(visit, signedIn, problemIn(visit, outcome));
    }),
    action('address-code', async (visit, signedIn, fields) => {
      const browser = fields('request');
      const outcome = await parts.proveAddress(signedIn, { browser, code: fields('code') });
      if (outcome.kind === 'done') return shown(visit, signedIn, { done: visit.words.saved });
      return provePage(visit, browser, { status: 422, problem: visit.words.wrongCode });
    }),
    action('close', async (visit, signedIn, fields) => {
      const outcome = await parts.closeAccount(confirmed(visit, signedIn, fields));
      if (outcome.kind !== 'done') return shown(visit, signedIn, problemIn(visit, outcome));
      return { kind: 'go', to: visit.link('/sign-in', { after: 'closed' }), cookies: [await sessions.close(visit)] };
    }),
    action('external', async (visit, signedIn, fields) => {
      const stored = await parts.confirm(confirmed(visit, signedIn, fields));
      if ('kind' in stored) return shown(visit, signedIn, problemIn(visit, stored));
      return departing(visit, fields('provider'), { kind: 'add', session: signedIn.session }, parts);
    }),
    ...methodPages(parts, action),
    ...factorPages(parts, action, shown),
    ...endings(parts, action),
  ];
}

/** The ends of sessions. */
const endings = ({ sessions, ...parts }: AccountPageParts, action: Action): FormPage[] => [
  action('end-session', async (visit, signedIn, fields) => {
    await parts.endSession(signedIn, fields('session'));
    return { kind: 'go', to: visit.link(ACCOUNT) };
  }),
  action('sign-out-everywhere', async (visit, signedIn) => {
    await parts.signOutEverywhere(signedIn);
    return { kind: 'go', to: visit.link('/sign-in', { after: 'out' }), cookies: [await sessions.close(visit)] };
  }),
  {
    path: '/sign-out',
    take: async visit => ({
      ...{ kind: 'go', to: visit.link('/sign-in', { after: 'out' }) },
      cookies: [await sessions.close(visit)],
    }),
  },
];

interface Shown extends Problem {
  readonly done?: string;
}

async function page(
  visit: Visit,
  signedIn: SignedIn,
  { overview, sessions }: AccountPageParts,
  { problem, done: what, ...how }: Shown,
): Promise<Answer> {
  const { words, t, form } = visit;
  const seen = await overview(signedIn, visit.frame.words.language);
  const list = await sessions.list(signedIn.account, visit);
  const content = html`${heading(words.accountTitle, seen.userName === '' ? undefined : t('signedInAs', { name: seen.userName }))}
    ${done(what)} ${alert(problem)} ${form('/sign-out', submit(words.signOut))}
    <p class="links"><a href="${visit.link(CONNECTED_APPS)}">${words.appsLink}</a></p>
    ${isStaff(signedIn) && html`<p class="links"><a href="${visit.link(WORKBENCH)}">${words.toWorkbench}</a></p>`}
    ${
      seen.mayClose &&
      html`<p class="links"><a href="${visit.link(PROFILE)}">${words.profileLink}</a></p>
        <p class="links"><a href="${visit.link(RELATIONS)}">${words.relationsLink}</a></p>
        <p class="links"><a href="${visit.link(ACCESSES)}">${words.accessesLink}</a></p>`
    }
    ${!seen.hasPassword && confirming(visit, seen)}
    ${section('sessions', words.sessionsTitle, sessionList(visit, list, seen.timeZone))}
    ${
      seen.hasPassword &&
      section(
        'password',
        words.passwordTitle,
        form(
          `${ACCOUNT}/password`,
          html`${current(visit, seen, 1)} ${newPasswordFields(words)} ${submit(words.changePassword)}`,
        ),
      )
    }
    ${section(
      'address',
      words.addressTitle,
      html`<p>${seen.address === undefined ? words.addressOfRecord : html`<bdi>${seen.address}</bdi>`}</p>
        ${form(
          `${ACCOUNT}/address`,
          html`${field({ name: 'address', label: words.newAddress, type: 'email', autocomplete: 'off', most: 254 })}
          ${current(visit, seen, 2)} ${submit(words.next)}`,
        )}`,
    )}
    ${section('methods', words.methodsTitle, html`${methodList(visit, seen)} ${adding(visit, seen)}`)}
    ${section('second-factor', words.factorTitle, factorSettings(visit, seen))}
    ${seen.mayClose && section('close', words.closeTitle, closing(visit, seen))}`;
  return { kind: 'page', title: words.accountTitle, content, ...how };
}

const adding = (visit: Visit, seen: Overview): Html =>
  html`${seen.mayAddPasskey && passkeyForm(visit, seen)}
  ${providerButtons(visit, seen.providers, {
    ...{ label: 'addProvider', action: `${ACCOUNT}/external` },
    content: at => current(visit, seen, 10 + at),
  })}`;

/** An account without a password is confirmed by a provider before it is changed. */
const confirming = (visit: Visit, { providers, methods }: Overview): Html | false => {
  const used = providers.filter(({ key }) => methods.some(one => 'provider' in one && one.provider === key));
  const fields = { purpose: 'sign-in', fresh: '1' };
  return (
    used.length > 0 &&
    section(
      'confirm',
      visit.words.confirmTitle,
      html`<p>${visit.words.confirmWhy}</p>
        ${providerButtons(visit, used, { label: 'confirmWith', fields })}`,
    )
  );
};

const closing = (visit: Visit, seen: Overview): Html =>
  html`<p>${visit.words.closeWhy}</p>
    ${visit.form(`${ACCOUNT}/close`, html`${current(visit, seen, 4)} ${submit(visit.words.closeAccount)}`)}`;

function sessionList({ words, form, frame }: Visit, list: readonly ListedSession[], timeZone: string): Html {
  const format = new Intl.DateTimeFormat(frame.words.language, { dateStyle: 'long', timeStyle: 'short', timeZone });
  return html`<ul class="sessions">
      ${list.map(
        ({ id, browser, seen, isCurrent }) =>
          html`<li>
            <span
              ><bdi>${browser === '' ? words.unknownBrowser : browser}</bdi> · ${format.format(seen)}
              ${isCurrent && html`· ${words.thisBrowser}`}</span
            >
            ${
              !isCurrent &&
              form(
                `${ACCOUNT}/end-session`,
                html`${hidden('session', id)}<button type="submit" class="quiet">${words.signOut}</button>`,
              )
            }
          </li>`,
      )}
    </ul>
    ${form(`${ACCOUNT}/sign-out-everywhere`, html`<button type="submit" class="quiet">${words.signOutEverywhere}</button>`)}`;
}

function provePage({ words, form }: Visit, browser: string, { problem, ...how }: Problem = {}): Answer {
  const content = html`${heading(words.askedTitle, words.addressAsked)} ${alert(problem)}
  ${form(
    `${ACCOUNT}/address-code`,
    html`${hidden('request', browser)}
    ${field({ name: 'code', label: words.code, autocomplete: 'one-time-code', inputMode: 'numeric', most: 20 })}
    ${submit(words.next)}`,
  )}`;
  return { kind: 'page', title: words.askedTitle, content, ...how };
}
