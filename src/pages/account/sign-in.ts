/** Sign-in by user name and password. */
import type { NameAndPassword, SignInOutcome } from '../../identity/accounts/sign-in.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import { defined } from '../../fhir/defined.js';
import { html, type Html } from '../html.js';
import { admitted } from './admitted.js';
import { alert, done, field, heading, submit } from './fields.js';
import { PASSKEY, passkeySignInPages, type PasskeySignInPageParts } from './passkey-sign-in.js';
import { EVERYBODY, providerButtons, type WaysParts } from './provider-buttons.js';
import { PASSWORD_RESET, USER_NAME } from './recovery.js';
import { leadsBeyond, returnTo } from './return-to.js';
import { SELF_ENROLLMENT, type SelfEnrollmentPageParts } from './self-enrollment.js';
import type { PlainTexts } from '../../texts/words.js';
import type { Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface SignInPageParts extends Pick<SelfEnrollmentPageParts, 'mayEnroll'>, WaysParts, PasskeySignInPageParts {
  readonly signIn: (visitor: Visitor, given: NameAndPassword) => Promise<SignInOutcome>;
}

const PATH = '/sign-in';

interface Shown extends Problem {
  readonly userName?: string;
  readonly back: string | undefined;
  /** What the reader has done before. */
  readonly after?: string;
}

export function signInPages(parts: SignInPageParts): FormPage[] {
  const shown = (visit: Visit, how: Shown): Promise<Answer> => page(visit, how, parts);
  return [
    {
      path: PATH,
      keeps: ['return', 'after'],
      show: (visit, query) => shown(visit, { back: returnTo(query('return')), after: query('after') }),
      async take(visit, fields, query) {
        const back = returnTo(query('return'));
        const userName = fields('userName');
        const outcome = await parts.signIn(visit, { userName, password: fields('password') });
        const answer = admitted(visit, outcome, back, visit.words.wrongPassword);
        return answer.kind === 'problem' ? shown(visit, { ...answer, userName, back }) : answer;
      },
    },
    ...passkeySignInPages(parts, (visit, problem, back) => shown(visit, { ...problem, back })),
  ];
}

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

async function page(
  visit: Visit,
  { problem, userName = '', back, after = '', status, retryAfter }: Shown,
  { mayEnroll, ways, hasPasskeys }: SignInPageParts,
): Promise<Answer> {
  const { words, link } = visit;
  const { own, providers } = await ways(EVERYBODY, visit.frame.words.language);
  const hasOwnPasskeys = own && hasPasskeys;
  const content = html`${heading(words.signIn)} ${done(doneBefore(words, after))} ${alert(problem)}
    ${own ? passwordForm(visit, userName, back) : providers.length === 0 && html`<p>${words.noWayIn}</p>`}
    ${own && providers.length > 0 && html`<p>${words.otherServices}</p>`}
    ${providerButtons(visit, providers, { label: 'withProvider', fields: { purpose: 'sign-in', return: back ?? '' } })}
    <p class="links">
      ${hasOwnPasskeys && html`<a href="${link(PASSKEY, defined({ return: back }))}">${words.signInByPasskey}</a>`}
      ${
        own &&
        html`<a href="${link(PASSWORD_RESET)}">${words.forgotPassword}</a>
          <a href="${link(USER_NAME)}">${words.forgotUserName}</a>`
      }
      ${(await mayEnroll()) && html`<a href="${link(SELF_ENROLLMENT)}">${words.enrollTitle}</a>`}
    </p>`;
  return {
    kind: 'page',
    title: words.signIn,
    content,
    ...defined({ status, retryAfter, leadsTo: leadsBeyond(back) }),
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
