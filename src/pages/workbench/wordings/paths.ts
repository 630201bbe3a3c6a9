/** Where the pages of wordings are. */
import { WORKBENCH } from '../parts.js';

export const WORDINGS = `${WORKBENCH}/wordings`;
export const WORDING_PAGE = `${WORDINGS}/wording`;
export const PREVIEW = `${WORDINGS}/preview`;
