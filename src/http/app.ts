/** The request listener: FHIR endpoints first, an Express application for every other path. */
import type { RequestListener } from 'node:http';
import { Fault } from '../fhir/fault.js';
import { faultResponse } from '../fhir/outcome.js';
import type { FhirResponse } from '../fhir/response.js';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { createFhirHandler, type FhirParts } from './fhir.js';
import { serveHealth, type Readiness } from './health.js';
import { servePortalConfiguration, type PortalDocument } from './portal-configuration.js';
import { servePages, type PageParts } from '../pages/index.js';

export interface AppParts extends FhirParts {
  readiness: Readiness;
  /** The process is stopping. */
  draining(): boolean;
  pages: PageParts;
  portalDocument: PortalDocument;
  /** Whole trees of other modules: the authorization server, a SOAP service. */
  mounts?: readonly Mount[];
  /** Reverse proxies whose word on the caller's address is taken; by default nobody's. */
  trustedProxies?: readonly string[];
}

export interface Mount {
  readonly path: string;
  readonly handler: RequestHandler;
}

/**
 * Puts the application together; it holds no state of its own. FHIR requests do not go through Express: that it takes
 * requests and responses over costs each of them as much as its whole routing.
 */
export function createApp(parts: AppParts): RequestListener {
  const serveFhir = createFhirHandler(parts);
  const serveOthers = createPages(parts);
  return (request, response) => {
    if (!serveFhir(request, response)) serveOthers(request, response);
  };
}

/** Health, what other modules mount, pages for people. */
function createPages(parts: AppParts): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', [...(parts.trustedProxies ?? [])]);
  serveHealth(app, parts.readiness, () => parts.draining());
  servePortalConfiguration(app, parts.portalDocument);
  for (const { path, handler } of parts.mounts ?? []) app.use(path, handler);
  servePages(app, parts.pages, parts.readiness);
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    parts.report(error, '');
    if (response.headersSent) return next(error);
    const { status, headers } = refusalOf(error);
    response.set(headers).status(status).type('text').send('The server could not answer this request.\n');
  });
  return app;
}

/** Express marks what it refuses itself (a malformed path) with a status. */
function refusalOf(error: unknown): Pick<FhirResponse, 'status' | 'headers'> {
  if (error instanceof Fault) return faultResponse(error);
  const status = (error as { status?: unknown } | null)?.status;
  return { status: typeof status === 'number' && status >= 400 && status < 500 ? status : 500, headers: {} };
}
