/** The frame of every page: head, banner, footer. It needs no script. */
import type { Brand } from './brand.js';
import { html, type Html } from './html.js';
import { directionOf, type Language } from './language.js';
import { mark } from './mark.js';
import { texts, type Texts } from './texts.table.js';

/** Addresses of a page's files; they contain a hash of the content. */
export interface Assets {
  style: string;
  icon: string;
  brand?: Brand;
}

export interface Frame {
  language: Language;
  /** Path of this page: the links to other languages lead here. */
  path: string;
  /** Kept in those links. */
  query?: Readonly<Record<string, string>>;
  title: string;
  version: string;
  assets: Assets;
}

/** A whole HTML document around `content`. */
export function page({ language, path, query = {}, title, version, assets }: Frame, content: Html): string {
  const words = texts[language];
  const { brand = {} } = assets;
  return html`<!doctype html>
    <html lang="${language}" dir="${directionOf(language)}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="${assets.style}" />
        ${brand.style && html`<link rel="stylesheet" href="${brand.style.path}" />`}
        <link rel="icon" type="${brand.icon?.type ?? 'image/svg+xml'}" href="${brand.icon?.path ?? assets.icon}" />
      </head>
      <body>
        <a class="skip" href="#content">${words.skip}</a>
        <header class="banner">
          <a class="brand" href="/?lang=${language}"
            >${brand.icon ? html`<img class="mark" src="${brand.icon.path}" alt="" />` : mark}<span
              >${brand.title ?? words.software}</span
            ></a
          >
          ${languageSwitch(language, path, query, words)}
        </header>
        <main id="content" tabindex="-1">${content}</main>
        <footer>
          <p>${words.software} <bdi>${version}</bdi> · <bdi>FHIR R4 (4.0.1)</bdi> · <bdi>Apache-2.0</bdi></p>
          <p>${words.trademark}</p>
        </footer>
      </body>
    </html>`.text;
}

const names: Readonly<Record<Language, string>> = { en: 'English', ar: 'العربية' };

function languageSwitch(current: Language, path: string, query: Readonly<Record<string, string>>, words: Texts): Html {
  const address = (lang: Language): string => `${path}?${new URLSearchParams({ ...query, lang }).toString()}`;
  return html`<nav aria-label="${words.languages}">
    <ul>
      ${(['en', 'ar'] as const).map(
        language =>
          html`<li>
            <a
              href="${address(language)}"
              lang="${language}"
              hreflang="${language}"
              ${language === current && html`aria-current="true"`}
              >${names[language]}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`;
}
