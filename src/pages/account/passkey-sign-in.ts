/** Sign-in by a passkey: alone, or after the password. */
import { defined } from '../../fhir/defined.js';
import type { FactorOutcome } from '../../identity/accounts/second-factor.js';
import type { SignInOutcome } from '../../identity/accounts/sign-in.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import type { Asking } from '../../identity/passkeys/sign-in.js';
import { admitted } from './admitted.js';
import { passkeyPage } from './passkey.js';
import { returnTo } from './return-to.js';
import { SECOND_FACTOR, SECOND_PASSKEY, signInAgain } from './second-factor-paths.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface PasskeySignInPageParts {
  /** Browsers have passkeys for the address of this server. */
  readonly hasPasskeys: boolean;
  readonly askPasskey: (visitor: Visitor) => Promise<Asking>;
  readonly bringPasskey: (visitor: Visitor, answer: string) => Promise<SignInOutcome>;
  readonly askSecondPasskey: (visitor: Visitor) => Promise<Asking>;
  readonly bringSecondPasskey: (visitor: Visitor, answer: string) => Promise<FactorOutcome>;
}

type Failed = (visit: Visit, problem: Problem, back: string | undefined) => Promise<Answer>;

export const PASSKEY = '/passkey';

/** @param failed the page for user name and password, with a problem */
export const passkeySignInPages = (
  { askPasskey, bringPasskey }: PasskeySignInPageParts,
  failed: Failed,
): FormPage[] => [
  {
    path: PASSKEY,
    keeps: ['return'],
    async show(visit, query) {
      const back = returnTo(query('return'));
      const asking = await askPasskey(visit);
      if (asking.kind === 'over') return toPasswords(visit, back);
      if (asking.kind === 'wait') return failed(visit, throttled(visit.t, asking.wait), back);
      if (asking.kind !== 'asked') return failed(visit, { status: 409, problem: visit.words.passkeyMissing }, back);
      const instead = { path: '/sign-in', label: visit.words.signInByPassword };
      const action = `${PASSKEY}/answer`;
      const { options } = asking;
      return passkeyPage(visit, { ceremony: 'get', options, action, instead, query: defined({ return: back }) });
    },
  },
  {
    path: `${PASSKEY}/answer`,
    keeps: ['return'],
    show: (visit, query) => toPasswords(visit, returnTo(query('return'))),
    async take(visit, fields, query) {
      const back = returnTo(query('return'));
      const outcome = await bringPasskey(visit, fields('answer'));
      const answer = admitted(visit, outcome, back, visit.words.passkeyRefused);
      return answer.kind === 'problem' ? failed(visit, answer, back) : answer;
    },
  },
];

const toPasswords = (visit: Visit, back: string | undefined): Answer => ({
  kind: 'go',
  to: visit.link('/sign-in', defined({ return: back })),
});

/** @param failed the page for the second factor, with a problem */
export const secondPasskeyPages = (
  { askSecondPasskey, bringSecondPasskey }: PasskeySignInPageParts,
  failed: Failed,
): FormPage[] => [
  {
    path: SECOND_PASSKEY,
    keeps: ['return'],
    async show(visit, query) {
      const back = returnTo(query('return'));
      const asking = await askSecondPasskey(visit);
      if (asking.kind === 'over') return signInAgain(visit, back);
      if (asking.kind === 'wait') return failed(visit, throttled(visit.t, asking.wait), back);
      if (asking.kind === 'unavailable')
        return failed(visit, { status: 409, problem: visit.words.passkeyMissing }, back);
      const instead = { path: SECOND_FACTOR, label: visit.words.otherFactor };
      const action = `${SECOND_PASSKEY}/answer`;
      const { options } = asking;
      return passkeyPage(visit, { ceremony: 'get', options, action, instead, query: defined({ return: back }) });
    },
  },
  {
    path: `${SECOND_PASSKEY}/answer`,
    keeps: ['return'],
    show: (visit, query) => failed(visit, {}, returnTo(query('return'))),
    async take(visit, fields, query) {
      const back = returnTo(query('return'));
      const outcome = await bringSecondPasskey(visit, fields('answer'));
      if (outcome.kind === 'signed-in')
        return { kind: 'go', to: back ?? visit.link('/account'), cookies: outcome.cookies };
      if (outcome.kind === 'over') return signInAgain(visit, back);
      if (outcome.kind === 'wait') return failed(visit, throttled(visit.t, outcome.wait), back);
      return failed(visit, { status: 401, problem: visit.words.passkeyRefused }, back);
    },
  },
];
