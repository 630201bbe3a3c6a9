/**
 * A translation: a Basic (profile portal-translation) with the portal's texts in one language, its `language`. Each text is an
 * extension with its key. https://hl7.org/fhir/R4/basic.html
 */
import type { Basic, Extension } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { Issue } from '../fhir/fault.js';
import { languageTag } from '../fhir/language-tag.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { sourceTexts, type Translation } from './words.js';

/** Name of the profile, and of the code. */
export const TRANSLATION = 'portal-translation';
/** Name of the extension of a text. */
const TEXT = 'portal-text';
/** Translations that a portal has at most. */
export const MOST_TRANSLATIONS = 200;
/** Characters of one text. */
const LONGEST = 2000;

export const isTranslation = ({ code }: Basic, own: OwnCanonicals): boolean =>
  own.hasCode([code], 'basic-type', TRANSLATION);

/** A text as it stands in the resource. */
interface Given {
  readonly key: string;
  readonly text: string;
  /** FHIRPath of its extension. */
  readonly expression: string;
}

function givenIn({ extension = [] }: Basic, own: OwnCanonicals): Given[] {
  return extension.flatMap(({ url, extension: parts = [] }, at) => {
    if (url !== own.structure(TEXT)) return [];
    const part = (name: string): Extension | undefined => parts.find(one => one.url === name);
    const [key = '', text = ''] = [part('key')?.valueCode, part('text')?.valueString];
    return [{ key, text, expression: `Basic.extension[${at}]` }];
  });
}

/** The texts of a resource that the portal took. */
export const translationOf = (resource: Basic, own: OwnCanonicals): Translation =>
  Object.fromEntries(givenIn(resource, own).map(({ key, text }) => [key, text]));

/** The resource with these texts in place of those it has. */
export function withTexts<R extends Pick<Basic, 'extension'>>(resource: R, texts: Translation, own: OwnCanonicals): R {
  const others = (resource.extension ?? []).filter(({ url }) => url !== own.structure(TEXT));
  const all = Object.entries(texts).map(([key, text]) => ({
    url: own.structure(TEXT),
    extension: [
      { url: 'key', valueCode: key },
      { url: 'text', valueString: text },
    ],
  }));
  const { extension: _before, ...rest } = resource;
  return { ...rest, ...defined({ extension: others.length + all.length > 0 ? [...others, ...all] : undefined }) } as R;
}

/** What is wrong with a resource that holds to its profile, each with its FHIRPath. */
export function translationIssues(resource: Basic, own: OwnCanonicals): Issue[] {
  const { language = '' } = resource;
  if (languageTag(language) !== language) {
    return [issue('language must be a language tag in its usual form, as fr or pt-BR.', 'Basic.language')];
  }
  const source = sourceTexts(language);
  const seen = new Set<string>();
  return givenIn(resource, own).flatMap(given => {
    const repeated = seen.has(given.key);
    seen.add(given.key);
    const wrong = repeated ? `The text ${given.key} is given twice.` : wrongText(given, source);
    return wrong === undefined ? [] : [issue(wrong, given.expression)];
  });
}

function wrongText({ key, text }: Given, source: ReadonlyMap<string, string>): string | undefined {
  const original = source.get(key);
  if (original === undefined) return `There is no text ${key}: Basic/$untranslated lists them.`;
  if (text.length > LONGEST) return `The text ${key} must have at most ${LONGEST} characters.`;
  if (/\p{Cc}/u.test(text)) return `The text ${key} must be one line.`;
  const known = new Set(valuesIn(original));
  const unknown = valuesIn(text).find(name => !known.has(name));
  if (unknown === undefined) return undefined;
  return `The text ${key} has the values ${[...known].join(', ') || 'none'}, and not ${unknown}.`;
}

/** What stands between the braces of a text: `{{count, number}}`. */
const valuesIn = (text: string): string[] =>
  [...text.matchAll(/\{\{-?\s*([^{}]*?)\s*\}\}/g)].map(([, name = '']) => name);

const issue = (diagnostics: string, expression: string): Issue => ({
  severity: 'error',
  code: 'business-rule',
  diagnostics,
  expression,
});
