/** htmx and its server-sent events, as the package ships them. https://four.htmx.org */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { assetOf, SCRIPT, type Asset } from './asset.js';

const { resolve } = createRequire(import.meta.url);

const shipped = (name: string, file: string): Asset =>
  assetOf(name, 'js', SCRIPT, readFileSync(resolve(`htmx.org/dist/${file}`)));

export const htmx = shipped('htmx', 'htmx.min.js');
export const htmxEvents = shipped('htmx-sse', 'ext/hx-sse.min.js');

/** What the policy of pages forbids is not tried: no style in the page; what needs `eval` (`hx-on`, `js:`, filters) does not work. */
export const htmxSettings = JSON.stringify({ includeIndicatorCSS: false, extensions: 'sse', mode: 'same-origin' });
