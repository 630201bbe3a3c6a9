/** JSON as it is written, with marks for its parts, and its references as links. */
import { isObject, type Json } from '../../fhir/resource.js';
import { html, type Html } from '../html.js';
import { addressPath, referencePath, type PageBase } from './links.js';

/** Names of elements that hold addresses of this server. */
const ADDRESSES = new Set(['fullUrl', 'url', 'location']);

/** Indented by two. */
export const jsonView = (value: Json, base: PageBase): Html =>
  html`<pre class="json" dir="ltr" tabindex="0"><code>${written(value, '\n', '', base)}</code></pre>`;

function written(value: Json, margin: string, name: string, base: PageBase): Html {
  if (typeof value === 'string') return textOf(value, name, base);
  if (Array.isArray(value))
    return list(
      '[',
      ']',
      value.map(item => written(item, `${margin}  `, name, base)),
      margin,
    );
  if (isObject(value) && !isDecimal(value)) return list('{', '}', membersOf(value, `${margin}  `, base), margin);
  return html`<span class="literal">${JSON.stringify(value)}</span>`;
}

/** V8's raw JSON holds no element of FHIR. */
const isDecimal = (value: object): boolean => Object.hasOwn(value, 'rawJSON');

function membersOf(value: Readonly<Record<string, Json | undefined>>, margin: string, base: PageBase): Html[] {
  return Object.entries(value).flatMap(([name, item]) =>
    item === undefined
      ? []
      : [html`<span class="name">${JSON.stringify(name)}</span>: ${written(item, margin, name, base)}`],
  );
}

function list(open: string, close: string, items: readonly Html[], margin: string): Html {
  if (items.length === 0) return html`${open}${close}`;
  const inner = `${margin}  `;
  return html`${open}${items.map((item, at) => html`${at === 0 ? '' : ','}${inner}${item}`)}${margin}${close}`;
}

function textOf(value: string, name: string, base: PageBase): Html {
  const text = html`<span class="text">${JSON.stringify(value)}</span>`;
  const path =
    name === 'reference' ? referencePath(value, base) : ADDRESSES.has(name) ? addressPath(value, base) : undefined;
  return path === undefined ? text : html`<a href="${path}">${text}</a>`;
}
