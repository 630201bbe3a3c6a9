/** The frame of every page: head, banner, footer. It needs no script. */
import type { Brand } from './brand.js';
import { html, type Html } from './html.js';
import type { Asset } from './asset.js';
import { htmx, htmxSettings } from './htmx.js';
import { ownName } from '../texts/language.js';
import { mark } from './mark.js';
import type { Words } from '../texts/words.js';

/** Addresses of a page's files; they contain a hash of the content. */
export interface Assets {
  style: string;
  icon: string;
  brand?: Brand;
}

type KeptQuery = Readonly<Record<string, string>> | URLSearchParams;

export interface Frame {
  /** The texts for its reader. */
  words: Words;
  /** Those that are enabled. */
  languages: readonly string[];
  /** Path of this page: the links to other languages lead here. */
  path: string;
  /** Kept in those links. */
  query?: KeptQuery;
  title: string;
  version: string;
  assets: Assets;
  /** Scripts, in their order, without which the page works too. */
  scripts?: readonly Asset[] | undefined;
  /** The tabs of a desk: its pages are as wide as the window allows. */
  tabs?: Html | undefined;
}

/** A whole HTML document around `content`. */
export function page(
  { words, languages, path, query = {}, title, version, assets, scripts = [], tabs }: Frame,
  content: Html,
): string {
  const { language, direction, texts } = words;
  const { brand = {} } = assets;
  return html`<!doctype html>
    <html lang="${language}" dir="${direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="${assets.style}" />
        ${scripts.includes(htmx) && html`<meta name="htmx-config" content="${htmxSettings}" />`}
        ${scripts.map(({ path: file, integrity }) => html`<script src="${file}" integrity="${integrity}" defer></script>`)}
        ${brand.style && html`<link rel="stylesheet" href="${brand.style.path}" />`}
        <link rel="icon" type="${brand.icon?.type ?? 'image/svg+xml'}" href="${brand.icon?.path ?? assets.icon}" />
      </head>
      <body${tabs && html` class="desk"`}>
        <a class="skip" href="#content">${texts.skip}</a>
        <header class="banner">
          <a class="brand" href="/?lang=${language}"
            >${brand.icon ? html`<img class="mark" src="${brand.icon.path}" alt="" />` : mark}<span
              >${brand.title ?? texts.software}</span
            ></a
          >
          ${languages.length > 1 && languageSwitch(words, languages, path, query)}
        </header>
        ${tabs}
        <main id="content" tabindex="-1">${content}</main>
        <footer>
          <p>${texts.software} <bdi>${version}</bdi> · <bdi>FHIR R4 (4.0.1)</bdi> · <bdi>Apache-2.0</bdi></p>
          <p>${texts.trademark}</p>
        </footer>
      </body>
    </html>`.text;
}

function languageSwitch(
  { language: current, texts }: Words,
  languages: readonly string[],
  path: string,
  query: KeptQuery,
): Html {
  const address = (lang: string): string => {
    const kept = new URLSearchParams(query);
    kept.set('lang', lang);
    return `${path}?${kept.toString()}`;
  };
  return html`<nav aria-label="${texts.languages}">
    <ul>
      ${languages.map(
        language =>
          html`<li>
            <a
              href="${address(language)}"
              lang="${language}"
              hreflang="${language}"
              ${language === current && html`aria-current="true"`}
              >${ownName(language)}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`;
}
