/** Serves the pages and their files. */
import type { Express, Request, Response } from 'express';
import { serveAccountPages, type AccountPagesParts } from './account/index.js';
import { codeScript } from './account/code-script.js';
import { passkeyScript } from './account/passkey-script.js';
import type { Asset } from './asset.js';
import { sampleStyle } from './brand.js';
import { DEMO_APP, demoAppAt, demoAppPage } from './demo-app.js';
import { demoAppScript } from './demo-app-script.js';
import { describeEndpoint, type DeclaredEndpoint, type FindOperation } from './describe.js';
import { ownFiles, type Framing } from './frame.js';
import { frameHeaders } from './framed.js';
import { landingPage } from './landing.js';
import { mailPage } from './mail.js';
import { htmx } from './htmx.js';
import type { Mailbox } from '../delivery/mailbox.js';
import { missingPage } from './missing.js';
import { serveForm } from './account/visit.js';
import { serveEvents } from './workbench/events.js';
import { shortcutScript } from './workbench/shortcuts.js';
import { workbenchPages, type WorkbenchParts } from './workbench/index.js';
import { serveNoticeLinks, type NoticeLinkParts } from './notice-links.js';

export interface PageParts extends NoticeLinkParts {
  framing: Framing;
  /** The portal's first. */
  endpoints: readonly DeclaredEndpoint[];
  operation: FindOperation;
  demo: boolean;
  /** Present where people sign in here. */
  accounts?: AccountPagesParts;
  /** Present where staff work here. */
  workbench?: WorkbenchParts;
  /** Whether a request names this server as its own readers do; e-mails are shown to no other. */
  isOwnHost(request: Request): boolean;
  /** Present if e-mails are kept instead of sent. */
  mailbox?: Mailbox | undefined;
}

/** What readiness depends on, by name. */
type Checks = () => Promise<Readonly<Record<string, boolean>>>;

const mailsShown = 20;

/** Adds `/`, `/assets/…`, `/mail/…`, the pages behind links in notices, and a page for unknown addresses. Call it after all other routes are added. */
export function servePages(app: Express, parts: PageParts, checks: Checks): void {
  const { mailbox } = parts;
  const { frameOf, assetsNow, send } = parts.framing;
  const shown = (request: Request): Mailbox | undefined => (parts.isOwnHost(request) ? mailbox : undefined);

  app.get('/', async (request, response) => {
    const frame = await frameOf(request);
    const { language } = frame.words;
    const endpoints = parts.endpoints.map(endpoint => describeEndpoint(endpoint, parts.operation, language));
    const mails = await shown(request)?.list(mailsShown);
    const { demo } = parts;
    send(response, 200, landingPage(frame, { endpoints, checks: await checks(), demo, mails }));
  });

  for (const file of [ownFiles.style, ownFiles.icon, codeScript, passkeyScript, htmx, shortcutScript])
    serveFile(app, file);
  app.get('/assets/:file', async (request, response, next) => {
    const { brand = {} } = await assetsNow();
    const file = [brand.icon, brand.style].find(one => one?.path === request.path) ?? sampleStyle(request.path);
    if (file) sendFile(response, file);
    else next();
  });

  app.get('/mail/:id', async (request, response, next) => {
    const mail = await shown(request)?.read(request.params.id);
    if (mail) send(response, 200, mailPage(await frameOf(request), mail));
    else next();
  });

  app.get('/mail/:id/html', async (request, response, next) => {
    const mail = await shown(request)?.read(request.params.id);
    if (mail?.html === undefined) next();
    else response.set(frameHeaders).type('html').send(mail.html);
  });

  if (parts.demo) {
    serveFile(app, demoAppScript);
    app.get(DEMO_APP, async (request, response) => {
      const text = demoAppPage(await frameOf(request), demoAppAt(parts.endpoints[0]));
      send(response, 200, text, { script: true, calls: true });
    });
  }
  if (parts.accounts) {
    serveAccountPages(app, parts.accounts, parts.framing);
    const site = { ...parts.framing, forms: parts.accounts.forms };
    for (const page of parts.workbench ? workbenchPages(parts.workbench) : []) serveForm(app, page, site);
    if (parts.workbench) serveEvents(app, parts.workbench, parts.framing.headers());
  }
  serveNoticeLinks(app, parts, frameOf, send);

  app.use(async (request, response) => {
    send(response, 404, missingPage({ ...(await frameOf(request)), path: '/' }));
  });
}

function serveFile(app: Express, file: Asset): void {
  app.get(file.path, (_request, response) => sendFile(response, file));
}

/** An image opened by itself is shown without anything that it could load. */
function sendFile(response: Response, { type, content }: Pick<Asset, 'type' | 'content'>): void {
  response.set({
    'Cache-Control': 'public, max-age=31536000, immutable',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Content-Type': type,
  });
  response.send(content);
}
