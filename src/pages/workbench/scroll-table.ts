/** A table that scrolls by itself where the screen is narrow. https://www.w3.org/WAI/tutorials/tables/one-header/ */
import { html, type Html } from '../html.js';

/** Columns that a screen of a telephone nearly has room for. */
const FEW = 5;

/** @param rows table rows, each with its header cell */
export const scrollTable = (label: string, columns: readonly string[], rows: readonly Html[]): Html =>
  html`<div class="scroll${columns.length <= FEW && ' few'}" role="region" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map(column => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
