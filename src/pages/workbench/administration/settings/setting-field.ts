/** The field of a setting: of its kind, with its explanation, its name and its default. */
import { settingForms } from '../../../../configuration/setting-forms.table.js';
import { settings, type SettingName } from '../../../../configuration/settings.table.js';
import type { Visit } from '../../../account/visit.js';
import { html, type Html } from '../../../html.js';
import { check, problemText } from '../form-parts.js';
import { optionField, settingOf } from './setting-values.js';

export interface SettingShown {
  readonly name: SettingName;
  readonly value: string;
  readonly problem: string | undefined;
}

/** Explanations are in Arabic and in English. */
export function explained({ frame }: Visit, name: SettingName): Html {
  const { language } = frame.words;
  if (language.split('-', 1)[0] === 'ar') return html`${settingForms[name].arabic}`;
  return language.split('-', 1)[0] === 'en'
    ? html`${settings[name].about}`
    : html`<span lang="en" dir="ltr">${settings[name].about}</span>`;
}

export function settingField(visit: Visit, shown: SettingShown): Html {
  const { name, value, problem } = shown;
  const { type, repeats, options } = settingOf(name);
  if (type === 'boolean') return check(name, explained(visit, name), value === '1', problem);
  if (options && repeats) return optionChecks(visit, shown, options);
  if (options) return labelled(visit, shown, optionSelect(shown, options));
  return labelled(visit, shown, repeats ? lines(shown) : line(shown));
}

/** Ids of what describes a field. */
const hintOf = ({ name }: SettingShown): string => `${name}-hint`;
const problemOf = ({ name }: SettingShown): string => `${name}-problem`;

const described = (shown: SettingShown): Html =>
  html`aria-describedby="${hintOf(shown)}${shown.problem === undefined ? '' : ` ${problemOf(shown)}`}"
  ${shown.problem !== undefined && html`aria-invalid="true"`}`;

const labelled = (visit: Visit, shown: SettingShown, control: Html): Html =>
  html`<div class="field">
    <label for="${shown.name}">${explained(visit, shown.name)}</label>
    ${control} ${hint(visit, shown)}
    ${shown.problem !== undefined && html`<div id="${problemOf(shown)}">${problemText(shown.problem)}</div>`}
  </div>`;

/** The name of the setting, as documentation has it, and its default. */
function hint({ words }: Visit, shown: SettingShown): Html {
  const { fallback } = settingOf(shown.name);
  const usual = typeof fallback === 'string' || typeof fallback === 'number' ? fallback : undefined;
  return html`<span class="advice" id="${hintOf(shown)}">
    <code>${shown.name}</code>${usual !== undefined && html` · ${words.adminDefault}: <bdi dir="ltr">${usual}</bdi>`}
  </span>`;
}

const line = (shown: SettingShown): Html =>
  html`<input
    id="${shown.name}"
    name="${shown.name}"
    type="text"
    dir="${settingOf(shown.name).type === 'string' ? 'auto' : 'ltr'}"
    autocomplete="off"
    spellcheck="false"
    maxlength="1000"
    value="${shown.value}"
    ${settingOf(shown.name).type === 'integer' && html`inputmode="numeric"`}
    ${described(shown)}
  />`;

const lines = (shown: SettingShown): Html =>
  html`<textarea
    id="${shown.name}"
    name="${shown.name}"
    rows="${Math.min(8, shown.value.split('\n').length + 1)}"
    dir="ltr"
    autocomplete="off"
    spellcheck="false"
    maxlength="4000"
    ${described(shown)}
  >
${shown.value}</textarea>`;

const optionSelect = (shown: SettingShown, options: readonly string[]): Html =>
  html`<select id="${shown.name}" name="${shown.name}" ${described(shown)}>
    ${options.map(option => html`<option value="${option}" ${option === shown.value && html`selected`}>${option}</option>`)}
  </select>`;

function optionChecks(visit: Visit, shown: SettingShown, options: readonly string[]): Html {
  const { name, value, problem } = shown;
  const chosen = value.split('\n');
  return html`<fieldset class="checks">
    <legend>${explained(visit, name)}</legend>
    ${problemText(problem)}
    ${options.map(
      option =>
        html`<label>
          <input
            type="checkbox"
            name="${optionField(name, option)}"
            value="1"
            ${chosen.includes(option) && html`checked`}
          />
          <bdi dir="ltr">${option}</bdi>
        </label>`,
    )}
    ${hint(visit, shown)}
  </fieldset>`;
}
