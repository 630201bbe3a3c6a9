/** Sign-in by user name and password. */
import type { NameAndPassword, SignInOutcome } from '../../identity/accounts/sign-in.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import { html } from '../html.js';
import { alert, field, heading, submit } from './fields.js';
import { returnTo } from './return-to.js';
import type { Translate } from '../../texts/words.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface SignInPageParts {
  readonly signIn: (visitor: Visitor, given: NameAndPassword) => Promise<SignInOutcome>;
}

const PATH = '/sign-in';

/** Browsers hold redirects behind a form to its policy as well, and those of an interaction may end at any app. */
const ANYWHERE = ['*'];

interface Shown {
  readonly status?: number;
  readonly problem?: string;
  readonly userName?: string;
  readonly back: string | undefined;
  readonly retryAfter?: number;
}

export const signInPage = ({ signIn }: SignInPageParts): FormPage => ({
  path: PATH,
  keeps: ['return'],
  show: (visit, query) => shown(visit, { back: returnTo(query('return')) }),
  async take(visit, fields, query) {
    const back = returnTo(query('return'));
    const given = { userName: fields('userName'), password: fields('password') };
    const outcome = await signIn(visit, given);
    const { userName } = given;
    switch (outcome.kind) {
      case 'signed-in':
        return { kind: 'go', to: back ?? visit.link('/account'), cookies: [outcome.cookie] };
      case 'refused':
        return shown(visit, { status: 401, problem: visit.words.wrongPassword, userName, back });
      case 'wait':
        return shown(visit, { ...throttled(visit, outcome.wait), userName, back });
    }
  },
});

/** @param wait milliseconds */
const throttled = ({ t }: Visit, wait: number) => ({
  status: 429,
  problem: waitIn(t, Math.ceil(wait / 1000)),
  retryAfter: Math.ceil(wait / 1000),
});

const waitIn = (t: Translate, seconds: number): string =>
  seconds <= 90 ? t('waitSeconds', { count: seconds }) : t('waitMinutes', { count: Math.ceil(seconds / 60) });

function shown(visit: Visit, { status = 200, problem, userName = '', back, retryAfter }: Shown): Answer {
  const { words, form } = visit;
  const query = back === undefined ? {} : { return: back };
  const content = html`${heading(words.signIn)} ${alert(problem)}
  ${form(
    PATH,
    html`${field({ name: 'userName', label: words.userName, autocomplete: 'username', value: userName })}
    ${field({ name: 'password', label: words.password, type: 'password', autocomplete: 'current-password' })}
    ${submit(words.signIn)}`,
    query,
  )}`;
  return {
    ...{ kind: 'page', status, title: words.signIn, content },
    ...(back === undefined ? {} : { leadsTo: ANYWHERE }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
