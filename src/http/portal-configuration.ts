/** `/.well-known/portal-configuration`, for everybody. */
import type { Express } from 'express';

/** The document as it is now, and its entity tag. */
export type PortalDocument = () => Promise<{ readonly text: string; readonly etag: string }>;

const headers = {
  'Access-Control-Allow-Origin': '*',
  // Kept, and asked about each time: a change binds the next request.
  'Cache-Control': 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

export function servePortalConfiguration(app: Express, document: PortalDocument): void {
  app.get('/.well-known/portal-configuration', async (request, response) => {
    const { text, etag } = await document();
    response.set({ ...headers, ETag: etag });
    const known = (request.headers['if-none-match'] ?? '').split(',').map(tag => tag.trim().replace(/^W\//, ''));
    if (known.includes(etag) || known.includes('*')) response.status(304).end();
    else response.type('json').send(text);
  });
}
