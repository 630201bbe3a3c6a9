/** The texts of pages in each language, for configuration managers. */
import type { Section } from '../parts.js';
import { KEPT } from './editor.js';
import { languagePage, saveTexts } from './language.js';
import { translationsPage } from './list.js';
import { LANGUAGE, TRANSLATIONS } from './paths.js';

export const translationsSection: Section = {
  path: TRANSLATIONS,
  word: 'translations',
  roles: ['configuration-manager'],
  pages: [
    { path: TRANSLATIONS, show: translationsPage },
    { path: LANGUAGE, keeps: KEPT, isLong: true, show: languagePage, take: saveTexts },
  ],
};
