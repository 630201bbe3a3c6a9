/** The page for unknown addresses. */
import { html } from './html.js';
import { page, type Frame } from './layout.js';

export function missingPage(frame: Omit<Frame, 'title'>): string {
  const { texts: words, language } = frame.words;
  return page(
    { ...frame, title: words.notFound },
    html`<div class="hero">
      <h1>${words.notFound}</h1>
      <p class="lede">${words.notFoundWhy}</p>
      <p class="links"><a href="/?lang=${language}">${words.back}</a></p>
    </div>`,
  );
}
