/** The sign-in of demo mode: anybody may be one of its people, by one button. */
import { html } from './html.js';
import { page, type Frame } from './layout.js';

export interface DemoSignIn {
  /** Where the form is sent. */
  readonly action: string;
  readonly formToken: string;
  readonly people: readonly DemoPerson[];
  /** The page that asks for a password. */
  readonly signIn: string;
}

export interface DemoPerson {
  /** `Person/1` */
  readonly account: string;
  readonly name: string;
  readonly role: 'patient' | 'proxy' | 'staff';
}

export function demoSignInPage(frame: Omit<Frame, 'title'>, { action, formToken, people, signIn }: DemoSignIn): string {
  const { texts: words, language, t } = frame.words;
  const roles = { patient: words.rolePatient, proxy: words.roleProxy, staff: words.roleStaff };
  return page(
    { ...frame, title: words.demoTitle },
    html`<div class="hero">
        <h1>${words.demoTitle}</h1>
        <p class="lede">${words.demoLede}</p>
      </div>
      <form method="post" action="${action}?lang=${language}">
        <input type="hidden" name="token" value="${formToken}" />
        <input type="hidden" name="do" value="demo" />
        <ul class="people">
          ${people.map(
            ({ account, name, role }) =>
              html`<li>
                <button type="submit" name="account" value="${account}">${t('signInAs', { name })}</button>
                <span>${roles[role]}</span>
              </li>`,
          )}
        </ul>
      </form>
      <p class="links"><a href="${signIn}">${words.signInWithName}</a></p>`,
  );
}
