/** The parameter `language`. BCP 47: https://www.rfc-editor.org/info/bcp47 */
import { wrongParameter } from './person-parameters.js';

/** In its canonical form. Fault `invalid`. */
export function languageTag({ language: tag }: { language?: string }): string | undefined {
  if (tag === undefined) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    throw wrongParameter('language', 'a language tag such as en or ar-SA');
  }
}
