/** Somebody who must have a second factor and has none sets one up before anything else: an app, or a passkey. */
import { defined } from '../../fhir/defined.js';
import type { AppRefusal, ProposedApp } from '../../identity/accounts/app-setup.js';
import type { FactorSetUp } from '../../identity/accounts/factor-at-sign-in.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import type { PasskeyProposal } from '../../identity/passkeys/setup.js';
import { html } from '../html.js';
import { appPage, recoveryCodesPage } from './app.js';
import { alert, heading, submit } from './fields.js';
import { passkeyPage } from './passkey.js';
import { returnTo } from './return-to.js';
import { FACTOR_SET_UP, signInAgain } from './second-factor-paths.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, Fields, FormPage, Visit } from './visit.js';

interface Over {
  readonly kind: 'over';
}

export interface FactorSetUpPageParts {
  /** Browsers have passkeys for the address of this server. */
  readonly hasPasskeys: boolean;
  /** Whether the sign-in of this browser lacks a second factor. */
  readonly lacksFactor: (visitor: Visitor) => Promise<boolean>;
  readonly proposeFirstApp: (visitor: Visitor) => Promise<ProposedApp | Over>;
  readonly proveFirstApp: (visitor: Visitor, code: string) => Promise<FactorSetUp | AppRefusal | Over>;
  readonly proposeFirstPasskey: (visitor: Visitor) => Promise<PasskeyProposal | Over>;
  readonly keepFirstPasskey: (visitor: Visitor, answer: string) => Promise<FactorSetUp | AppRefusal | Over>;
}

const APP = `${FACTOR_SET_UP}/app`;
const PASSKEY = `${FACTOR_SET_UP}/passkey`;

export function factorSetUpPages(parts: FactorSetUpPageParts): FormPage[] {
  const shown = async (visit: Visit, back: string | undefined, how: Problem = {}): Promise<Answer> =>
    (await parts.lacksFactor(visit)) ? choicePage(visit, back, how, parts) : signInAgain(visit, back);
  const step = (path: string, take: (visit: Visit, fields: Fields, back: string | undefined) => Promise<Answer>) => ({
    path,
    keeps: ['return'],
    show: (visit: Visit, query: Fields) => shown(visit, returnTo(query('return'))),
    take: (visit: Visit, fields: Fields, query: Fields) => take(visit, fields, returnTo(query('return'))),
  });
  return [
    { path: FACTOR_SET_UP, keeps: ['return'], show: (visit, query) => shown(visit, returnTo(query('return'))) },
    step(APP, async (visit, _, back) => {
      const proposed = await parts.proposeFirstApp(visit);
      return proposed.kind === 'over' ? signInAgain(visit, back) : appPage(visit, proposed, { ...toCode(back) });
    }),
    step(`${APP}-code`, async (visit, fields, back) => {
      const outcome = await parts.proveFirstApp(visit, fields('code'));
      if (outcome.kind === 'signed-in') return codesPage(visit, outcome, back);
      if (outcome.kind === 'over') return signInAgain(visit, back);
      const problem =
        outcome.kind === 'wait' ? throttled(visit.t, outcome.wait) : { status: 422, problem: visit.words.wrongCode };
      return appPage(visit, { secret: fields('secret'), uri: fields('uri') }, { ...toCode(back), ...problem });
    }),
    step(PASSKEY, async (visit, _, back) => {
      const proposed = await parts.proposeFirstPasskey(visit);
      if (proposed.kind === 'over') return signInAgain(visit, back);
      if (proposed.kind !== 'proposed') return shown(visit, back, { status: 409, problem: visit.words.passkeyMissing });
      const { options } = proposed;
      const instead = { path: FACTOR_SET_UP, label: visit.words.otherFactor };
      const query = defined({ return: back });
      return passkeyPage(visit, { ceremony: 'create', options, action: `${PASSKEY}-answer`, instead, query });
    }),
    step(`${PASSKEY}-answer`, async (visit, fields, back) => {
      const outcome = await parts.keepFirstPasskey(visit, fields('answer'));
      if (outcome.kind === 'signed-in') return codesPage(visit, outcome, back);
      if (outcome.kind === 'over') return signInAgain(visit, back);
      return shown(visit, back, { status: 422, problem: visit.words.passkeyFailed });
    }),
  ];
}

const toCode = (back: string | undefined) => ({ action: `${APP}-code`, query: defined({ return: back }) });

const codesPage = (visit: Visit, { recoveryCodes, cookies }: FactorSetUp, back: string | undefined): Answer =>
  recoveryCodesPage(visit, recoveryCodes, { cookies, ...defined({ next: back }) });

function choicePage(
  visit: Visit,
  back: string | undefined,
  { problem, ...how }: Problem,
  { hasPasskeys }: FactorSetUpPageParts,
): Answer {
  const { words, form } = visit;
  const query = defined({ return: back });
  const content = html`${heading(words.setUpTitle, words.setUpWhy)} ${alert(problem)}
  ${form(APP, submit(words.appOn), query)} ${hasPasskeys && form(PASSKEY, submit(words.addPasskey), query)}`;
  return {
    kind: 'page',
    title: words.setUpTitle,
    content,
    ...how,
  };
}
