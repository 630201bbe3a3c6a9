/** The pages behind the links in notices: what comes next, and the report of a notice that was not meant for its reader. */
import express, { type Express, type Request, type Response } from 'express';
import type { Configuration } from '../configuration/settings.table.js';
import type { BrandSettings } from './brand.js';
import { html, type Html } from './html.js';
import { page, type Frame } from './layout.js';
import type { PlainTexts } from '../texts/words.js';

/** The settings of the portal that its pages show. */
export type PageSettings = BrandSettings &
  Pick<Configuration, 'help-telephone' | 'help-page' | 'language' | 'default-language'>;

export interface NoticeLinkParts {
  /** The settings at this moment. */
  configuration: () => Promise<PageSettings>;
  /** Task/$report-misdirected with this token: whether it was taken. */
  reportMisdirected(token: string): Promise<boolean>;
}

type FrameOf = (request: Request) => Promise<Omit<Frame, 'title'>>;
type Send = (response: Response, status: number, text: string) => void;

/** Path of a page, and the names of its title and text. */
const NEXT: readonly [path: string, title: keyof PlainTexts, text: keyof PlainTexts][] = [
  ['/messages', 'messagesTitle', 'messagesNext'],
  ['/preferences', 'preferencesTitle', 'preferencesNext'],
];

const REPORT = '/not-for-me';
/** Bytes of the form: a token has some hundred. */
const FORM_LIMIT = '4kb';

/** Adds the pages. None of them changes anything when it is opened: scanners of mail open every link. */
export function serveNoticeLinks(app: Express, parts: NoticeLinkParts, frameOf: FrameOf, send: Send): void {
  for (const [path, title, text] of NEXT) {
    app.get(path, async (request, response) => {
      const frame = await frameOf(request);
      const words = frame.words.texts;
      const content = html`${said(words[title], words[text])} ${contact(await parts.configuration(), words)}`;
      send(response, 200, page({ ...frame, title: words[title] }, content));
    });
  }
  app.get(REPORT, async (request, response) => {
    const { token } = request.query;
    send(
      response,
      200,
      reportPage(await frameOf(request), typeof token === 'string' ? token : '', await parts.configuration()),
    );
  });
  app.post(REPORT, express.urlencoded({ extended: false, limit: FORM_LIMIT }), async (request, response) => {
    const { token } = (request.body ?? {}) as { token?: unknown };
    const taken = typeof token === 'string' && (await parts.reportMisdirected(token));
    send(response, taken ? 200 : 410, reportedPage(await frameOf(request), taken, await parts.configuration()));
  });
}

function reportPage(frame: Omit<Frame, 'title'>, token: string, settings: PageSettings): string {
  const words = frame.words.texts;
  return page(
    { ...frame, title: words.reportTitle, query: { token } },
    html`${said(words.reportTitle, words.reportWhy)}
      <form method="post" action="${REPORT}?lang=${frame.words.language}">
        <input type="hidden" name="token" value="${token}" />
        <button type="submit">${words.report}</button>
      </form>
      ${contact(settings, words)}`,
  );
}

function reportedPage(frame: Omit<Frame, 'title'>, taken: boolean, settings: PageSettings): string {
  const words = frame.words.texts;
  const title = taken ? words.reportedTitle : words.reportGone;
  return page(
    { ...frame, title },
    html`${said(title, taken ? words.reportedWhy : words.reportGoneWhy)} ${contact(settings, words)}`,
  );
}

const said = (title: string, text: string): Html =>
  html`<div class="hero">
    <h1>${title}</h1>
    <p class="lede">${text}</p>
  </div>`;

/** Where help is, as far as the configuration says. */
function contact(settings: PageSettings, words: PlainTexts): Html | false {
  const { 'organization-title': name, 'help-telephone': telephone, 'help-page': help } = settings;
  if (name === undefined && telephone === undefined && help === undefined) return false;
  return html`<section aria-labelledby="help">
    <h2 id="help">${words.help}</h2>
    ${name !== undefined && html`<p><bdi>${name}</bdi></p>`}
    ${telephone !== undefined && html`<p>${words.telephone}: <bdi dir="ltr">${telephone}</bdi></p>`}
    ${help !== undefined && html`<p class="links"><a href="${help}">${words.helpPage}</a></p>`}
  </section>`;
}
