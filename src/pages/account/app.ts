/** The pages that set an authenticator app up: its secret, its first code, the recovery codes. */
import { html } from '../html.js';
import { alert, field, heading, hidden, submit } from './fields.js';
import type { Problem } from './throttled.js';
import type { Answer, Visit } from './visit.js';

interface Proposed {
  /** Base32. */
  readonly secret: string;
  /** `otpauth://…`: apps on this device open it. */
  readonly uri: string;
}

export function appPage({ words, form }: Visit, { secret, uri }: Proposed, { problem, ...how }: Problem = {}): Answer {
  const groups = secret.match(/.{1,4}/g)?.join(' ') ?? '';
  const content = html`${heading(words.appTitle, words.appWhy)} ${alert(problem)}
    <p class="secret"><code dir="ltr">${groups}</code></p>
    ${uri.startsWith('otpauth://') && html`<p><a href="${uri}">${words.openApp}</a></p>`}
    ${form(
      '/account/app-code',
      html`${hidden('secret', secret)} ${hidden('uri', uri)}
      ${field({ name: 'code', label: words.appCode, autocomplete: 'one-time-code', inputMode: 'numeric', most: 10 })}
      ${submit(words.next)}`,
    )}`;
  return { kind: 'page', title: words.appTitle, content, ...how };
}

export function recoveryCodesPage({ words, link }: Visit, codes: readonly string[]): Answer {
  const content = html`${heading(words.recoveryTitle, words.recoveryWhy)}
    <ul class="codes">
      ${codes.map(code => html`<li><code dir="ltr">${code}</code></li>`)}
    </ul>
    <p class="links"><a href="${link('/account')}">${words.accountTitle}</a></p>`;
  return { kind: 'page', title: words.recoveryTitle, content };
}
