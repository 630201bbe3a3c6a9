/** What people call the types and categories of scopes, and the codes of relations. */
import type { PlainTexts } from '../texts/words.js';
import { html, type Html } from './html.js';

/** What people call a type or a category; the code where there is no word for it. */
export function wordFor(
  kind: 'type' | 'category' | 'function' | 'basis' | 'relative' | 'event' | 'delivery' | 'channel',
  code: string,
  words: PlainTexts,
): Html {
  const name = code === '*' ? 'All' : code.split('-').map(capitalized).join('');
  const word = (words as Readonly<Record<string, string>>)[kind + name];
  return word === undefined ? html`<bdi dir="ltr">${code}</bdi>` : html`${word}`;
}

const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
