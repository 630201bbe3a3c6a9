/**
 * The pages behind the links in notices: what comes next, the report of a notice that was not meant for its reader,
 * and the end of notices (RFC 8058).
 */
import express, { type Express, type Request, type Response } from 'express';
import type { Configuration } from '../configuration/settings.table.js';
import type { BrandSettings } from './brand.js';
import { html, type Html } from './html.js';
import { page, type Frame } from './layout.js';
import type { PlainTexts } from '../texts/words.js';

/** The settings of the portal that its pages show. */
export type PageSettings = BrandSettings &
  Pick<Configuration, 'help-telephone' | 'help-page' | 'postal-address' | 'language' | 'default-language'>;

export interface NoticeLinkParts {
  /** The settings at this moment. */
  configuration: () => Promise<PageSettings>;
  /** Task/$report-misdirected with this token: whether it was taken. */
  reportMisdirected(token: string): Promise<boolean>;
  /** Patient/$unsubscribe with this token: whether it was taken. */
  unsubscribe(token: string): Promise<boolean>;
}

type FrameOf = (request: Request) => Promise<Omit<Frame, 'title'>>;
type Send = (response: Response, status: number, text: string) => void;

/** Path of a page, and the names of its title and text. */
const NEXT: readonly [path: string, title: keyof PlainTexts, text: keyof PlainTexts][] = [
  ['/messages', 'messagesTitle', 'messagesNext'],
  ['/preferences', 'preferencesTitle', 'preferencesNext'],
];

/** A page whose button answers the notice that its link was in. */
interface AnswerPage {
  readonly path: string;
  /** Names of texts: the question and the button; then what has happened, or that the link is none. */
  readonly ask: readonly [title: keyof PlainTexts, why: keyof PlainTexts, button: keyof PlainTexts];
  readonly done: readonly [title: keyof PlainTexts, why: keyof PlainTexts];
  readonly gone: readonly [title: keyof PlainTexts, why: keyof PlainTexts];
  readonly answer: (parts: NoticeLinkParts, token: string) => Promise<boolean>;
}

const ANSWERS: readonly AnswerPage[] = [
  {
    path: '/not-for-me',
    ask: ['reportTitle', 'reportWhy', 'report'],
    done: ['reportedTitle', 'reportedWhy'],
    gone: ['reportGone', 'reportGoneWhy'],
    answer: (parts, token) => parts.reportMisdirected(token),
  },
  {
    path: '/preferences',
    ask: ['preferencesTitle', 'unsubscribeWhy', 'unsubscribe'],
    done: ['unsubscribedTitle', 'unsubscribedWhy'],
    gone: ['reportGone', 'unsubscribeGoneWhy'],
    answer: (parts, token) => parts.unsubscribe(token),
  },
];

/** Bytes of the form. */
const FORM_LIMIT = '4kb';

/** Adds the pages. None of them changes anything when it is opened: scanners of mail open every link. */
export function serveNoticeLinks(app: Express, parts: NoticeLinkParts, frameOf: FrameOf, send: Send): void {
  for (const one of ANSWERS) serveAnswer(app, one, parts, frameOf, send);
  for (const [path, title, text] of NEXT) {
    app.get(path, async (request, response) => {
      const frame = await frameOf(request);
      const words = frame.words.texts;
      const content = html`${said(words[title], words[text])} ${contact(await parts.configuration(), words)}`;
      send(response, 200, page({ ...frame, title: words[title] }, content));
    });
  }
}

/**
 * The token stands in the address: with one request a mail program unsubscribes its reader, and reads no page.
 * https://www.rfc-editor.org/rfc/rfc8058#section-3.2
 */
function serveAnswer(app: Express, one: AnswerPage, parts: NoticeLinkParts, frameOf: FrameOf, send: Send): void {
  app.get(one.path, async (request, response, next) => {
    const { token } = request.query;
    if (token === undefined && NEXT.some(([path]) => path === one.path)) return next();
    const asked = typeof token === 'string' ? token : '';
    send(response, 200, askPage(await frameOf(request), one, asked, await parts.configuration()));
  });
  app.post(one.path, express.urlencoded({ extended: false, limit: FORM_LIMIT }), async (request, response) => {
    const { token } = { ...request.query, ...(request.body as { token?: unknown } | undefined) };
    const taken = typeof token === 'string' && (await one.answer(parts, token));
    send(
      response,
      taken ? 200 : 410,
      donePage(await frameOf(request), taken ? one.done : one.gone, await parts.configuration()),
    );
  });
}

function askPage(
  frame: Omit<Frame, 'title'>,
  { path, ask }: AnswerPage,
  token: string,
  settings: PageSettings,
): string {
  const words = frame.words.texts;
  const [title, why, button] = [words[ask[0]], words[ask[1]], words[ask[2]]];
  const action = `${path}?${new URLSearchParams({ token, lang: frame.words.language }).toString()}`;
  return page(
    { ...frame, title, query: { token } },
    html`${said(title, why)}
      <form method="post" action="${action}">
        <button type="submit">${button}</button>
      </form>
      ${contact(settings, words)}`,
  );
}

function donePage(frame: Omit<Frame, 'title'>, [title, why]: AnswerPage['done'], settings: PageSettings): string {
  const words = frame.words.texts;
  return page({ ...frame, title: words[title] }, html`${said(words[title], words[why])} ${contact(settings, words)}`);
}

const said = (title: string, text: string): Html =>
  html`<div class="hero">
    <h1>${title}</h1>
    <p class="lede">${text}</p>
  </div>`;

/** Where help is, as far as the configuration says. */
function contact(settings: PageSettings, words: PlainTexts): Html | false {
  const { 'organization-title': name, 'help-telephone': telephone, 'help-page': help } = settings;
  const postal = settings['postal-address'];
  if ([name, telephone, help, postal].every(one => one === undefined)) return false;
  return html`<section aria-labelledby="help">
    <h2 id="help">${words.help}</h2>
    ${name !== undefined && html`<p><bdi>${name}</bdi></p>`}
    ${postal !== undefined && html`<p><bdi>${postal}</bdi></p>`}
    ${telephone !== undefined && html`<p>${words.telephone}: <bdi dir="ltr">${telephone}</bdi></p>`}
    ${help !== undefined && html`<p class="links"><a href="${help}">${words.helpPage}</a></p>`}
  </section>`;
}
