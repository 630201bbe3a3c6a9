/** One e-mail of demo mode: its plain text, then its HTML in a sandboxed frame; or a text message. */
import { html } from './html.js';
import { instant } from './landing.js';
import type { Language } from './language.js';
import { page, type Assets } from './layout.js';
import type { Mail } from '../delivery/mailbox.js';
import { texts, type Texts } from './texts.table.js';

export interface MailPage {
  language: Language;
  version: string;
  assets: Assets;
  mail: Mail;
}

export function mailPage({ language, version, assets, mail }: MailPage): string {
  const words = texts[language];
  const { id, subject = words.textMessage, to, at, text } = mail;
  return page(
    { language, path: `/mail/${id}`, title: subject, version, assets },
    html`<article class="mail">
      <h1 dir="auto">${subject}</h1>
      <p class="why"><span>${words.to}</span> <bdi>${to}</bdi> · ${instant(at, language)}</p>
      <h2>${mail.segments === undefined ? words.plainText : segments(mail.segments, words)}</h2>
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

/** The count stands behind the word, so that it needs no plural. */
const segments = (count: number, { segments: word }: Texts): string => `${word}: ${count}`;
