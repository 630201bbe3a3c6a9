/** The account of the person who is signed in. */
import type { Sessions } from '../../identity/sessions/sessions.js';
import { html } from '../html.js';
import { heading, submit } from './fields.js';
import type { FormPage } from './visit.js';

export interface AccountPageParts {
  readonly sessions: Sessions;
  readonly userNameOf: (account: string) => Promise<string>;
}

export const accountPage = ({ sessions, userNameOf }: AccountPageParts): FormPage => ({
  path: '/account',
  async show(visit) {
    const signedIn = await sessions.current(visit);
    if (!signedIn) return { kind: 'go', to: visit.link('/sign-in') };
    const { words, t } = visit;
    const name = await userNameOf(signedIn.account);
    const content = html`${heading(words.accountTitle, t('signedInAs', { name }))}
    ${visit.form('/sign-out', submit(words.signOut))}`;
    return { kind: 'page', title: words.accountTitle, content };
  },
});

export const signOutPage = ({ sessions }: AccountPageParts): FormPage => ({
  path: '/sign-out',
  take: async visit => ({
    kind: 'go',
    to: visit.link('/sign-in', { after: 'out' }),
    cookies: [await sessions.close(visit)],
  }),
});
