/** The second factor and the passkeys of somebody who is signed in: what is asked for, and what they change about it. */
import type { AppRefusal, ProposedApp } from '../../identity/accounts/app-setup.js';
import type { Confirmed, SettingRefusal } from '../../identity/accounts/confirm.js';
import type { FactorChanged, FactorOutcome, SignedInVisitor } from '../../identity/accounts/factor-settings.js';
import type { FactorAsked } from '../../identity/accounts/factor-rule.js';
import type { MadePasskey, PasskeyProposal } from '../../identity/passkeys/setup.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import { appPage, recoveryCodesPage } from './app.js';
import { field, hidden, submit } from './fields.js';
import { SAVED } from './methods.js';
import { passkeyPage } from './passkey.js';
import { ACCOUNT, confirmed, current, problemIn, type Action, type Owner } from './settings-parts.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface FactorPageParts {
  readonly changeFactor: (given: Confirmed, to: 'code' | 'passkey' | undefined) => Promise<FactorOutcome>;
  readonly proposeApp: (given: Confirmed) => Promise<ProposedApp | { readonly kind: 'refused' } | SettingRefusal>;
  readonly proveApp: (given: SignedInVisitor, code: string) => Promise<FactorChanged | AppRefusal>;
  readonly proposePasskey: (given: Confirmed) => Promise<PasskeyProposal | SettingRefusal>;
  readonly keepPasskey: (
    given: SignedInVisitor,
    made: MadePasskey,
  ) => Promise<FactorChanged | { readonly kind: 'wrong' | 'conflict' }>;
}

export interface FactorOverview extends Owner {
  /** What is asked for after the password, and what the person may choose. */
  readonly factor: {
    readonly asked: FactorAsked | undefined;
    readonly mayBe: readonly ('none' | 'code' | 'app' | 'passkey')[];
  };
  readonly mayAddPasskey: boolean;
}

type Shown = (visit: Visit, signedIn: SignedIn, how: Problem) => Promise<Answer>;

export function factorPages(parts: FactorPageParts, action: Action, shown: Shown): FormPage[] {
  return [
    action('second-factor', async (visit, signedIn, fields) => {
      const wanted = fields('factor');
      const to = wanted === 'code' || wanted === 'passkey' ? wanted : undefined;
      const outcome = await parts.changeFactor(confirmed(visit, signedIn, fields), to);
      if (outcome.kind === 'done') return changed(visit, outcome);
      return shown(visit, signedIn, problemOf(visit, outcome));
    }),
    action('app', async (visit, signedIn, fields) => {
      const outcome = await parts.proposeApp(confirmed(visit, signedIn, fields));
      if (outcome.kind === 'proposed') return appPage(visit, outcome);
      return shown(visit, signedIn, problemOf(visit, outcome));
    }),
    action('app-code', async (visit, signedIn, fields) => {
      const proposed = { secret: fields('secret'), uri: fields('uri') };
      const outcome = await parts.proveApp({ visitor: visit, signedIn }, fields('code'));
      if (outcome.kind === 'done') return changed(visit, outcome);
      if (outcome.kind === 'wait') return appPage(visit, proposed, throttled(visit.t, outcome.wait));
      return appPage(visit, proposed, { status: 422, problem: visit.words.wrongCode });
    }),
    action('passkey', async (visit, signedIn, fields) => {
      const proposed = await parts.proposePasskey(confirmed(visit, signedIn, fields));
      if (proposed.kind !== 'proposed') return shown(visit, signedIn, problemOf(visit, proposed));
      const instead = { path: ACCOUNT, label: visit.words.accountTitle };
      const sent = { action: `${ACCOUNT}/passkey-answer`, fields: { name: fields('name') } };
      return passkeyPage(visit, { ceremony: 'create', options: proposed.options, ...sent, instead });
    }),
    action('passkey-answer', async (visit, signedIn, fields) => {
      const made = { name: fields('name'), answer: fields('answer') };
      const outcome = await parts.keepPasskey({ visitor: visit, signedIn }, made);
      if (outcome.kind === 'done') return changed(visit, outcome);
      const isWrong = outcome.kind === 'wrong';
      const problem = isWrong ? visit.words.passkeyFailed : visit.words.tryAgain;
      return shown(visit, signedIn, { status: isWrong ? 422 : 409, problem });
    }),
  ];
}

const changed = (visit: Visit, { cookie, recoveryCodes }: FactorChanged): Answer =>
  recoveryCodes.length > 0
    ? recoveryCodesPage(visit, recoveryCodes, { cookies: [cookie] })
    : { kind: 'go', to: visit.link(ACCOUNT, { after: SAVED }), cookies: [cookie] };

type Refusal = { readonly kind: 'refused' | 'too-many' | 'unavailable' } | SettingRefusal;

function problemOf(visit: Visit, refusal: Refusal): Problem {
  const { words } = visit;
  switch (refusal.kind) {
    case 'refused':
      return { status: 403, problem: words.factorRefused };
    case 'too-many':
      return { status: 409, problem: words.tooManyPasskeys };
    case 'unavailable':
      return { status: 409, problem: words.passkeyMissing };
    default:
      return problemIn(visit, refusal);
  }
}

export function factorSettings(visit: Visit, seen: FactorOverview): Html {
  const { words, form } = visit;
  const { asked, mayBe } = seen.factor;
  const states = {
    ...{ code: words.factorIsOn, app: words.appIsOn, passkey: words.passkeyIsOn },
    ...{ none: words.factorIsOff, 'set-up': words.factorIsOff },
  };
  const labels = {
    ...{ none: words.factorOff, code: words.factorOn, passkey: words.passkeyOn },
    app: asked === 'app' ? words.otherApp : words.appOn,
  };
  const change = (to: keyof typeof labels, at: number): Html =>
    form(
      `${ACCOUNT}/${to === 'app' ? 'app' : 'second-factor'}`,
      html`${hidden('factor', to === 'none' ? '' : to)} ${current(visit, seen, at + FIRST)} ${submit(labels[to])}`,
    );
  return html`<p>${states[asked ?? 'none']}</p>
    ${mayBe.map(change)}`;
}

/** Numbers of password fields on the page. */
const FIRST = 5;

export const passkeyForm = (visit: Visit, seen: Owner): Html =>
  visit.form(
    `${ACCOUNT}/passkey`,
    html`${field({
      ...{ name: 'name', id: 'passkey-name', label: visit.words.passkeyName, hint: visit.words.passkeyNameHint },
      ...{ autocomplete: 'off', most: 60, isOptional: true },
    })}
    ${current(visit, seen, 3)} ${submit(visit.words.addPasskey)}`,
  );
