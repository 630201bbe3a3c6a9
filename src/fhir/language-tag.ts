/** Language tags. BCP 47: https://www.rfc-editor.org/info/bcp47 */

/** A tag in its usual form, as `en` or `ar-SA`; undefined for what is none. */
export function languageTag(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
}
