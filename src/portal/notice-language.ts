/** The languages of what people read, of those that are enabled. BCP 47: https://www.rfc-editor.org/info/bcp47 */

/** The languages of the portal: those enabled, and the one for everybody else. */
export interface Languages {
  readonly language: readonly string[];
  readonly 'default-language': string;
}

const base = (tag: string): string => tag.split('-')[0] ?? tag;

/** `ar-SA`, `ar`, then the default; of the requested ones those that are enabled. */
export function languageCandidates(requested: string | undefined, settings: Languages): string[] {
  const enabled = new Set(settings.language.map(base));
  const wanted = requested === undefined || !enabled.has(base(requested)) ? [] : [requested, base(requested)];
  const fallback = settings['default-language'];
  return [...new Set([...wanted, fallback, base(fallback), 'en'])];
}

/** The language in which a person is written to: of the requested one, where it is enabled, else the default. */
export const languageUsed = (requested: string | undefined, settings: Languages): string =>
  languageCandidates(requested, settings)[0]!;
