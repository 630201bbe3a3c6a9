/** The pages for those who have forgotten their password or their user name. */
import type { AskOutcome, NewPassword, ResetOutcome } from '../../identity/accounts/recovery.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import { html } from '../html.js';
import { newPasswordFields, problemOf } from './entrance.js';
import { alert, field, heading, hidden, submit } from './fields.js';
import { EVERYBODY, type WaysParts } from './provider-buttons.js';
import { missing } from './self-enrollment.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface RecoveryPageParts extends WaysParts {
  readonly ask: (visitor: Visitor, purpose: 'password' | 'user-name', typed: string) => Promise<AskOutcome>;
  readonly resetPassword: (visitor: Visitor, given: NewPassword) => Promise<ResetOutcome>;
}

export const PASSWORD_RESET = '/password-reset';
export const USER_NAME = '/user-name';
const NEW_PASSWORD = '/password-reset/password';

/** The pages are there as long as anybody has a password. */
export const recoveryPages = (parts: RecoveryPageParts): FormPage[] =>
  pagesFor(parts).map(page => whereOwn(page, parts));

const whereOwn = ({ show, take, ...page }: FormPage, { ways }: WaysParts): FormPage => {
  const guarded =
    <Rest extends unknown[]>(run: (visit: Visit, ...rest: Rest) => Answer | Promise<Answer>) =>
    async (visit: Visit, ...rest: Rest): Promise<Answer> =>
      (await ways(EVERYBODY, visit.frame.words.language)).own ? run(visit, ...rest) : missing(visit);
  return { ...page, ...(show && { show: guarded(show) }), ...(take && { take: guarded(take) }) };
};

const pagesFor = ({ ask, resetPassword }: RecoveryPageParts): FormPage[] => [
  {
    path: PASSWORD_RESET,
    show: visit => resetPage(visit),
    async take(visit, fields) {
      const outcome = await ask(visit, 'password', fields('name'));
      return outcome.kind === 'asked'
        ? passwordPage(visit, outcome.browser)
        : resetPage(visit, throttled(visit.t, outcome.wait));
    },
  },
  {
    path: NEW_PASSWORD,
    async take(visit, fields) {
      const browser = fields('request');
      const given = { browser, code: fields('code'), password: fields('password') };
      const refused = (problem: string) => passwordPage(visit, browser, { status: 422, problem }, given.code);
      if (given.password !== fields('again')) return refused(problemOf(visit.words, 'differs'));
      const outcome = await resetPassword(visit, given);
      switch (outcome.kind) {
        case 'done':
          return { kind: 'go', to: visit.link('/sign-in', { after: 'password' }) };
        case 'choose':
          return refused(problemOf(visit.words, outcome.fault));
        case 'wrong':
          return refused(visit.words.wrongCode);
        case 'wait':
          return passwordPage(visit, browser, throttled(visit.t, outcome.wait), given.code);
      }
    },
  },
  {
    path: USER_NAME,
    show: visit => userNamePage(visit),
    async take(visit, fields) {
      const outcome = await ask(visit, 'user-name', fields('email'));
      if (outcome.kind === 'wait') return userNamePage(visit, throttled(visit.t, outcome.wait));
      const { words } = visit;
      const content = html`${heading(words.askedTitle, words.userNameAsked)}
        <p class="links"><a href="${visit.link('/sign-in')}">${words.signIn}</a></p>`;
      return { kind: 'page', title: words.askedTitle, content };
    },
  },
];

function resetPage({ words, form }: Visit, { problem, ...how }: Problem = {}): Answer {
  const content = html`${heading(words.resetTitle, words.resetWhy)} ${alert(problem)}
  ${form(
    PASSWORD_RESET,
    html`${field({ name: 'name', label: words.userNameOrAddress, autocomplete: 'username', most: 254 })}
    ${submit(words.next)}`,
  )}`;
  return { kind: 'page', title: words.resetTitle, content, ...how };
}

function passwordPage({ words, form }: Visit, browser: string, { problem, ...how }: Problem = {}, code = ''): Answer {
  const content = html`${heading(words.askedTitle, words.passwordAsked)} ${alert(problem)}
  ${form(
    NEW_PASSWORD,
    html`${hidden('request', browser)}
    ${field({
      ...{ name: 'code', label: words.code, autocomplete: 'one-time-code', inputMode: 'numeric', most: 20 },
      value: code,
    })}
    ${newPasswordFields(words)} ${submit(words.changePassword)}`,
  )}`;
  return { kind: 'page', title: words.askedTitle, content, ...how };
}

function userNamePage({ words, form }: Visit, { problem, ...how }: Problem = {}): Answer {
  const content = html`${heading(words.findUserNameTitle, words.findUserNameWhy)} ${alert(problem)}
  ${form(
    USER_NAME,
    html`${field({ name: 'email', label: words.email, type: 'email', autocomplete: 'email', most: 254 })}
    ${submit(words.next)}`,
  )}`;
  return { kind: 'page', title: words.findUserNameTitle, content, ...how };
}
