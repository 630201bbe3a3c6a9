/** The wordings of notices, for configuration managers. */
import { backTo, type Section } from '../parts.js';
import { saveWording, wordingPage } from './editor.js';
import { wordingsPage } from './list.js';
import { PREVIEW, WORDING_PAGE, WORDINGS } from './paths.js';
import { previewWording } from './preview.js';

const keeps = ['id', 'for'];

export const wordingsSection: Section = {
  path: WORDINGS,
  word: 'wordings',
  roles: ['configuration-manager'],
  pages: [
    { path: WORDINGS, keeps: ['page'], show: wordingsPage },
    { path: WORDING_PAGE, keeps, isLong: true, show: wordingPage, take: saveWording },
    { path: PREVIEW, ...backTo(WORDING_PAGE, keeps), isLong: true, take: previewWording },
  ],
};
