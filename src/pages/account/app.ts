/** The pages that set an authenticator app up: its secret, its first code, the recovery codes. */
import { defined } from '../../fhir/defined.js';
import { html } from '../html.js';
import { alert, field, heading, hidden, submit } from './fields.js';
import { qrCode } from './qr-code.js';
import type { Problem } from './throttled.js';
import type { Answer, Visit } from './visit.js';

interface Proposed {
  /** Base32. */
  readonly secret: string;
  /** `otpauth://…`: apps on this device open it, and others read it as a QR code. */
  readonly uri: string;
}

interface AppPage extends Problem {
  /** Where the first code goes. */
  readonly action?: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** The secret as a picture, as text and as a link: whoever reads the page with one of them has no need of the others. */
export function appPage(
  { words, form }: Visit,
  { secret, uri }: Proposed,
  { problem, action = '/account/app-code', query = {}, ...how }: AppPage = {},
): Answer {
  const groups = secret.match(/.{1,4}/g)?.join(' ') ?? '';
  const isAddress = uri.startsWith('otpauth://');
  const content = html`${heading(words.appTitle, words.appWhy)} ${alert(problem)}
    ${isAddress && qrCode(uri, words.appPicture)}
    <p class="secret"><code dir="ltr">${groups}</code></p>
    ${isAddress && html`<p><a href="${uri}">${words.openApp}</a></p>`}
    ${form(
      action,
      html`${hidden('secret', secret)} ${hidden('uri', uri)}
      ${field({ name: 'code', label: words.appCode, autocomplete: 'one-time-code', inputMode: 'numeric', most: 10 })}
      ${submit(words.next)}`,
      query,
    )}`;
  return { kind: 'page', title: words.appTitle, content, ...how };
}

interface CodesPage {
  readonly cookies: readonly string[];
  /** The page after it, if it is not the account. */
  readonly next?: string;
}

export function recoveryCodesPage(
  { words, link }: Visit,
  codes: readonly string[],
  { cookies, next }: CodesPage,
): Answer {
  const [to, label] = next === undefined ? [link('/account'), words.accountTitle] : [next, words.next];
  const content = html`${heading(words.recoveryTitle, words.recoveryWhy)}
    <ul class="codes">
      ${codes.map(code => html`<li><code dir="ltr">${code}</code></li>`)}
    </ul>
    <p class="links"><a href="${to}">${label}</a></p>`;
  return { kind: 'page', title: words.recoveryTitle, content, ...defined({ cookies }) };
}
