/** `/health/live`: the process answers. `/health/ready`: it can do its work, and is not about to stop. */
import type { Express } from 'express';

/** What readiness depends on, by name: `store`, `mail`. True = well. */
export type Readiness = () => Promise<Readonly<Record<string, boolean>>>;

const headers = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Declares both addresses; `draining` tells that the process is stopping. */
export function serveHealth(app: Express, readiness: Readiness, draining: () => boolean): void {
  app.get('/health/live', (_request, response) => {
    response.set(headers).json({ status: 'pass' });
  });
  app.get('/health/ready', async (_request, response) => {
    const checks = { ...(await readiness().catch(() => ({ readiness: false }))), running: !draining() };
    const pass = Object.values(checks).every(Boolean);
    response
      .status(pass ? 200 : 503)
      .set(headers)
      .json({ status: pass ? 'pass' : 'fail', checks });
  });
}
