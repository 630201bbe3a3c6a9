/** What all pages share: their language, their files with the brand of the moment, and the header fields they are sent with. */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { brandOf, type BrandSettings } from './brand.js';
import { chooseLanguage, type Language } from './language.js';
import type { Assets, Frame } from './layout.js';
import { icon } from './mark.js';
import { style } from './style.js';

export interface Framing {
  /** The surroundings of the page that is asked for. */
  frameOf(request: Request): Promise<Omit<Frame, 'title'>>;
  assetsNow(): Promise<Assets>;
  send: SendPage;
}

/** @param leadsTo origins or schemes beyond this server that a form of the page leads to */
export type SendPage = (response: Response, status: number, text: string, leadsTo?: readonly string[]) => void;

const hashed = (name: string, extension: string, content: string): string =>
  `/assets/${name}.${createHash('sha256').update(content).digest('hex').slice(0, 12)}.${extension}`;

export const ownAssets: Assets = { style: hashed('portico', 'css', style), icon: hashed('mark', 'svg', icon) };

export const createFraming = (
  version: string,
  configuration: () => Promise<BrandSettings>,
  secure: boolean,
): Framing => {
  const assetsNow = brandedAssets(configuration);
  return {
    assetsNow,
    send: sender(secure),
    frameOf: async request => ({
      language: languageOf(request),
      path: request.baseUrl + request.path,
      version,
      assets: await assetsNow(),
    }),
  };
};

export function languageOf(request: Request): Language {
  return chooseLanguage(request.query['lang'], request.headers['accept-language']);
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
const pagePolicy = (leadsTo: readonly string[]): string =>
  `default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action ${["'self'", ...leadsTo].join(' ')}; base-uri 'none'; frame-ancestors 'none'`;

function sender(secure: boolean): SendPage {
  const headers = {
    'Cache-Control': 'no-store',
    Vary: 'Accept-Language',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    ...(secure ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } : {}),
  };
  return (response, status, text, leadsTo = []) =>
    void response
      .status(status)
      .set({ ...headers, 'Content-Security-Policy': pagePolicy(leadsTo) })
      .type('html')
      .send(text);
}
