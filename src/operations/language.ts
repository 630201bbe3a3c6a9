/** The parameter `language`. BCP 47: https://www.rfc-editor.org/info/bcp47 */
import type { Values } from '../service.js';
import { wrongParameter } from './person-parameters.js';

/** In its canonical form. Fault `invalid`. */
export function languageTag(input: Values): string | undefined {
  const tag = input['language'] as string | undefined;
  if (tag === undefined) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    throw wrongParameter('language', 'a language tag such as en or ar-SA');
  }
}
