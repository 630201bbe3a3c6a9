/** The stream by which open pages of the Workbench are told that there is something new. */
import type { Express } from 'express';
import { groupsOf } from './groups.js';
import { isStaff, WORKBENCH, type WorkbenchParts } from './parts.js';

export const EVENTS = `${WORKBENCH}/events`;

/** Seconds. */
const LATER = '60';

/** @param headers those of pages */
export function serveEvents(
  app: Express,
  { sessions, desk, live }: WorkbenchParts,
  headers: Readonly<Record<string, string>>,
): void {
  app.get(EVENTS, async (request, response) => {
    response.set(headers);
    const who = await sessions.watched(request);
    if (!who || !isStaff(who)) {
      response.status(403).end();
      return;
    }
    const groups = await groupsOf(desk, who);
    // Gateways pass on each event as it comes. https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
    response.set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    if (live.open(response, who, new Set(groups.map(({ reference }) => reference)))) return;
    response.removeHeader('Content-Type');
    response.status(503).set('Retry-After', LATER).end();
  });
}
