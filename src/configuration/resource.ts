/**
 * The configuration resource: a Basic (profile portal-configuration) with one id. Its settings are extensions inside one
 * extension, named as in settings.table.ts. https://hl7.org/fhir/R4/basic.html
 */
import type { Basic, Extension } from 'fhir/r4.js';
import type { Issue } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { contrast, LEGIBLE } from './color.js';
import { elementOf, type Setting } from './setting.js';
import { settings, type Configuration, type SettingName } from './settings.table.js';

export const CONFIGURATION_ID = 'portal-configuration';
/** Name of the profile, and of the code. */
const PROFILE = 'portal-configuration';
/** Name of the extension around all settings. */
export const SETTINGS = 'portal-settings';

const names = Object.keys(settings) as SettingName[];
const tableOf = (name: string): Setting | undefined =>
  Object.hasOwn(settings, name) ? settings[name as SettingName] : undefined;

/** Canonical URL of its profile. */
export const profileOf = (own: OwnCanonicals): string => own.structure(PROFILE);

/** The configuration of a server where nobody has set anything. */
const emptyConfiguration = (own: OwnCanonicals): Basic => ({
  resourceType: 'Basic',
  id: CONFIGURATION_ID,
  meta: { profile: [profileOf(own)] },
  code: own.concept('basic-type', PROFILE),
});

/** The configuration of a server at its first start, with this default language. */
export function firstConfiguration(own: OwnCanonicals, language: string): Basic {
  const { 'default-language': usual, language: enabled } = settings;
  if (language === usual.fallback) return emptyConfiguration(own);
  const languages = [...new Set([...enabled.fallback, language])].map(valueCode => ({ url: 'language', valueCode }));
  const extension = [{ url: 'default-language', valueCode: language }, ...languages];
  return { ...emptyConfiguration(own), extension: [{ url: own.structure(SETTINGS), extension }] };
}

export const isConfiguration = ({ id, code }: Basic, own: OwnCanonicals): boolean =>
  id === CONFIGURATION_ID && own.hasCode([code], 'basic-type', PROFILE);

/** A setting as it stands in the resource. */
interface Given {
  readonly name: string;
  readonly value: unknown;
  /** FHIRPath of its value. */
  readonly expression: string;
}

function givenIn({ extension = [] }: Basic, own: OwnCanonicals): Given[] {
  return extension.flatMap(({ url, extension: inner = [] }, at) =>
    url === own.structure(SETTINGS)
      ? inner.map((one, i) => givenBy(one, `Basic.extension[${at}].extension[${i}]`))
      : [],
  );
}

function givenBy(extension: Extension, path: string): Given {
  const setting = tableOf(extension.url);
  const value = setting && (extension as unknown as Record<string, unknown>)[elementOf(setting)];
  return { name: extension.url, value, expression: `${path}.value` };
}

/** The typed value of a resource that holds to its profile. */
export function configurationOf(resource: Basic | undefined, own: OwnCanonicals): Configuration {
  const given = Map.groupBy(resource ? givenIn(resource, own) : [], ({ name }) => name);
  const entries = names.map(name => {
    const values = given
      .get(name)
      ?.map(({ value }) => value)
      .filter(value => value !== undefined);
    const { repeats, fallback } = settings[name] as Setting;
    if (!values || values.length === 0) return [name, fallback];
    return [name, repeats ? Object.freeze([...new Set(values)]) : values[0]];
  });
  return Object.freeze(Object.fromEntries(entries)) as Configuration;
}

/** What is wrong with the values of a resource that holds to its profile, each with its FHIRPath. */
export function configurationIssues(resource: Basic, own: OwnCanonicals): Issue[] {
  const given = givenIn(resource, own);
  const single = given.flatMap(({ name, value, expression }) => {
    const expected = tableOf(name)?.wrong?.(value as never);
    return expected === undefined ? [] : [issue(`${name} must be ${expected}.`, expression)];
  });
  const next = configurationOf(resource, own);
  return [...single, ...disabledDefault(next, given), ...paleAccent(next, given)];
}

/** People whose language is unknown get texts in the default language, so it is enabled. */
function disabledDefault(configuration: Configuration, given: readonly Given[]): Issue[] {
  const { 'default-language': language, language: enabled } = configuration;
  if (enabled.includes(language)) return [];
  const at = given.find(({ name }) => name === 'default-language') ?? given.find(({ name }) => name === 'language');
  return [
    issue('default-language must be one of the languages that are enabled.', at?.expression ?? 'Basic.extension'),
  ];
}

/** Links stand on the paper. */
function paleAccent(configuration: Configuration, given: readonly Given[]): Issue[] {
  if (contrast(configuration['accent-color'], configuration['paper-color']) >= LEGIBLE) return [];
  const at = given.find(({ name }) => name === 'accent-color') ?? given.find(({ name }) => name === 'paper-color');
  return [issue('accent-color must have a contrast of 4.5 to paper-color.', at?.expression ?? 'Basic.extension')];
}

const issue = (diagnostics: string, expression: string): Issue => ({
  severity: 'error',
  code: 'business-rule',
  diagnostics,
  expression,
});

/** A setting whose value changes. */
export interface ChangedSetting {
  readonly name: SettingName;
  readonly before: string;
  readonly after: string;
}

/** What a new version of the configuration changes, for the audit. */
export function changedSettings(before: Configuration, after: Configuration): ChangedSetting[] {
  const said = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value));
  return names
    .map(name => ({ name, before: said(before[name]), after: said(after[name]) }))
    .filter(change => change.before !== change.after);
}
