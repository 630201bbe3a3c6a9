/** Sign-in by user name and password. */
import type { NameAndPassword, SignInOutcome } from '../../identity/accounts/sign-in.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import { defined } from '../../fhir/defined.js';
import { html, type Html } from '../html.js';
import { alert, done, field, heading, submit } from './fields.js';
import { EVERYBODY, providerButtons, type Ways, type WaysParts } from './provider-buttons.js';
import { PASSWORD_RESET, USER_NAME } from './recovery.js';
import { leadsBeyond, returnTo } from './return-to.js';
import { SELF_ENROLLMENT, type SelfEnrollmentPageParts } from './self-enrollment.js';
import { SECOND_FACTOR } from './second-factor.js';
import type { PlainTexts } from '../../texts/words.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface SignInPageParts extends Pick<SelfEnrollmentPageParts, 'mayEnroll'>, WaysParts {
  readonly signIn: (visitor: Visitor, given: NameAndPassword) => Promise<SignInOutcome>;
}

const PATH = '/sign-in';

interface Shown extends Problem {
  readonly userName?: string;
  readonly back: string | undefined;
  /** People may enroll without an invitation. */
  readonly mayEnroll: boolean;
  readonly ways: Ways;
  /** What the reader has done before. */
  readonly after?: string;
}

export const signInPage = ({ signIn, mayEnroll, ways }: SignInPageParts): FormPage => {
  const shownNow = async (visit: Visit, how: Omit<Shown, 'mayEnroll' | 'ways'>): Promise<Answer> =>
    shown(visit, {
      ...{ ...how, mayEnroll: await mayEnroll() },
      ways: await ways(EVERYBODY, visit.frame.words.language),
    });
  return {
    path: PATH,
    keeps: ['return', 'after'],
    show: (visit, query) => shownNow(visit, { back: returnTo(query('return')), after: query('after') }),
    async take(visit, fields, query) {
      const back = returnTo(query('return'));
      const given = { userName: fields('userName'), password: fields('password') };
      const outcome = await signIn(visit, given);
      const { userName } = given;
      switch (outcome.kind) {
        case 'signed-in':
          return { kind: 'go', to: back ?? visit.link('/account'), cookies: [outcome.cookie] };
        case 'second-factor':
          return {
            kind: 'go',
            to: visit.link(SECOND_FACTOR, defined({ return: back })),
            cookies: [outcome.cookie],
          };
        case 'refused':
          return shownNow(visit, { status: 401, problem: visit.words.wrongPassword, userName, back });
        case 'dormant':
          return shownNow(visit, { status: 403, problem: visit.words.dormant, userName, back });
        case 'wait':
          return shownNow(visit, { ...throttled(visit.t, outcome.wait), userName, back });
      }
    },
  };
};

/** Texts for those who come from another page. */
function doneBefore(words: PlainTexts, after: string): string | undefined {
  switch (after) {
    case 'account':
      return words.accountReady;
    case 'known':
      return words.accountKnown;
    case 'password':
      return words.passwordChanged;
    case 'over':
      return words.signInOver;
    case 'closed':
      return words.accountClosed;
    case 'out':
      return words.signedOut;
    default:
      return undefined;
  }
}

function shown(visit: Visit, { problem, userName = '', back, after = '', mayEnroll, ways, ...how }: Shown): Answer {
  const { words } = visit;
  const { own, providers } = ways;
  const content = html`${heading(words.signIn)} ${done(doneBefore(words, after))} ${alert(problem)}
    ${own ? passwordForm(visit, userName, back) : providers.length === 0 && html`<p>${words.noWayIn}</p>`}
    ${own && providers.length > 0 && html`<p>${words.otherServices}</p>`}
    ${providerButtons(visit, providers, { label: 'withProvider', fields: { purpose: 'sign-in', return: back ?? '' } })}
    <p class="links">
      ${
        own &&
        html`<a href="${visit.link(PASSWORD_RESET)}">${words.forgotPassword}</a>
          <a href="${visit.link(USER_NAME)}">${words.forgotUserName}</a>`
      }
      ${mayEnroll && html`<a href="${visit.link(SELF_ENROLLMENT)}">${words.enrollTitle}</a>`}
    </p>`;
  return {
    kind: 'page',
    title: words.signIn,
    content,
    ...how,
    ...defined({ leadsTo: leadsBeyond(back) }),
  };
}

const passwordForm = ({ words, form }: Visit, userName: string, back: string | undefined): Html =>
  form(
    PATH,
    html`${field({ name: 'userName', label: words.userName, autocomplete: 'username', value: userName })}
    ${field({ name: 'password', label: words.password, type: 'password', autocomplete: 'current-password' })}
    ${submit(words.signIn)}`,
    defined({ return: back }),
  );
