/** Settings of the portal as a form has them: texts, by their names; those of a list each on a line. */
import type { Attachment, Basic, Extension } from 'fhir/r4.js';
import { iconOf } from '../../../../configuration/icon.js';
import { configurationOf, SETTINGS } from '../../../../configuration/resource.js';
import { settings, type SettingName } from '../../../../configuration/settings.table.js';
import { elementOf, type Setting } from '../../../../configuration/setting.js';
import type { OwnCanonicals } from '../../../../fhir/own-canonicals.js';
import { asJson, typed, type Resource } from '../../../../fhir/resource.js';
import type { Fields } from '../../../account/visit.js';

export type SettingValues = Readonly<Partial<Record<SettingName, string>>>;

export const settingOf = (name: SettingName): Setting => settings[name];

const ON = '1';

/** The name of the field for one value of a list that has all its values as fields. */
export const optionField = (name: SettingName, option: string): string => `${name}.${option}`;

const linesOf = (value: string): string[] => value.split('\n').filter(line => line !== '');

function textOf(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? ON : '';
  if (Array.isArray(value)) return value.join('\n');
  return typeof value === 'object' ? ((value as Attachment).data ?? '') : String(value);
}

/** What stands in the configuration. */
export function settingValuesOf(
  names: readonly SettingName[],
  resource: Resource | undefined,
  own: OwnCanonicals,
): SettingValues {
  const configuration = configurationOf(resource && typed<Basic>(resource), own);
  return Object.fromEntries(names.map(name => [name, textOf(configuration[name])]));
}

/** As they were typed. */
export const typedSettings = (names: readonly SettingName[], fields: Fields): SettingValues =>
  Object.fromEntries(names.map(name => [name, typedSetting(name, fields)]));

function typedSetting(name: SettingName, fields: Fields): string {
  const { repeats, options } = settingOf(name);
  if (!repeats) return fields(name).trim();
  if (options) return options.filter(option => fields(optionField(name, option)) === ON).join('\n');
  return linesOf(fields(name).replaceAll(/\s+/g, '\n')).join('\n');
}

/** The configuration with these values; what a form does not show stays, and so do defaults that nobody changed. */
export function withSettings(values: SettingValues, before: Resource | undefined, own: OwnCanonicals): Resource {
  const { extension = [], ...configuration } = typed<Basic>(before ?? { resourceType: 'Basic' });
  const url = own.structure(SETTINGS);
  const [known] = extension.filter(one => one.url === url);
  const kept = (known?.extension ?? []).filter(one => !Object.hasOwn(values, one.url));
  const given = Object.entries(values).flatMap(([name, value]) => extensionsOf(name as SettingName, value));
  const inner = [...kept, ...given];
  const others = extension.filter(one => one.url !== url);
  const next: Basic = {
    ...configuration,
    extension: [...others, ...(inner.length > 0 ? [{ url, extension: inner }] : [])],
  };
  return asJson(next.extension?.length === 0 ? configuration : next);
}

function extensionsOf(name: SettingName, value: string): Extension[] {
  const setting = settingOf(name);
  if (value === textOf(setting.fallback)) return [];
  if (setting.repeats) {
    const lines = linesOf(value);
    // An empty list is refused where it stands: left out, it would mean the default.
    return lines.length === 0 ? [{ url: name }] : lines.map(line => extensionOf(name, setting, line));
  }
  return value === '' && setting.type !== 'boolean' ? [] : [extensionOf(name, setting, value)];
}

const extensionOf = (name: SettingName, setting: Setting, value: string): Extension => ({
  url: name,
  [elementOf(setting)]: valueOf(setting, value),
});

/** What is no number stays as it is: the endpoint says what is wrong with it. */
function valueOf({ type }: Setting, value: string): unknown {
  if (type === 'boolean') return value === ON;
  if (type === 'integer') return /^-?\d{1,9}$/.test(value) ? Number(value) : value;
  return type === 'Attachment' ? attachmentOf(value) : value;
}

const attachmentOf = (data: string): Attachment => ({
  contentType: iconOf({ data })?.type ?? 'application/octet-stream',
  data,
});

/** The names of settings by the FHIRPath of where they stand in a configuration. */
export function settingPlaces(resource: Resource, own: OwnCanonicals): Record<string, string> {
  const { extension = [] } = typed<Basic>(resource);
  const url = own.structure(SETTINGS);
  return Object.fromEntries(
    extension.flatMap((outer, at) =>
      outer.url === url
        ? (outer.extension ?? []).map((one, i) => [`Basic.extension[${at}].extension[${i}]`, one.url])
        : [],
    ),
  );
}
