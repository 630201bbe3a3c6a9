/** A file of a message: the link by which the reader opens it, or why it does not open. */
import type { Attachment } from 'fhir/r4.js';
import type { OwnCanonicals } from '../../fhir/own-canonicals.js';
import type { PlainTexts } from '../../texts/words.js';
import { html, type Html } from '../html.js';
import { extensionOf } from './extension.js';

interface FileParts {
  readonly words: PlainTexts;
  /** Path of the portal's FHIR base. */
  readonly base: string;
  readonly own: OwnCanonicals;
}

export function fileView(attachment: Attachment, { words, base, own }: FileParts): Html {
  const { url = '', title, contentType, size } = attachment;
  const [path] = /Binary\/[A-Za-z0-9.-]+$/.exec(url) ?? [];
  const label = html`<bdi>${title ?? words.attachment}</bdi>`;
  const scan = extensionOf(attachment, 'virus-scan', own)?.valueCode;
  const state = scan === undefined ? undefined : scan === 'held' ? words.fileHeld : words.fileRemoved;
  return html`<p class="file">
    ${path === undefined || state !== undefined ? label : html`<a href="${base}/${path}">${label}</a>`}
    ${
      state === undefined
        ? html`<span class="advice" dir="ltr"
            >${contentType} ${size !== undefined && `${Math.ceil(size / 1024)} kB`}</span
          >`
        : html`<strong class="flag ill">${state}</strong>`
    }
  </p>`;
}
