/** What stands in a sandboxed frame of a page: an e-mail, or a preview of one. */
import { html, type Html } from './html.js';
import type { Frame } from './layout.js';

/** No scripts, no loading but of the own style, framed by our own pages only. */
export const frameHeaders = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'",
};

export const framed = (
  { words, assets }: Pick<Frame, 'words' | 'assets'>,
  { title, content }: { readonly title: string; readonly content: Html },
): string =>
  html`<!doctype html>
    <html lang="${words.language}" dir="${words.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="${assets.style}" />
      </head>
      <body class="framed">
        <main>${content}</main>
      </body>
    </html>`.text;
