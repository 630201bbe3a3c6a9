/** What the pages of the account of somebody who is signed in have in common. */
import type { Confirmed, SettingRefusal } from '../../identity/accounts/confirm.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Sessions } from '../../identity/sessions/sessions.js';
import { html, type Html } from '../html.js';
import { field } from './fields.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, Fields, FormPage, Visit } from './visit.js';

export const ACCOUNT = '/account';

export type Action = (
  name: string,
  run: (visit: Visit, signedIn: SignedIn, fields: Fields) => Promise<Answer>,
) => FormPage;

/** What is done for somebody who is signed in; others sign in first. */
export const actionOf =
  (sessions: Sessions): Action =>
  (name, run) => ({
    path: `${ACCOUNT}/${name}`,
    async take(visit, fields) {
      const signedIn = await sessions.current(visit);
      return signedIn ? run(visit, signedIn, fields) : { kind: 'go', to: visit.link('/sign-in') };
    },
  });

export const confirmed = (visitor: Visit, signedIn: SignedIn, fields: Fields): Confirmed => ({
  ...{ visitor, signedIn },
  password: fields('current'),
});

export function problemIn({ words, t }: Visit, refusal: SettingRefusal): Problem {
  if (refusal.kind === 'wait') return throttled(t, refusal.wait);
  if (refusal.kind === 'conflict') return { status: 409, problem: words.tryAgain };
  if (refusal.kind === 'closed') return { status: 403, problem: words.ownClosed };
  return { status: 403, problem: refusal.kind === 'stale' ? words.signInAnew : words.wrongCurrent };
}

export const section = (id: string, title: string, content: Html): Html =>
  html`<section aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section>`;

export interface Owner {
  readonly userName: string;
  /** Others sign in anew before they change anything. */
  readonly hasPassword: boolean;
}

/** The password once more; a page has several of these fields. Password managers learn whose it is. */
export const current = ({ words }: Visit, { userName, hasPassword }: Owner, number: number): Html | false =>
  hasPassword &&
  html`<input type="text" name="userName" value="${userName}" autocomplete="username" hidden /> ${field({
      ...{ name: 'current', id: `current-${number}`, label: words.currentPassword, type: 'password' },
      autocomplete: 'current-password',
    })}`;
