/** HTML of e-mails: what administrators may write, and what is taken out of it. https://github.com/apostrophecms/sanitize-html */
import sanitizeHtml, { type Attributes, type IOptions } from 'sanitize-html';

const BLOCKS = [
  'p',
  'div',
  'h1',
  'h2',
  'h3',
  'ul',
  'ol',
  'li',
  'blockquote',
  'table',
  'tbody',
  'thead',
  'tr',
  'td',
  'th',
];
const INLINE = ['a', 'b', 'bdi', 'bdo', 'br', 'code', 'em', 'hr', 'i', 'small', 'span', 'strong', 'u'];
const ATTRIBUTES: Readonly<Record<string, string[]>> = { '*': ['dir', 'lang', 'style'], a: ['href'] };
const SCHEMES = ['https', 'http', 'mailto', 'tel'];

/** Neither functions nor addresses. */
const VALUE = [/^[#\w\s.,%'"-]+$/];
const PROPERTIES = [
  ...['background', 'background-color', 'border', 'border-radius', 'border-top', 'color', 'display', 'font'],
  ...['font-family', 'font-size', 'font-weight', 'letter-spacing', 'line-height', 'margin', 'margin-top'],
  ...['margin-bottom', 'padding', 'text-align', 'text-decoration', 'width'],
];

const options: IOptions = {
  allowedTags: [...BLOCKS, ...INLINE],
  allowedAttributes: ATTRIBUTES,
  allowedSchemes: SCHEMES,
  allowProtocolRelative: false,
  allowedStyles: { '*': Object.fromEntries(PROPERTIES.map(name => [name, VALUE])) },
};

/** The HTML without all that is not allowed. */
export const sanitized = (html: string): string => sanitizeHtml(html, options);

/** The first name in it that is not allowed: of an element, an attribute, or the scheme of an address. */
export function refusedName(html: string): string | undefined {
  const found: string[] = [];
  const onOpenTag = (name: string, attributes: Attributes): void => {
    found.push(...refusedIn(name, attributes));
  };
  sanitizeHtml(html, { ...options, onOpenTag });
  return found[0];
}

function refusedIn(name: string, attributes: Attributes): string[] {
  if (!options.allowedTags || !options.allowedTags.includes(name)) return [name];
  const allowed = [...(ATTRIBUTES['*'] ?? []), ...(ATTRIBUTES[name] ?? [])];
  const other = Object.keys(attributes).filter(one => !allowed.includes(one));
  const scheme = /^\s*([a-z][a-z\d+.-]*):/i.exec(attributes['href'] ?? '')?.[1]?.toLowerCase();
  return [...other, ...(scheme === undefined || SCHEMES.includes(scheme) ? [] : [`${scheme}:`])];
}
