/** Basic/$untranslated: the texts and wordings that languages lack. */
import { statedLanguage } from '../../portal/language-parameter.js';
import type { HandlerParts, Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { UntranslatedInput, UntranslatedOutput } from '../types.js';

export type UntranslatedParts = Pick<HandlerParts, 'texts' | 'wordings' | 'configuration'>;

export const createUntranslated = ({
  texts,
  wordings,
  configuration,
}: UntranslatedParts): Operation<UntranslatedInput, UntranslatedOutput> => ({
  definition: definitionOf('Basic', 'untranslated'),
  async handler(input) {
    const stated = statedLanguage(input);
    const languages = stated === undefined ? (await configuration()).language : [stated];
    const known = await texts();
    const language = languages.map(async tag => ({
      tag,
      text: [...known.missing(tag)].map(([key, source]) => ({ key, source })),
      wording: await wordings.missing(tag),
    }));
    return { output: { language: await Promise.all(language) } };
  },
});
