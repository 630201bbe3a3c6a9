/**
 * The style of all pages: system fonts, logical properties (one sheet for both directions of writing), light and dark,
 * narrow screens, print. The sheets are served as one file, which browsers keep.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files of styles/; later rules win. */
const sheets = [
  'base',
  'banner',
  'headings',
  'hero',
  'text',
  'endpoint',
  'mail',
  'form',
  'consent',
  'apps',
  'relations',
  'resource',
  'workbench',
  'members',
  'administration',
  'footer',
  'narrow',
  'print',
];

const sheet = (name: string): string => readFileSync(join(import.meta.dirname, 'styles', `${name}.css`), 'utf8');

/** Without comments and indentation. */
export const style = sheets
  .map(sheet)
  .join('')
  .replace(/\/\*.*?\*\//gs, '')
  .replace(/\s+/g, ' ')
  .trim();
