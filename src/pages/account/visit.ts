/** Pages with forms, as functions: a visit in, an answer out. Here they become routes; a form counts only with its token. */
import express, { type Express, type Request, type Response } from 'express';
import type { FormTokens } from '../../identity/sessions/form-token.js';
import { visitorOf, type Visitor } from '../../identity/limits/visitor.js';
import { defined } from '../../fhir/defined.js';
import { isMultipart, readMultipart, type FileRoom, type FormFile, type Multipart } from './multipart.js';
import type { Asset } from '../asset.js';
import type { Framing } from '../frame.js';
import { framed, frameHeaders } from '../framed.js';
import { html, type Html } from '../html.js';
import { page, type Frame } from '../layout.js';
import type { PlainTexts, Translate } from '../../texts/words.js';

export interface Visit extends Visitor {
  readonly frame: Omit<Frame, 'title'>;
  readonly words: PlainTexts;
  /** The texts that hold values. */
  readonly t: Translate;
  /** `/sign-in` in the language of the page. */
  readonly link: (path: string, query?: Readonly<Record<string, string>>) => string;
  /** A form that is sent back here. */
  readonly form: (path: string, content: Html, query?: Readonly<Record<string, string>>) => Html;
}

/** What came of a file of a form. */
export interface Received {
  readonly file?: { readonly url: string; readonly name: string; readonly type: string };
  /** Why it was not taken. */
  readonly problem?: string | undefined;
  /** HTTP status of the refusal. */
  readonly status?: number;
}

export interface Uploads {
  readonly room: () => Promise<FileRoom>;
  /** Undefined where nobody may send files. */
  readonly receive: (visit: Visit, file: FormFile) => Promise<Received | undefined>;
}

/** What was sent: every field once, '' where it is missing. */
export type Fields = (name: string) => string;

export type Answer =
  | {
      readonly kind: 'page';
      /** Default 200. */
      readonly status?: number;
      readonly title: string;
      readonly content: Html;
      /** Origins and schemes beyond this server that its form leads to, through redirects. */
      readonly leadsTo?: readonly string[];
      readonly cookies?: readonly string[];
      /** Scripts, without which the page works too. */
      readonly scripts?: readonly Asset[];
      /** The scripts call this server. */
      readonly calls?: boolean;
      /** Images stand in the page itself: files that are not stored yet. */
      readonly inlineImages?: boolean;
      /** The tabs of the desk whose page it is. */
      readonly tabs?: Html;
      /** Seconds. */
      readonly retryAfter?: number;
      /** The address that the browser goes on to, by itself. */
      readonly goesOn?: string;
    }
  /** The content of a sandboxed frame of a page: it runs and loads nothing, and has styles of its own. */
  | {
      readonly kind: 'frame';
      readonly status?: number;
      readonly title: string;
      readonly content: Html;
      readonly cookies?: readonly string[];
    }
  | { readonly kind: 'go'; readonly to: string; readonly cookies?: readonly string[] };

export interface FormPage {
  readonly path: string;
  /** The names of query parameters that its links to other languages keep. */
  readonly keeps?: readonly string[];
  readonly show?: (visit: Visit, query: Fields) => Answer | Promise<Answer>;
  readonly take?: (visit: Visit, fields: Fields, query: Fields, files: readonly Received[]) => Answer | Promise<Answer>;
  /** Takes the files of its form, while they arrive; absent: it has none. */
  readonly uploads?: Uploads;
  /** Its form has long texts. */
  readonly isLong?: boolean;
}

export interface Site extends Pick<Framing, 'frameOf' | 'send'> {
  readonly forms: FormTokens;
}

/** Bytes of a form. */
const FORM_LIMIT = '16kb';
/** Of one with a message, or other long texts. */
const LONG_FORM_LIMIT = '256kb';

/** Adds the routes of a page. */
export function serveForm(app: Express, { path, keeps = [], show, take, uploads, isLong }: FormPage, site: Site): void {
  const visitOf = (request: Request, response: Response) => createVisit(request, response, keeps, site);
  if (show)
    app.get(path, async (request, response) => {
      const visit = await visitOf(request, response);
      answer(response, visit, await show(visit, fieldsOf(request.query)), site);
    });
  if (take)
    app.post(
      path,
      express.urlencoded({ extended: false, limit: uploads || isLong === true ? LONG_FORM_LIMIT : FORM_LIMIT }),
      async (request, response) => {
        const visit = await visitOf(request, response);
        const isOwn = (form: string): boolean => site.forms.accepts(request, form);
        const sent = uploads && isMultipart(request) ? await withFiles(request, visit, uploads, isOwn) : undefined;
        const fields = fieldsOf(sent?.fields ?? request.body);
        const answered = isOwn(fields('form'))
          ? await take(visit, fields, fieldsOf(request.query), sent?.received ?? [])
          : stale(visit);
        answer(response, visit, answered, site);
      },
    );
}

/** The token of the form comes before its files: those of a stranger's form are not taken. */
const withFiles = async (
  request: Request,
  visit: Visit,
  { room, receive }: Uploads,
  isOwn: (form: string) => boolean,
): Promise<Multipart<Received>> =>
  readMultipart(request, await room(), async (file, { form = '' }) => (isOwn(form) ? receive(visit, file) : undefined));

function fieldsOf(source: unknown): Fields {
  const values = (source ?? {}) as Readonly<Record<string, unknown>>;
  return name => {
    const value = Object.hasOwn(values, name) ? values[name] : '';
    return typeof value === 'string' ? value : '';
  };
}

async function createVisit(request: Request, response: Response, keeps: readonly string[], site: Site): Promise<Visit> {
  const { token, cookie } = site.forms.issue(request);
  if (cookie !== undefined) response.append('Set-Cookie', cookie);
  const asked = fieldsOf(request.query);
  const kept = keeps.flatMap(name => (asked(name) === '' ? [] : [[name, asked(name)] as const]));
  const frame = { ...(await site.frameOf(request)), query: Object.fromEntries(kept) };
  const link: Visit['link'] = (path, query = {}) =>
    `${path}?${new URLSearchParams({ ...query, lang: frame.words.language }).toString()}`;
  return {
    ...visitorOf(request),
    frame,
    words: frame.words.texts,
    t: frame.words.t,
    link,
    form: (path, content, query) =>
      html`<form method="post" action="${link(path, query)}">
        <input type="hidden" name="form" value="${token}" />
        ${content}
      </form>`,
  };
}

function answer(response: Response, { frame }: Visit, given: Answer, site: Site): void {
  for (const cookie of given.cookies ?? []) response.append('Set-Cookie', cookie);
  if (given.kind === 'frame') {
    response
      .status(given.status ?? 200)
      .set(frameHeaders)
      .type('html')
      .send(framed(frame, given));
    return;
  }
  if (given.kind === 'go') {
    response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' }).redirect(303, given.to);
    return;
  }
  const { status = 200, title, content, leadsTo, scripts, calls, inlineImages, tabs, retryAfter, goesOn } = given;
  if (goesOn !== undefined) response.set('Refresh', `0; url=${goesOn}`);
  if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter));
  const text = page({ ...frame, title, scripts, tabs }, content);
  site.send(response, status, text, { leadsTo, script: scripts !== undefined, ...defined({ calls, inlineImages }) });
}

/** A form of another site, or of a page that was open when the browser forgot its cookies. */
const stale = ({ words, link, frame }: Visit): Answer => ({
  kind: 'page',
  status: 403,
  title: words.staleTitle,
  content: html`<div class="hero">
    <h1>${words.staleTitle}</h1>
    <p class="lede">${words.staleWhy}</p>
    <p class="links"><a href="${link(frame.path)}">${words.again}</a></p>
  </div>`,
});
