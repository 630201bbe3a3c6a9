/** The page on which a browser is asked for a passkey: the one that needs its script. */
import { defined } from '../../fhir/defined.js';
import type { CeremonyOptions } from '../../identity/passkeys/authenticators.js';
import { html } from '../html.js';
import { alert, heading, hidden, submit } from './fields.js';
import { passkeyScript } from './passkey-script.js';
import { leadsBeyond } from './return-to.js';
import type { Problem } from './throttled.js';
import type { Answer, Visit } from './visit.js';

export interface PasskeyForm {
  /** `create` makes a new passkey. */
  readonly ceremony: 'get' | 'create';
  readonly options: CeremonyOptions;
  /** Where its answer goes. */
  readonly action: string;
  /** Further values that go with the answer. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** The page for those who have no passkey at hand. */
  readonly instead: { readonly path: string; readonly label: string };
}

export function passkeyPage(visit: Visit, asked: PasskeyForm, { problem, ...how }: Problem = {}): Answer {
  const { words, form, link } = visit;
  const { ceremony, options, action, fields = {}, query = {}, instead } = asked;
  const isNew = ceremony === 'create';
  const title = isNew ? words.newPasskeyTitle : words.passkeyTitle;
  const given = Object.entries(fields).map(([name, value]) => hidden(name, value));
  const content = html`${heading(title, isNew ? words.newPasskeyWhy : words.passkeyWhy)} ${alert(problem)}
    <div
      id="passkey"
      data-ceremony="${ceremony}"
      data-options="${JSON.stringify(options)}"
      data-missing="${words.passkeyMissing}"
      data-failed="${words.passkeyFailed}"
      data-known="${words.passkeyKnown}"
    >
      <p class="problem" role="alert" id="passkey-problem" hidden></p>
      <noscript><p class="problem">${words.passkeyNeedsScript}</p></noscript>
      ${form(action, html`${hidden('answer', '')} ${given} ${submit(isNew ? words.addPasskey : words.usePasskey)}`, query)}
    </div>
    <p class="links"><a href="${link(instead.path, query)}">${instead.label}</a></p>`;
  const leadsTo = leadsBeyond(query['return']);
  return { kind: 'page', title, content, scripts: [passkeyScript], ...how, ...defined({ leadsTo }) };
}
