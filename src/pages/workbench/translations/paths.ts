/** Where the pages of translations are. */
import { WORKBENCH } from '../parts.js';

export const TRANSLATIONS = `${WORKBENCH}/translations`;
export const LANGUAGE = `${TRANSLATIONS}/language`;
