/** htmx and its server-sent events, as the package ships them. https://four.htmx.org */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { assetOf, SCRIPT } from './asset.js';

const { resolve } = createRequire(import.meta.url);

/** One file: htmx looks for what a page asks of its extensions before a second file would have run. */
const parts = ['htmx.min.js', 'ext/hx-sse.min.js'];

export const htmx = assetOf(
  'htmx',
  'js',
  SCRIPT,
  parts.map(file => readFileSync(resolve(`htmx.org/dist/${file}`), 'utf8')).join('\n;\n'),
);

/** What the policy of pages forbids is not tried: no style in the page; what needs `eval` (`hx-on`, `js:`, filters) does not work. */
export const htmxSettings = JSON.stringify({ includeIndicatorCSS: false, extensions: 'sse', mode: 'same-origin' });
