/**
 * The style of all pages: system fonts, logical properties (both directions by one sheet), light and dark, narrow
 * screens, print. Limestone, ink and verdigris; contrast meets WCAG 2.2 AA.
 */
import { base } from './style-base.js';
import { parts } from './style-parts.js';

export const style = (base + parts).replace(/\s+/g, ' ').trim();
