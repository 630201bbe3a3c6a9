/** What all pages share: their language, their files with the brand of the moment, and the header fields they are sent with. */
import type { Request, Response } from 'express';
import { assetOf } from './asset.js';
import { brandOf, type BrandSettings } from './brand.js';
import type { Assets, Frame } from './layout.js';
import { icon } from './mark.js';
import { style } from './style.js';
import { readerLanguage, type Languages } from '../texts/language.js';
import type { Texts } from '../texts/words.js';

/** What of a request decides how its page looks. */
export type FramedRequest = Pick<Request, 'query' | 'headers' | 'baseUrl' | 'path'>;

export interface Framing {
  /** The surroundings of the page that is asked for. */
  readonly frameOf: (request: FramedRequest) => Promise<Omit<Frame, 'title'>>;
  readonly assetsNow: () => Promise<Assets>;
  readonly send: SendPage;
  /** Header fields of a page. */
  readonly headers: (allowed?: Allowed) => Readonly<Record<string, string>>;
}

export type SendPage = (response: Response, status: number, text: string, allowed?: Allowed) => void;

/** What the policy of a page allows beyond that of all pages. */
export interface Allowed {
  /** Origins or schemes beyond this server that a form of the page leads to. */
  readonly leadsTo?: readonly string[] | undefined;
  /** The page loads a script of this server. */
  readonly script?: boolean;
  /** The script calls this server. */
  readonly calls?: boolean;
  /** Images stand in the page itself: files that are not stored yet. */
  readonly inlineImages?: boolean;
}

/** The style of all pages, and their icon where the brand has none. */
export const ownFiles = {
  style: assetOf('portico', 'css', 'text/css; charset=utf-8', style),
  icon: assetOf('mark', 'svg', 'image/svg+xml', icon),
};

const ownAssets: Assets = { style: ownFiles.style.path, icon: ownFiles.icon.path };

export interface FramingParts {
  /** Of the software. */
  readonly version: string;
  /** The settings at this moment. */
  readonly configuration: () => Promise<BrandSettings & Languages>;
  /** The texts at this moment. */
  readonly texts: () => Promise<Texts>;
  /** Pages are reached by https alone. */
  readonly secure: boolean;
}

export function createFraming({ version, configuration, texts, secure }: FramingParts): Framing {
  const assetsNow = brandedAssets(configuration);
  const headersFor = headersOf(secure);
  return {
    assetsNow,
    headers: headersFor,
    send: (response, status, text, allowed) =>
      void response.status(status).set(headersFor(allowed)).type('html').send(text),
    frameOf: async ({ query, headers, baseUrl, path }) => {
      const settings = await configuration();
      const language = readerLanguage(query['lang'], headers['accept-language'], settings);
      return {
        words: (await texts()).in(language),
        languages: settings.language,
        path: baseUrl + path,
        version,
        assets: await assetsNow(),
      };
    },
  };
}

/** The files of pages, with the brand of the configuration at this moment, which is worked out once. */
function brandedAssets(configuration: () => Promise<BrandSettings>): () => Promise<Assets> {
  let known: { of: BrandSettings; assets: Assets } | undefined;
  return async () => {
    const of = await configuration();
    if (known?.of !== of) known = { of, assets: { ...ownAssets, brand: brandOf(of) } };
    return known.assets;
  };
}

/** Pages load their own style and mark, and nothing else. */
const pagePolicy = ({ leadsTo = [], script = false, calls = false, inlineImages = false }: Allowed): string =>
  `default-src 'none';${script ? " script-src 'self';" : ''}${calls ? " connect-src 'self';" : ''} style-src 'self'; img-src 'self'${inlineImages ? ' data:' : ''}; frame-src 'self'; form-action ${["'self'", ...leadsTo].join(' ')}; base-uri 'none'; frame-ancestors 'none'`;

function headersOf(secure: boolean): Framing['headers'] {
  const fixed = {
    'Cache-Control': 'no-store',
    Vary: 'Accept-Language',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    ...(secure ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } : {}),
  };
  return (allowed = {}) => ({ ...fixed, 'Content-Security-Policy': pagePolicy(allowed) });
}
