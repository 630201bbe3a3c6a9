/** The parameter `language` of operations. */
import { languageTag } from '../fhir/language-tag.js';
import { wrongParameter } from './person-parameters.js';

/** In its usual form. Fault `invalid`. */
export function statedLanguage({ language: tag }: { language?: string }): string | undefined {
  if (tag === undefined) return undefined;
  const usual = languageTag(tag);
  if (usual === undefined) throw wrongParameter('language', 'a language tag such as en or ar-SA');
  return usual;
}
