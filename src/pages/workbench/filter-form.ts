/** A form that chooses what a list shows: it is sent in the address, so that what is shown can be kept and sent to others. */
import { html, type Html } from '../html.js';
import { hidden, submit } from '../account/fields.js';
import type { Visit } from '../account/visit.js';

/** Never for what tells of a person's health. */
export const filterForm = ({ frame }: Visit, path: string, label: string, content: Html): Html =>
  html`<form method="get" action="${path}">
    ${hidden('lang', frame.words.language)}
    <div class="criteria">${content}</div>
    ${submit(label)}
  </form>`;
