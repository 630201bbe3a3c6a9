/** The second factor of a sign-in: a code, or a passkey; and another code where the one that was sent did not arrive. */
import type { FactorAsked } from '../../identity/accounts/factor-rule.js';
import type { FactorOutcome, SendOutcome } from '../../identity/accounts/second-factor.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import { defined } from '../../fhir/defined.js';
import type { PlainTexts } from '../../texts/words.js';
import { html } from '../html.js';
import { alert, done, field, heading, submit } from './fields.js';
import { leadsBeyond, returnTo } from './return-to.js';
import { FACTOR_SET_UP, SECOND_FACTOR, SECOND_PASSKEY, signInAgain } from './second-factor-paths.js';
import { secondPasskeyPages, type PasskeySignInPageParts } from './passkey-sign-in.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface SecondFactorPageParts extends PasskeySignInPageParts {
  readonly bringFactor: (visitor: Visitor, code: string) => Promise<FactorOutcome>;
  readonly sendAnother: (visitor: Visitor) => Promise<SendOutcome>;
  /** What the sign-in of this browser asks for; undefined: none is under way. */
  readonly factorUnderWay: (visitor: Visitor) => Promise<UnderWay | undefined>;
}

interface UnderWay {
  readonly asked: FactorAsked;
  readonly hasPasskey: boolean;
}

const ANOTHER = '/sign-in/another-code';

interface Shown extends Problem {
  readonly back: string | undefined;
  readonly done?: string;
}

export function secondFactorPages(parts: SecondFactorPageParts): FormPage[] {
  const shown = async (visit: Visit, how: Shown): Promise<Answer> => {
    const found = await parts.factorUnderWay(visit);
    if (!found) return signInAgain(visit, how.back);
    const kept = defined({ return: how.back });
    return found.asked === 'set-up' ? { kind: 'go', to: visit.link(FACTOR_SET_UP, kept) } : page(visit, how, found);
  };
  return [
    {
      path: SECOND_FACTOR,
      keeps: ['return'],
      show: (visit, query) => shown(visit, { back: returnTo(query('return')) }),
      async take(visit, fields, query) {
        const back = returnTo(query('return'));
        const outcome = await parts.bringFactor(visit, fields('code'));
        if (outcome.kind === 'signed-in')
          return { kind: 'go', to: back ?? visit.link('/account'), cookies: outcome.cookies };
        if (outcome.kind === 'wrong') return shown(visit, { status: 401, problem: visit.words.wrongCode, back });
        if (outcome.kind === 'over') return signInAgain(visit, back);
        return shown(visit, { ...throttled(visit.t, outcome.wait), back });
      },
    },
    {
      path: ANOTHER,
      async take(visit, _, query) {
        const back = returnTo(query('return'));
        const outcome = await parts.sendAnother(visit);
        if (outcome.kind === 'over') return signInAgain(visit, back);
        if (outcome.kind === 'wait') return shown(visit, { ...throttled(visit.t, outcome.wait), back });
        return shown(visit, outcome.kind === 'sent' ? { done: visit.words.codeSent, back } : { back });
      },
    },
    ...secondPasskeyPages(parts, (visit, problem, back) => shown(visit, { ...problem, back })),
  ];
}

const whyOf = (words: PlainTexts, asked: FactorAsked): string =>
  ({ code: words.factorByCode, app: words.factorByApp, passkey: words.factorByPasskey, 'set-up': '' })[asked];

function page(
  visit: Visit,
  { problem, back, done: sent, status, retryAfter }: Shown,
  { asked, hasPasskey }: UnderWay,
): Answer {
  const { words, form, link } = visit;
  const query = defined({ return: back });
  const label = asked === 'passkey' ? words.recoveryCode : words.code;
  const content = html`${heading(words.secondFactorTitle, whyOf(words, asked))} ${done(sent)} ${alert(problem)}
  ${hasPasskey && html`<p><a class="button" href="${link(SECOND_PASSKEY, query)}">${words.usePasskey}</a></p>`}
  ${form(
    SECOND_FACTOR,
    html`${field({ name: 'code', label, autocomplete: 'one-time-code', ...(asked === 'code' ? { inputMode: 'numeric' } : {}), most: 20 })}
    ${submit(words.signIn)}`,
    query,
  )}
  ${
    asked === 'code' &&
    form(
      ANOTHER,
      html`<p>${words.noCode}</p>
        <button type="submit" class="quiet">${words.sendAnother}</button>`,
      query,
    )
  }`;
  const leadsTo = leadsBeyond(back);
  return { kind: 'page', title: words.secondFactorTitle, content, ...defined({ status, retryAfter, leadsTo }) };
}
