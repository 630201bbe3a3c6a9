/** The second factor of a sign-in: the code that was sent, and another one where it did not arrive. */
import type { FactorOutcome, SendOutcome } from '../../identity/accounts/second-factor.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import { defined } from '../../fhir/defined.js';
import { html } from '../html.js';
import { alert, done, field, heading, submit } from './fields.js';
import { leadsBeyond, returnTo } from './return-to.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface SecondFactorPageParts {
  readonly bringFactor: (visitor: Visitor, code: string) => Promise<FactorOutcome>;
  readonly sendAnother: (visitor: Visitor) => Promise<SendOutcome>;
}

export const SECOND_FACTOR = '/sign-in/code';
const ANOTHER = '/sign-in/another-code';

interface Shown extends Problem {
  readonly back: string | undefined;
  readonly done?: string;
}

export const secondFactorPages = (parts: SecondFactorPageParts): FormPage[] => [
  {
    path: SECOND_FACTOR,
    keeps: ['return'],
    show: (visit, query) => shown(visit, { back: returnTo(query('return')) }),
    async take(visit, fields, query) {
      const back = returnTo(query('return'));
      const outcome = await parts.bringFactor(visit, fields('code'));
      if (outcome.kind === 'signed-in') {
        return { kind: 'go', to: back ?? visit.link('/account'), cookies: outcome.cookies };
      }
      if (outcome.kind === 'wrong') return shown(visit, { status: 401, problem: visit.words.wrongCode, back });
      return outcome.kind === 'over' ? again(visit, back) : shown(visit, { ...throttled(visit.t, outcome.wait), back });
    },
  },
  {
    path: ANOTHER,
    async take(visit, _, query) {
      const back = returnTo(query('return'));
      const outcome = await parts.sendAnother(visit);
      if (outcome.kind === 'over') return again(visit, back);
      if (outcome.kind === 'wait') return shown(visit, { ...throttled(visit.t, outcome.wait), back });
      return shown(visit, outcome.kind === 'sent' ? { done: visit.words.codeSent, back } : { back });
    },
  },
];

/** Back to the password. */
const again = (visit: Visit, back: string | undefined): Answer => ({
  kind: 'go',
  to: visit.link('/sign-in', { after: 'over', ...defined({ return: back }) }),
});

function shown(visit: Visit, { problem, back, done: sent, ...how }: Shown): Answer {
  const { words, form } = visit;
  const query = defined({ return: back });
  const content = html`${heading(words.secondFactorTitle, words.secondFactorWhy)} ${done(sent)} ${alert(problem)}
  ${form(
    SECOND_FACTOR,
    html`${field({ name: 'code', label: words.code, autocomplete: 'one-time-code', inputMode: 'numeric', most: 20 })}
    ${submit(words.signIn)}`,
    query,
  )}
  ${form(
    ANOTHER,
    html`<p>${words.noCode}</p>
      <button type="submit" class="quiet">${words.sendAnother}</button>`,
    query,
  )}`;
  return { kind: 'page', title: words.secondFactorTitle, content, ...how, ...defined({ leadsTo: leadsBeyond(back) }) };
}
