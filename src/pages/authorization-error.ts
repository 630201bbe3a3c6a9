/** What a person is shown where an app cannot be told that it was refused. */
import { html } from './html.js';
import { page, type Frame } from './layout.js';

/** What went wrong, for the reader. */
export type AuthorizationProblem = 'refused' | 'expired' | 'nobody';

/** @param detail for the maker of the app */
export function authorizationErrorPage(
  frame: Omit<Frame, 'title'>,
  problem: AuthorizationProblem,
  detail?: string,
): string {
  const { texts: words } = frame.words;
  const title = words[`${problem}Title`];
  return page(
    { ...frame, path: '/', title },
    html`<div class="hero">
      <h1>${title}</h1>
      <p class="lede">${words[`${problem}Lede`]}</p>
      ${detail !== undefined && html`<p><code dir="ltr">${detail}</code></p>`}
    </div>`,
  );
}
