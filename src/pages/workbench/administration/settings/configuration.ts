/** The configuration of the portal: all its switches and settings, saved as one change, which binds the next request. */
import type { Basic } from 'fhir/r4.js';
import { CONFIGURATION_ID, isConfiguration } from '../../../../configuration/resource.js';
import { settingForms, settingGroups, type SettingGroup } from '../../../../configuration/setting-forms.table.js';
import type { SettingName } from '../../../../configuration/settings.table.js';
import { typed } from '../../../../fhir/resource.js';
import type { Visit } from '../../../account/visit.js';
import { html, type Html } from '../../../html.js';
import type { StaffPage } from '../../parts.js';
import { editorPage, type Editor, type Shown } from '../editor.js';
import { CONFIGURATION } from '../paths.js';
import { settingField } from './setting-field.js';
import { settingPlaces, settingValuesOf, typedSettings, withSettings, type SettingValues } from './setting-values.js';

const all = Object.keys(settingForms) as SettingName[];
/** Of the form of a group. */
export const settingsIn = (group: SettingGroup | 'branding'): SettingName[] =>
  all.filter(name => settingForms[name].group === group);

/** What forms of settings have in common: they change parts of one resource. */
export const settingsEditor = (names: readonly SettingName[]): Omit<Editor<SettingValues>, 'path' | 'view'> => ({
  roles: ['configuration-manager'],
  type: 'Basic',
  id: CONFIGURATION_ID,
  isOne: (resource, own) => isConfiguration(typed<Basic>(resource), own),
  valuesOf: (resource, own) => settingValuesOf(names, resource, own),
  typed: fields => typedSettings(names, fields),
  applied: withSettings,
  places: settingPlaces,
});

const editor: Editor<SettingValues> = {
  ...settingsEditor(settingGroups.flatMap(settingsIn)),
  path: CONFIGURATION,
  view: (visit, _by, shown) => ({
    title: visit.words.adminConfiguration,
    lede: visit.words.adminConfigurationWhy,
    fields: html`${settingGroups.map(group => groupFields(visit, group, shown))}`,
  }),
};

const groupFields = (visit: Visit, group: SettingGroup, { values, problems }: Shown<SettingValues>): Html =>
  html`<fieldset class="settings">
    <legend>${visit.words[groupWords[group]]}</legend>
    ${settingsIn(group).map(name => settingField(visit, { name, value: values[name] ?? '', problem: problems[name] }))}
  </fieldset>`;

const groupWords = {
  organization: 'settingsOrganization',
  languages: 'settingsLanguages',
  questions: 'settingsQuestions',
  files: 'settingsFiles',
  record: 'settingsRecord',
  people: 'settingsPeople',
  'sign-in': 'settingsSignIn',
} as const satisfies Record<SettingGroup, string>;

export const configurationPage: StaffPage = editorPage(editor).page;
