/** A wording as its pages see it, and as it is after its texts in one language were changed. */
import type { ActivityDefinition, Extension } from 'fhir/r4.js';
import type { OwnCanonicals } from '../../../fhir/own-canonicals.js';
import type { Resource } from '../../../fhir/resource.js';
import type { PlainTexts } from '../../../texts/words.js';
import { PARTS, TEXT, textsIn, wordingOf, type NoticeText } from '../../../wording/wording.js';
import { html, type Html } from '../../html.js';
import type { Fields } from '../../account/visit.js';
import { wordFor } from '../../scope-words.js';

export const asWording = (resource: Resource): ActivityDefinition => resource as unknown as ActivityDefinition;

/** The event, and the topic of an invitation. */
export function noticeName(wording: ActivityDefinition, own: OwnCanonicals, words: PlainTexts): Html {
  const { event, topic } = wordingOf(wording, own);
  return html`${wordFor('event', event, words)}${topic !== undefined && html` · <bdi>${topic}</bdi>`}`;
}

/** The templates in a language; of one that has none yet those of the first, to be translated. */
export function templatesIn(wording: ActivityDefinition, language: string, own: OwnCanonicals): NoticeText | undefined {
  const texts = textsIn(wording, own).map(({ value }) => value);
  return texts.find(one => one.language === language) ?? texts[0];
}

/** @param fields the templates, by part; a part that is empty is left out */
export function changedIn(
  wording: ActivityDefinition,
  language: string,
  fields: Fields,
  own: OwnCanonicals,
): ActivityDefinition {
  const url = own.structure(TEXT);
  const parts = PARTS.flatMap((part): Extension[] => {
    // Forms send line ends as CR LF. https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
    const text = fields(part).replaceAll('\r\n', '\n').trim();
    return text === '' ? [] : [{ url: part, valueString: text }];
  });
  const text: Extension = { url, extension: [{ url: 'language', valueCode: language }, ...parts] };
  const all = wording.extension ?? [];
  const at = all.findIndex(one => one.url === url && languageIn(one) === language);
  return { ...wording, extension: at < 0 ? [...all, text] : all.with(at, text) };
}

const languageIn = ({ extension = [] }: Extension): string | undefined =>
  extension.find(({ url }) => url === 'language')?.valueCode;
