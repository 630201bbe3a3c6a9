/**
 * The style of all pages: system fonts, logical properties (both directions by one sheet), light and dark, narrow
 * screens, print. One file of many, so that a browser asks once and keeps it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files of styles/ in the order in which their rules count. */
const sheets = ['base', 'banner', 'headings', 'hero', 'text', 'endpoint', 'mail', 'footer', 'narrow', 'print'];

const sheet = (name: string): string => readFileSync(join(import.meta.dirname, 'styles', `${name}.css`), 'utf8');

/** Without comments and indentation. */
export const style = sheets
  .map(sheet)
  .join('')
  .replace(/\/\*.*?\*\//gs, '')
  .replace(/\s+/g, ' ')
  .trim();
