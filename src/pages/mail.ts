/** One e-mail of demo mode: its plain text, then its HTML in a sandboxed frame; or a text message. */
import { html } from './html.js';
import { instant } from './landing.js';
import { page, type Frame } from './layout.js';
import type { Mail } from '../delivery/mailbox.js';

export function mailPage(frame: Omit<Frame, 'title'>, mail: Mail): string {
  const { texts: words, t, language } = frame.words;
  const { id, subject = words.textMessage, to, at, text } = mail;
  return page(
    { ...frame, title: subject },
    html`<article class="mail">
      <h1 dir="auto">${subject}</h1>
      <p class="why"><span>${words.to}</span> <bdi>${to}</bdi> · ${instant(at, language)}</p>
      <h2>${mail.segments === undefined ? words.plainText : t('segments', { count: mail.segments })}</h2>
      <pre class="letter" dir="auto" tabindex="0">${text}</pre>
      ${
        mail.html !== undefined &&
        html`<h2>${words.rendered}</h2>
          <iframe sandbox title="${words.rendered}" src="/mail/${id}/html"></iframe>`
      }
      <p class="links"><a href="/?lang=${language}#mails">${words.back}</a></p>
    </article>`,
  );
}
