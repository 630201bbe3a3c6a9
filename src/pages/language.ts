/** Languages of the pages: by `?lang=`, else by Accept-Language, else English. */

export type Language = 'en' | 'ar';

const languages: readonly string[] = ['en', 'ar'] satisfies Language[];

const isLanguage = (text: unknown): text is Language => languages.includes(text as string);

export const directionOf = (language: Language): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');

/** The language a reader is answered in. */
export function chooseLanguage(asked: unknown, acceptLanguage: string | undefined): Language {
  if (isLanguage(asked)) return asked;
  const ranked = (acceptLanguage ?? '')
    .split(',', 20)
    .map(range => {
      const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
      const quality = Number(
        parameters
          .find(one => one.trim().startsWith('q='))
          ?.trim()
          .slice(2) ?? 1,
      );
      return { language: tag.split('-', 1)[0], quality };
    })
    .filter(({ language, quality }) => isLanguage(language) && quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return (ranked[0]?.language as Language | undefined) ?? 'en';
}
