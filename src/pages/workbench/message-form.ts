/** The form in which staff write a message: its text, a template, files, and in whose name it goes. */
import { html, type Html } from '../html.js';
import { hidden } from '../account/fields.js';
import type { Visit } from '../account/visit.js';
import type { Agent } from './groups.js';
import type { Senders } from './senders.js';
import { fileField, type MessageFile, type Written } from './written.js';

export interface FormParts {
  /** Where it is sent. */
  readonly action: string;
  /** What its address keeps. */
  readonly query: Readonly<Record<string, string>>;
  readonly senders: Senders;
  /** The reader: `Practitioner/1`. */
  readonly self: string;
  /** Those that fit, by name: `ActivityDefinition/1`. */
  readonly templates: readonly Agent[];
  /** Of the text. */
  readonly label: string;
  readonly sendLabel: string;
  /** Fields of its own, before the text. */
  readonly first?: Html | false;
  /** Fields of its own, before the buttons. */
  readonly last?: Html | false;
}

/** Needs no script: a template is inserted, and a draft kept, by buttons of the form itself. */
export function messageForm(visit: Visit, written: Written, parts: FormParts): Html {
  const { words, form } = visit;
  const { draft, text, files, isClosed } = written;
  return form(
    parts.action,
    html`${Object.entries(parts.query).map(([name, value]) => hidden(name, value))}
      ${draft && html`${hidden('draft', draft.id)} ${hidden('draft-version', draft.version)}`} ${parts.first ?? false}
      ${senderField(visit, written.sender, parts)} ${templateField(visit, parts)}
      <p class="field wide">
        <label for="text">${parts.label}</label>
        <textarea id="text" name="text" rows="8" dir="auto" maxlength="10000">${text}</textarea>
      </p>
      ${fileFields(visit, files)}
      <p>
        <label
          ><input type="checkbox" name="closed" value="on" ${isClosed && html`checked`} /> ${words.closeReplies}</label
        >
      </p>
      ${parts.last ?? false}
      <p class="actions">
        ${button('send', parts.sendLabel)} ${button('keep', words.keepDraft, 'quiet')}
        ${draft !== undefined && button('discard', words.discardDraft, 'quiet')}
      </p>`,
    parts.query,
  );
}

/** With the files that are chosen: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#attr-fs-formenctype */
const button = (does: string, label: string, kind?: string): Html =>
  html`<button
    type="submit"
    name="do"
    value="${does}"
    formenctype="multipart/form-data"
    ${kind && html`class="${kind}" formnovalidate`}
  >
    ${label}
  </button>`;

function senderField({ words }: Visit, chosen: string, { senders, self }: FormParts): Html {
  const option = (value: string, label: string | undefined): Html =>
    html`<option value="${value}" ${value === chosen && html`selected`}>${label ?? value}</option>`;
  const group = (label: string, list: readonly Agent[]): Html | false =>
    list.length > 0 &&
    html`<optgroup label="${label}">${list.map(({ reference, name }) => option(reference, name))}</optgroup>`;
  return html`<p class="field">
    <label for="sender">${words.inWhoseName}</label>
    <select id="sender" name="sender">
      ${group(words.senderGroups, senders.groups)} ${group(words.senderProviders, senders.providers)}
      ${option(self, words.senderSelf)}
    </select>
  </p>`;
}

const templateField = ({ words }: Visit, { templates }: FormParts): Html | false =>
  templates.length > 0 &&
  html`<p class="field inline">
    <label for="template">${words.template}</label>
    <select id="template" name="template">
      ${templates.map(({ reference, name }) => html`<option value="${reference}">${name ?? reference}</option>`)}
    </select>
    ${button('insert', words.insertTemplate, 'quiet')}
  </p>`;

/** What is chosen already can be left out; more is added. */
const fileFields = ({ words }: Visit, files: readonly MessageFile[]): Html =>
  html`<fieldset class="checks">
    <legend>${words.files}</legend>
    ${files.map(
      (file, at) =>
        html`<label
          ><input type="checkbox" name="${fileField(at)}" value="${JSON.stringify(file)}" checked />
          <bdi>${file.name}</bdi></label
        >`,
    )}
    <label>${words.addFiles} <input type="file" name="upload" multiple /></label>
  </fieldset>`;
