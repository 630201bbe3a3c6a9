/** The languages of what people read. BCP 47: https://www.rfc-editor.org/info/bcp47 */
import { dir } from 'i18next';
import Negotiator from 'negotiator';

/** The languages of the portal: those enabled, and the one for everybody else. */
export interface Languages {
  readonly language: readonly string[];
  readonly 'default-language': string;
}

/** Of the texts that every other language is a translation of. */
export const SOURCE = 'en';

/** Characters of an Accept-Language header: a longer one costs time and means nothing. */
const LONGEST = 1000;

/** `zh-Hant-TW`, `zh-Hant`, `zh`. https://www.rfc-editor.org/rfc/rfc4647#section-3.4 */
export function rangesOf(tag: string): string[] {
  const parts = tag.split('-');
  const all = parts.map((_, i) => parts.slice(0, parts.length - i).join('-'));
  // A single letter or digit begins an extension, and means nothing at the end.
  return all.filter(range => !/-[a-z\d]$/i.test(range));
}

const base = (tag: string): string => tag.split('-')[0] ?? tag;

/** `ar-SA`, `ar`, then the default; of the requested ones those that are enabled. */
export function languageCandidates(requested: string | undefined, settings: Languages): string[] {
  const enabled = new Set(settings.language.map(base));
  const wanted = requested === undefined || !enabled.has(base(requested)) ? [] : rangesOf(requested);
  return [...new Set([...wanted, ...rangesOf(settings['default-language'])])];
}

/** The language in which a person is written to: of the requested one, where it is enabled, else the default. */
export const languageUsed = (requested: string | undefined, settings: Languages): string =>
  languageCandidates(requested, settings)[0]!;

/**
 * The enabled language in which a reader is answered: the one asked for, else that of Accept-Language, else the default.
 * @param asked of any type: what a query holds
 */
export function readerLanguage(asked: unknown, acceptLanguage: string | undefined, settings: Languages): string {
  const { language: enabled, 'default-language': usual } = settings;
  return (
    (typeof asked === 'string' ? enabledOf(asked, enabled) : undefined) ??
    enabledOf(acceptLanguage, [usual, ...enabled]) ??
    usual
  );
}

/** @param ranges as in Accept-Language. https://www.rfc-editor.org/rfc/rfc9110#field.accept-language */
function enabledOf(ranges: string | undefined, enabled: readonly string[]): string | undefined {
  if (ranges === undefined || ranges.length > LONGEST) return undefined;
  return new Negotiator({ headers: { 'accept-language': ranges } }).language(enabled);
}

export const directionOf = (language: string): 'ltr' | 'rtl' => dir(language);

/** As its own speakers write it: `العربية`. */
export const ownName = (language: string): string =>
  new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
