/** Parts of forms: a label above each field, hints and problems tied to it. https://www.w3.org/WAI/tutorials/forms/ */
import { html, type Html } from '../html.js';

export interface Field {
  readonly name: string;
  /** Where a page has several fields of the name; by default the name. */
  readonly id?: string;
  readonly label: string;
  readonly type?: 'text' | 'password' | 'email' | 'tel' | 'date' | 'time';
  /** https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill */
  readonly autocomplete: string;
  readonly hint?: string | undefined;
  readonly value?: string;
  readonly inputMode?: 'numeric' | 'email';
  readonly most?: number;
  readonly isOptional?: boolean;
  /** Names, codes and dates are written from left to right in every language; other texts as they are. */
  readonly direction?: 'ltr' | 'auto';
  /** What is wrong with the value. */
  readonly problem?: string | undefined;
}

export function field({
  name,
  id = name,
  label,
  type = 'text',
  autocomplete,
  hint,
  value,
  inputMode,
  most,
  isOptional,
  direction = 'ltr',
  problem,
}: Field): Html {
  const [hintId, problemId] = [`${id}-hint`, `${id}-problem`];
  const described = [...(hint === undefined ? [] : [hintId]), ...(problem === undefined ? [] : [problemId])];
  return html`<p class="field">
    <label for="${id}">${label}</label>
    <input
      id="${id}"
      name="${name}"
      type="${type}"
      dir="${direction}"
      autocomplete="${autocomplete}"
      autocapitalize="none"
      spellcheck="false"
      ${inputMode !== undefined && html`inputmode="${inputMode}"`}
      ${most !== undefined && html`maxlength="${most}"`}
      ${value !== undefined && value !== '' && html`value="${value}"`}
      ${described.length > 0 && html`aria-describedby="${described.join(' ')}"`}
      ${problem !== undefined && html`aria-invalid="true"`}
      ${isOptional !== true && html`required`}
    />
    ${hint !== undefined && html`<span class="advice" id="${hintId}">${hint}</span>`}
    ${problem !== undefined && html`<span class="wrong" id="${problemId}" lang="en" dir="ltr">${problem}</span>`}
  </p>`;
}

/** One of several values. */
export const choice = (
  name: string,
  label: string,
  options: readonly (readonly [value: string, label: Html])[],
  chosen?: string,
): Html =>
  html`<p class="field">
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      ${options.map(
        ([value, text]) => html`<option value="${value}" ${value === chosen && html`selected`}>${text}</option>`,
      )}
    </select>
  </p>`;

/** A text of several lines, which may be empty. */
export const area = ({ name, label, autocomplete, value = '', most = 1000 }: Omit<Field, 'type'>): Html =>
  html`<p class="field">
    <label for="${name}">${label}</label>
    <textarea id="${name}" name="${name}" rows="2" dir="auto" autocomplete="${autocomplete}" maxlength="${most}">
${value}</textarea>
  </p>`;

/** Any of several values, each a field of its own. */
export const checks = (legend: string, options: readonly (readonly [name: string, label: Html])[]): Html =>
  html`<fieldset class="checks">
    <legend>${legend}</legend>
    ${options.map(([name, text]) => html`<label><input type="checkbox" name="${name}" value="1" /> ${text}</label>`)}
  </fieldset>`;

/** The text of a problem, read out when the page opens. */
export const alert = (text: string | undefined): Html | false =>
  text !== undefined && html`<p class="problem" role="alert">${text}</p>`;

/** The head of a page: its title, and what it is for. */
export const heading = (title: string, text?: string): Html =>
  html`<div class="hero">
    <h1>${title}</h1>
    ${text !== undefined && html`<p class="lede">${text}</p>`}
  </div>`;

export const submit = (label: string): Html => html`<button type="submit">${label}</button>`;

/** A value that a later form sends back. */
export const hidden = (name: string, value: string): Html =>
  html`<input type="hidden" name="${name}" value="${value}" />`;

/** What was done before this page. */
export const done = (text: string | undefined): Html | false =>
  text !== undefined && html`<p class="done" role="status">${text}</p>`;
