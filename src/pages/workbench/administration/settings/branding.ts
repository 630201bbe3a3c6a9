/** Branding: titles, icon and colors of the portal, with a sample of what is typed before it is saved. */
import type { Basic } from 'fhir/r4.js';
import { configurationIssues } from '../../../../configuration/resource.js';
import { typed } from '../../../../fhir/resource.js';
import { hidden } from '../../../account/fields.js';
import type { Fields, Received, Uploads, Visit } from '../../../account/visit.js';
import { html, type Html } from '../../../html.js';
import { backTo, type StaffPage } from '../../parts.js';
import { editorPage, type Editor, type Shown } from '../editor.js';
import { check, problemText } from '../form-parts.js';
import { forRoles } from '../guard.js';
import { BRANDING, PREVIEW } from '../paths.js';
import { settingsEditor, settingsIn } from './configuration.js';
import { colorIn, sampleView } from './sample.js';
import { explained, settingField } from './setting-field.js';
import { typedSettings, type SettingValues } from './setting-values.js';

const names = settingsIn('branding');
const common = settingsEditor(names);

/** Bytes of a file that is looked at; what an icon may have is less. */
const LARGEST = 128 * 1024;
const DATA = 'data:;base64,';

/** The file of an icon stays in the form, until it is saved. */
const uploads: Uploads = {
  room: () => Promise.resolve({ bytes: LARGEST, files: 1 }),
  async receive(_visit, { name, type, bytes }): Promise<Received> {
    const content = Buffer.concat(await Array.fromAsync(bytes));
    return { file: { url: `${DATA}${content.toString('base64')}`, name, type } };
  },
};

/** The icon is the file that is chosen, or the one that the form holds; or there is none any more. */
function typedBranding(fields: Fields, [received]: readonly Received[]): SettingValues {
  const chosen = received?.file?.url.slice(DATA.length) ?? '';
  const kept = fields('remove-icon') === '1' ? '' : fields('icon');
  return { ...typedSettings(names, fields), icon: chosen === '' ? kept : chosen };
}

const editor: Editor<SettingValues> = {
  ...common,
  path: BRANDING,
  typed: typedBranding,
  takesFiles: uploads,
  wrong: (resource, own) =>
    configurationIssues(typed<Basic>(resource), own).map(({ diagnostics, expression }) => ({
      text: diagnostics,
      expression,
    })),
  view: (visit, _by, shown) => ({
    title: visit.words.adminBranding,
    lede: visit.words.adminBrandingWhy,
    fields: html`${titleFields(visit, shown)}
      <div class="beside">
        ${(['accent-color', 'paper-color'] as const).map(name => colorField(visit, name, shown))}
      </div>
      ${iconField(visit, shown)} ${sampleView(visit, shown.values)} ${live(visit)}`,
    buttons: html`<p class="actions">
      <button type="submit" formenctype="multipart/form-data">${visit.words.save}</button>
      <button
        type="submit"
        class="quiet"
        formaction="${visit.link(PREVIEW)}"
        formenctype="multipart/form-data"
        formnovalidate
      >
        ${visit.words.adminPreview}
      </button>
    </p>`,
    inlineImages: true,
  }),
};

const titleFields = (visit: Visit, { values, problems }: Shown<SettingValues>): Html =>
  html`${(['organization-title', 'application-title'] as const).map(name =>
    settingField(visit, { name, value: values[name] ?? '', problem: problems[name] }),
  )}`;

const colorField = (
  visit: Visit,
  name: 'accent-color' | 'paper-color',
  { values, problems }: Shown<SettingValues>,
): Html =>
  html`<div class="field">
    <label for="${name}">${explained(visit, name)}</label>
    <input id="${name}" name="${name}" type="color" value="${colorIn(values, name)}" />
    ${problemText(problems[name])}
  </div>`;

const iconField = (visit: Visit, { values: { icon = '' }, problems }: Shown<SettingValues>): Html =>
  html`<div class="field">
      <label for="icon-file">${explained(visit, 'icon')}</label>
      <input id="icon-file" name="icon-file" type="file" accept="image/png,image/svg+xml" />
      ${problemText(problems['icon'])}
    </div>
    ${icon !== '' && html`${hidden('icon', icon)} ${check('remove-icon', html`${visit.words.adminRemoveIcon}`, false)}`}`;

/** With a script the sample follows what is typed. https://four.htmx.org */
const live = ({ link }: Visit): Html =>
  html`<div
    id="live"
    hx-post="${link(PREVIEW)}"
    hx-encoding="multipart/form-data"
    hx-trigger="input from:'closest form' delay:300ms"
    hx-select="#sample"
    hx-target="#sample"
    hx-swap="outerHTML"
  ></div>`;

const { page, retyped } = editorPage(editor);

/** The page, and the sample of what is typed. */
export const brandingPages: readonly StaffPage[] = [
  page,
  { path: PREVIEW, ...backTo(BRANDING, []), take: forRoles(common.roles, retyped), takesFiles: uploads },
];
