/**
 * The texts that people read, by language. A text with a number has a form for each plural category of its language, as in
 * `waitSeconds_one`. https://www.i18next.com, https://cldr.unicode.org/index/cldr-spec/plural-rules
 */
import { createInstance, type i18n, type TFunction } from 'i18next';
import * as account from './account.table.js';
import * as authorization from './authorization.table.js';
import * as external from './external.table.js';
import { directionOf, languageCandidates, rangesOf, SOURCE, type Languages } from './language.js';
import * as notices from './notices.table.js';
import * as outcomes from './outcomes.table.js';
import * as pages from './pages.table.js';
import * as profile from './profile.table.js';
import * as relations from './relations.table.js';
import * as resource from './resource.table.js';
import * as workbenchAdministration from './workbench-administration.table.js';
import * as workbench from './workbench.table.js';
import * as noticeNames from './notice-names.table.js';
import * as workbenchAudit from './workbench-audit.table.js';
import * as workbenchDeliveries from './workbench-deliveries.table.js';
import * as workbenchWorkload from './workbench-workload.table.js';
import * as workbenchWordings from './workbench-wordings.table.js';
import * as workbenchMembers from './workbench-members.table.js';

const english = {
  ...{ ...pages.english, ...account.english, ...authorization.english, ...external.english },
  ...{ ...resource.english, ...notices.english, ...outcomes.english, ...relations.english, ...profile.english },
  ...workbench.english,
  ...workbenchMembers.english,
  ...workbenchWordings.english,
  ...{ ...workbenchDeliveries.english, ...noticeNames.english, ...workbenchAudit.english },
  ...workbenchAdministration.english,
  ...workbenchWorkload.english,
};

type Source = typeof english;
type Category = 'zero' | 'one' | 'two' | 'few' | 'many' | 'other';
type Key = keyof Source;

/** The name of a text that has plural forms. */
type PluralKey = Key extends infer One ? (One extends `${infer Name}_other` ? Name : never) : never;
type SingleKey = Exclude<Key, `${PluralKey}_${Category}`>;
/** The name of a text without values. */
export type PlainKey = {
  [Name in SingleKey]: Source[Name] extends `${string}{{${string}` ? never : Name;
}[SingleKey];
/** The name of a text with values. */
type FilledKey = Exclude<SingleKey, PlainKey> | PluralKey;

type Translated = Readonly<Record<SingleKey, string> & Partial<Record<`${PluralKey}_${Category}`, string>>>;
const arabic: Translated = {
  ...{ ...pages.arabic, ...account.arabic, ...authorization.arabic, ...external.arabic },
  ...{ ...resource.arabic, ...notices.arabic, ...outcomes.arabic, ...relations.arabic, ...profile.arabic },
  ...workbench.arabic,
  ...workbenchMembers.arabic,
  ...workbenchWordings.arabic,
  ...{ ...workbenchDeliveries.arabic, ...noticeNames.arabic, ...workbenchAudit.arabic },
  ...workbenchAdministration.arabic,
  ...workbenchWorkload.arabic,
};

/** Texts of one language by key; of a text with a number, by key and plural category: `waitSeconds_few`. */
export type Translation = Readonly<Record<string, string>>;

/** The texts without values, by key. */
export type PlainTexts = Readonly<Record<PlainKey, string>>;

/** A text with values; `count` decides on its plural form. */
export type Translate = (key: FilledKey, values: Readonly<Record<string, string | number>>) => string;

/** The texts for a reader. */
export interface Words {
  /** BCP 47. */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  readonly texts: PlainTexts;
  readonly t: Translate;
}

export interface Texts {
  /** In this language; a text that it lacks in the language that it is a variant of (`ar` of `ar-LB`), else in the default. */
  in(language: string | undefined): Words;
  /** The texts that a language, and those that it is a variant of, lack: by key, in the source language. */
  missing(language: string): Map<string, string>;
}

/** The texts as they are installed. */
const shipped: Readonly<Record<string, Translation>> = { [SOURCE]: english, ar: arabic };

/** The texts of a language, and of those that it is a variant of, as they are installed. */
export const shippedIn = (language: string): Translation =>
  Object.assign(
    {},
    ...rangesOf(language)
      .toReversed()
      .map(range => shipped[range]),
  ) as Translation;

/** @param translations by language: they take precedence over the shipped texts */
export function createTexts(translations: ReadonlyMap<string, Translation>, settings: Languages): Texts {
  const languages = new Set([...Object.keys(shipped), ...translations.keys()]);
  const all = new Map(
    [...languages].map(language => [language, { ...shipped[language], ...translations.get(language) }]),
  );
  const engine = engineOf(all, settings);
  const known = new Map<string, Words>();
  return {
    in(requested) {
      const candidates = languageCandidates(requested, settings);
      const language = candidates.find(one => rangesOf(one).some(range => all.has(range))) ?? SOURCE;
      const words = known.get(language) ?? wordsOf(language, engine.getFixedT(language));
      if (settings.language.includes(language)) known.set(language, words);
      return words;
    },
    missing(language) {
      const own = Object.assign({}, ...rangesOf(language).map(range => all.get(range))) as Translation;
      return new Map([...sourceTexts(language)].filter(([key]) => !Object.hasOwn(own, key)));
    },
  };
}

function engineOf(all: ReadonlyMap<string, Translation>, settings: Languages): i18n {
  const engine = createInstance();
  void engine.init({
    initAsync: false,
    resources: Object.fromEntries([...all].map(([language, translation]) => [language, { translation }])),
    fallbackLng: [...languageCandidates(undefined, settings), SOURCE],
    keySeparator: false,
    nsSeparator: false,
    // Pages escape what they show, and a subject or a text message is no HTML.
    interpolation: { escapeValue: false },
  });
  return engine;
}

/** A text holds no other text: `nest` would look for some in the values as well. */
function wordsOf(language: string, translate: TFunction): Words {
  const t = (key: string, values?: object): string => translate(key, { ...values, nest: false });
  const texts = Object.fromEntries(PLAIN.map(key => [key, t(key)])) as PlainTexts;
  return { language, direction: directionOf(language), texts, t };
}

const PLAIN = Object.entries(english).flatMap(([key, text]) => (text.includes('{{') ? [] : [key]));

/** The keys that a translation into this language has, each with its text in the source language. */
export function sourceTexts(language: string): Map<string, string> {
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  return new Map(
    Object.entries(english).flatMap(([key, text]): [string, string][] => {
      const [name = key, category] = key.split('_');
      if (category === undefined) return [[key, text]];
      return category === 'other' ? pluralCategories.map(one => [`${name}_${one}`, text]) : [];
    }),
  );
}
