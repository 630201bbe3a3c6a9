/** A file of a message, with the link by which the reader opens it. */
import type { Attachment } from 'fhir/r4.js';
import type { PlainTexts } from '../../texts/words.js';
import { html, type Html } from '../html.js';

/** @param base path of the portal's FHIR base */
export function fileView({ url = '', title, contentType, size }: Attachment, words: PlainTexts, base: string): Html {
  const [path] = /Binary\/[A-Za-z0-9.-]+$/.exec(url) ?? [];
  const label = html`<bdi>${title ?? words.attachment}</bdi>`;
  return html`<p class="file">
    ${path === undefined ? label : html`<a href="${base}/${path}">${label}</a>`}
    <span class="advice" dir="ltr">${contentType} ${size !== undefined && `${Math.ceil(size / 1024)} kB`}</span>
  </p>`;
}
