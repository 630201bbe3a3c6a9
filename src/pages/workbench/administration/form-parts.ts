/** Parts of the forms of administration. */
import { field } from '../../account/fields.js';
import type { Visit } from '../../account/visit.js';
import { html, type Html } from '../../html.js';
import { detail } from './refusal.js';

/** What is wrong with the fields beside it. */
export const problemText = (problem: string | undefined): Html | false =>
  problem !== undefined && html`<p class="wrong">${detail(problem)}</p>`;

/** One that is on or off. */
export const check = (name: string, label: Html, isOn: boolean, problem?: string): Html =>
  html`<p class="check">
      <label><input type="checkbox" name="${name}" value="1" ${isOn && html`checked`} /> <span>${label}</span></label>
    </p>
    ${problemText(problem)}`;

/** Whether a group, or somebody of the staff, is in use. */
export const activeField = ({ words }: Visit, isOn: boolean, problem?: string): Html =>
  check('active', html`${words.adminActive}`, isOn, problem);

/** What a group is called. */
export const nameField = ({ words }: Visit, value: string, problem?: string): Html =>
  field({
    ...{ name: 'name', label: words.adminName, value, most: 200, autocomplete: 'off' },
    ...{ direction: 'auto', problem },
  });

/** Whether a group, or somebody of the staff, is in use, in words. */
export const stateOf = ({ words }: Visit, isActive: boolean): string =>
  isActive ? words.adminInUse : words.adminSwitchedOff;
